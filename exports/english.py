"""What is told to hosts and registrars abroad, in English: the case in plain words, quotes with a gloss, who to write to."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from exports import fields
from exports.defang import defang, line
from exports.dossier import Dossier
from exports.law import read_yaml
from exports.quoting import plain

FILE = Path(__file__).with_name("english.yml")
KINDS = {
    "ad": "sale of counterfeit Chinese work-safety certificates",
    "fake_site": "website posing as a Chinese government certificate verification service",
}
_HARM = {
    "ad": "The page offers certificates for dangerous trades (electrical work, welding, work at height …) without the examination "
          "that Chinese law requires. People without training are put to dangerous work with them, and buyers are defrauded.",
    "fake_site": "The site presents itself as an official certificate verification service of the Chinese government. Counterfeit "
                 "certificates carry a link or QR code to it, so that employers are shown a false confirmation. "
                 "Genuine services are run under gov.cn.",
}
_MAIL = re.compile(r"(?i)\babuse[a-z0-9._+-]{0,40}@(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}\b")


@lru_cache(maxsize=1)
def terms() -> dict[str, str]:
    """Words of the trade in English, longest first."""
    raw = read_yaml(FILE)
    return {str(k): str(raw[k]) for k in sorted(raw, key=lambda k: -len(str(k)))}


def gloss(text: str) -> str:
    """The English of the known words in `text`, "" when there are none; a word inside a longer one counts once."""
    found: list[tuple[int, str]] = []
    for term, meaning in terms().items():
        at = text.find(term)
        if at >= 0:
            found.append((at, meaning))
            text = text.replace(term, "\0" * len(term))
    return ", ".join(dict.fromkeys(meaning for _, meaning in sorted(found)))


def summary(dossier: Dossier) -> str:
    """The case in one paragraph."""
    said = _HARM.get(dossier.lead.kind, "")
    if dossier.verdict.imitates:
        meaning = gloss(dossier.verdict.imitates)
        named = line(defang(dossier.verdict.imitates), 80) + (f" ({meaning})" if meaning else "")
        said += f" It imitates: {named}."
    return said


def quotes(dossier: Dossier) -> list[str]:
    """The page's own words, masked, each with its gloss; at most a dozen."""
    told = []
    for finding in sorted(dossier.verdict.findings, key=lambda f: -f.weight):
        quote = line(defang(fields.shown(dossier, plain(finding.quote))), 120)
        if finding.weight > 0 and quote:
            meaning = gloss(quote)
            told.append(f"“{quote}”" + (f" - {meaning}" if meaning else "") + f" [rule {finding.rule}]")
    return list(dict.fromkeys(told))[:12]


def abuse_contacts(dossier: Dossier) -> list[str]:
    """Abuse mailboxes named in the registries' raw replies about the host, in order."""
    found: list[str] = []
    for fact in dossier.facts:
        if fact.ok and fact.kind in {"ip", "whois", "rdap"} and fact.host == dossier.host:
            found += [m.lower() for m in _MAIL.findall(fact.raw[:200_000])]
    return list(dict.fromkeys(found))[:3]


def foreign(dossier: Dossier) -> bool | None:
    """Whether the host stands outside mainland China; None when that is not known."""
    country = fields.fact_value(dossier, "ip", "country_code", "country")
    return None if not country else country not in {"CN", "中国"} or \
        fields.fact_value(dossier, "ip", "province").startswith(("香港", "澳门", "台湾"))
