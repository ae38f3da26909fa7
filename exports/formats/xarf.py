"""report.xarf.json X-ARF v4：一条已复核线索的英文滥用举报，供境外主机商、注册商自动受理"""

from __future__ import annotations

import json
from pathlib import Path

from exports import abuse
from exports.order import Order

ABOUT, FILE, NEEDS = "lead", "report.xarf.json", ("lead",)


def write(order: Order, path: Path) -> None:
    """Write the report to `path`; OrderError unless two people released the lead and a reply address is configured."""
    report = abuse.report(order, abuse.dossier_of(order))
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
