"""The outcome of judging a page: kind, band and score, with every finding that made them."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.records import Band, Contact, Finding, Kind

HIGH, MEDIUM, LOW = 70.0, 50.0, 25.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of one page. `findings` hold the rows the score is made of, heaviest first; those that
    spoke against have a weight of zero or less. See `evidence.records.Verdict` for the other fields."""

    kind: Kind = "none"
    band: Band = "none"
    score: float = 0.0
    mirrored: bool = False
    role: str = ""
    scope: str = "host"
    undecidable: str = ""
    imitates: str = ""
    findings: tuple[Finding, ...] = ()
    contacts: tuple[Contact, ...] = ()
    links: tuple[str, ...] = ()


def band_of(score: float) -> Band:
    """high: look today · medium: queue · low: kept, not queued · none."""
    return "high" if score >= HIGH else "medium" if score >= MEDIUM else "low" if score >= LOW else "none"
