"""New query texts out of what was seen: related searches, and the words of leads that people confirmed.

Pure: it proposes, people decide (`dajia queries accept`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawlers.queries import MAX_LENGTH
from evidence.records import Query

_EDGE = re.compile(r"[\s|_\-–—·,，。;；:：!！?？、/\\《》【】\[\]()（）“”\"'…~]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LEAST, _LONGEST = 2, 14  # characters of a seller's phrase worth searching
_SPEAKING = ("wechat", "qq", "phone", "telegram")  # contacts that lead to a seller's other ads


@dataclass(frozen=True, slots=True)
class Related:
    """A related search, the query it was printed for, and on how many result pages."""

    text: str
    query: str
    times: int


@dataclass(frozen=True, slots=True)
class LeadWords:
    """What a confirmed lead says: its title, what its rules quoted, its contacts as (type, value)."""

    lead: str
    title: str
    quotes: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text and what speaks for it."""

    query: Query
    evidence: Mapping[str, Any]


def grow(
    related: Iterable[Related], leads: Iterable[LeadWords], words: Mapping[str, tuple[str, ...]], known: frozenset[str],
) -> tuple[Proposal, ...]:
    """Proposals, those of confirmed leads first; `known` texts, and what differs from them in spaces alone, are left out.

    `words` are the taxonomy's: a text must name a certificate, or be a seller's own contact.
    """
    seen = {_bare(text) for text in known}
    made = []
    for proposal in (*_of_leads(leads, words), *_of_related(related, words)):
        bare = _bare(proposal.query.text)
        if bare not in seen and len(proposal.query.text) <= MAX_LENGTH:
            seen.add(bare)
            made.append(proposal)
    return tuple(made)


def _of_related(related: Iterable[Related], words: Mapping[str, tuple[str, ...]]) -> Iterator[Proposal]:
    for one in sorted(related, key=lambda r: (-r.times, r.text)):
        text = " ".join(one.text.split())
        if certificate := _held(text, words["certificate"]):
            theme = "site" if _held(text, words["lookup"]) else "ad"
            region = _held(text, words["region"])
            yield Proposal(Query(text, theme, certificate, region, "related"), {"query": one.query, "times": one.times})


def _of_leads(leads: Iterable[LeadWords], words: Mapping[str, tuple[str, ...]]) -> Iterator[Proposal]:
    for lead in leads:
        for kind, value in lead.contacts:
            if kind in _SPEAKING:
                yield Proposal(Query(value, "ad", "", "", "lead"), {"lead": lead.lead, "contact": kind})
        certificate = _held(lead.title, words["certificate"]) or next(
            (found for quote in lead.quotes if (found := _held(quote, words["certificate"]))), "")
        if not certificate:
            continue
        for phrase in dict.fromkeys(p for quote in lead.quotes for p in _phrases(quote)):
            if certificate in phrase:
                text = phrase
            elif _LEAST <= len(phrase) <= _LONGEST and _HAN.search(phrase):
                text = f"{certificate} {phrase}"
            else:
                continue
            yield Proposal(Query(text, "ad", certificate, _held(text, words["region"]), "lead"),
                           {"lead": lead.lead, "quote": phrase})


def _phrases(text: str) -> list[str]:
    """The pieces of a quote between punctuation."""
    return [piece for piece in _EDGE.split(text) if piece and not piece.isdigit()]


def _held(text: str, words: tuple[str, ...]) -> str:
    """The longest of `words` that `text` holds, "" for none."""
    return max((word for word in words if word in text), key=len, default="")


def _bare(text: str) -> str:
    return "".join(text.split()).lower()
