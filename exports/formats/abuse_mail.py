"""abuse.eml 英文举报邮件草稿：致境外主机商、注册商，附 X-ARF v4 与截图；只是草稿，从不自动发送"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path, PurePath

from exports import abuse, english, fields
from exports.defang import defang, file_name, line
from exports.dossier import Dossier
from exports.order import Order

ABOUT, FILE, NEEDS, LAST = "lead", "abuse.eml", ("lead",), True


def write(order: Order, path: Path) -> None:
    """Write the draft to `path`: for people first, then the machine-readable report, then the screenshot."""
    dossier = abuse.dossier_of(order)
    report = abuse.report(order, dossier)
    to = english.abuse_contacts(dossier)
    if not to:
        order.notes.append("登记信息里没有滥用举报邮箱，请自行查明收件人后填写")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Abuse report: {english.KINDS[dossier.lead.kind]} - {defang(dossier.host)}"
    message["From"] = report["reporter"]["contact"]
    if to:
        message["To"] = ", ".join(to)
    message["Date"] = datetime.now(UTC)
    message["X-Unsent"] = "1"
    message.set_content(_text(order, dossier, report["report_id"]), charset="utf-8", cte="base64")
    message.make_mixed()
    message.attach(_feedback())
    message.add_attachment(json.dumps(report, ensure_ascii=False, indent=1).encode(), maintype="application", subtype="json",
                           filename="xarf.json")
    for item in abuse.pictures(order, dossier):
        message.add_attachment(item.data, maintype="image", subtype="jpeg", filename=item.name)
    message.set_type("multipart/report")  # last: adding an attachment makes it mixed
    message.set_param("report-type", "feedback-report")
    path.write_bytes(message.as_bytes())


def _text(order: Order, dossier: Dossier, report: str) -> str:
    operator = order.config.operator
    facts = [(label, line(defang(fields.value(dossier, order.config, name)), 200)) for label, name in (
        ("Address", "url"), ("Host", "domain"), ("IP address", "ip"), ("Registrar", "registrar"), ("Registered", "registered"))]
    lines = [
        "To the abuse desk", "", f"We report a {english.KINDS[dossier.lead.kind]}.", "",
        *(f"{label}: {value}" for label, value in facts if value),
        f"Last seen online: {max(c.started for c in dossier.captures)[:19]}Z", "",
        english.summary(dossier), "", "The page's own words (Chinese, with an English gloss):",
        *(f"  - {quote}" for quote in english.quotes(dossier)), "",
        "We ask you to suspend the content or the domain name and to keep the account's records for the authorities.",
        "Addresses above are written hxxp and [.] so that nobody opens them by mistake; the attached report holds the exact ones.", "",
        f"Reference: lead {dossier.lead.id}, report {report}",
        *(f"Evidence package: {file_name(PurePath(p.path).name, 120)} (SHA-256 {p.zip_sha256})" for p in dossier.packages
          if not p.agency.startswith("withdrawal-")),
        "Two officers reviewed the case independently. The complete evidence is available on request.", "",
        *(line(part, 120) for part in (operator.unit, operator.name, operator.phone) if part),
    ]
    return "\n".join(lines) + "\n"


def _feedback() -> EmailMessage:
    """The machine-readable head of a feedback report (RFC 5965), as X-ARF mail extends it."""
    part = EmailMessage(policy=SMTP)
    part.set_content("Feedback-Type: xarf\nUser-Agent: dajia/0.1\nVersion: 1\n", cte="7bit")
    part.replace_header("Content-Type", "message/feedback-report")
    del part["MIME-Version"]
    return part
