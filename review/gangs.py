"""Gangs (团伙): which leads belong together, why, and who stands behind them. Pure: ties in, gangs out.

A tie is a trait or contact that several subjects share. What a person alone can have (a phone, a WeChat id, a
visitor counter, the host a QR code points to) links by itself; what a kit or a server gives to many (a template, an
icon, a copied filing, an address) links only where two kinds of it agree. A tie that is common outside the suspects,
or that holds together subjects with nothing else in common, is a hub and links nobody: both are measured, not listed.
Time and memory are linear in the number of ties.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

PERSONAL = frozenset({"phone", "wechat", "qq", "email", "telegram"})
STRONG = PERSONAL | {"host", "analytics", "tls"}
WEAK = frozenset({"template", "favicon", "icp", "police", "ip", "registrant"})
OPERATING = PERSONAL | {"analytics", "tls", "registrant"}  # what can name whoever built a site
_FREE = {"personal": 60, "host": 400, "site": 25}  # subjects a tie may hold without further proof
_COHESIVE = 0.5  # of a tie's subjects must hang together without it
_LISTING = 4  # contacts of one type on one page: a directory, which ties together whom it lists
_TYPE_WEIGHT = {"analytics": 1.0, "tls": 1.0, "registrant": 1.0, "ip": 0.3}


class Tie(NamedTuple):
    """A shared trait: `type` as in `evidence.records.Entity`, its normalised value."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Strand:
    """A tie inside one gang: how many leads it holds, its part in the gang, its rank and why it counts (zh)."""

    tie: Tie
    leads: int
    ads: int
    sites: int
    role: str  # operator · reseller · shared
    score: float


@dataclass(slots=True)
class Gang:
    """Leads that belong together, oldest first, with the strands between them, likeliest operators first."""

    id: str
    leads: list[str] = field(default_factory=list)
    strands: list[Strand] = field(default_factory=list)


@dataclass(slots=True)
class Web:
    """What is known: each lead's kind and ties, ties seen outside the suspects, and what people decided."""

    kinds: dict[str, str] = field(default_factory=dict)
    ties: dict[str, set[Tie]] = field(default_factory=lambda: defaultdict(set))
    outside: Mapping[Tie, int] = field(default_factory=dict)
    together: Sequence[tuple[str, str]] = ()
    apart: Sequence[tuple[str, str]] = ()
    ignored: frozenset[Tie] = frozenset()

    def add(self, lead: str, kind: str, ties: Iterable[Tie]) -> None:
        """Add one lead with its ties."""
        self.kinds[lead] = kind
        self.ties[lead].update(ties)


class _Forest:
    """Disjoint sets that refuse to unite what people keep apart."""

    def __init__(self, leads: Iterable[str], apart: Iterable[tuple[str, str]]) -> None:
        self.parent = {lead: lead for lead in leads}
        self.size = dict.fromkeys(self.parent, 1)
        self.foes: dict[str, set[str]] = defaultdict(set)
        self._fenced: list[tuple[str, str]] = [(a, b) for a, b in apart if a in self.parent and b in self.parent]
        for a, b in self._fenced:
            self.foes[a].add(b)
            self.foes[b].add(a)

    def find(self, lead: str) -> str:
        """The representative of a lead's set."""
        while self.parent[lead] != lead:
            self.parent[lead] = self.parent[self.parent[lead]]
            lead = self.parent[lead]
        return lead

    def unite(self, a: str, b: str) -> None:
        """Unite two sets, unless a person said that they are apart."""
        a, b = self.find(a), self.find(b)
        if a == b or any(self.find(foe) == b for foe in self.foes.get(a, ())):
            return
        if self.size[a] < self.size[b]:
            a, b = b, a
        self.parent[b] = a
        self.size[a] += self.size[b]
        if b in self.foes:
            self.foes[a] |= self.foes.pop(b)


def find_gangs(web: Web) -> list[Gang]:
    """Every gang of two leads or more, largest first; deterministic."""
    postings = _postings(web)
    links = {tie: leads for tie, leads in postings.items() if tie.type in STRONG and not hub_reason(tie, web, postings)}
    pairs = _agreeing(web, {t: leads for t, leads in postings.items() if t.type in WEAK and not hub_reason(t, web, postings)})
    forest = _Forest(sorted(web.kinds), web.apart)
    for a, b in web.together:
        if a in forest.parent and b in forest.parent:
            forest.unite(a, b)
    for group in sorted([*links.values(), *pairs.values()], key=lambda g: (len(g), g[0])):
        for other in group[1:]:
            forest.unite(group[0], other)
    sets: dict[str, list[str]] = defaultdict(list)
    for lead in sorted(web.kinds):
        sets[forest.find(lead)].append(lead)
    shown = links | {tie: postings[tie] for pair in pairs for tie in pair}
    gangs = {leads[0]: Gang(leads[0], leads) for leads in sets.values() if len(leads) > 1}
    owner = {lead: gang for gang in gangs.values() for lead in gang.leads}
    _weave(web, shown, owner)
    return sorted(gangs.values(), key=lambda g: (-len(g.leads), g.id))


def _postings(web: Web) -> dict[Tie, list[str]]:
    """Tie → its leads in order, for ties of two leads or more. A directory's contacts tie nobody."""
    found: dict[Tie, list[str]] = defaultdict(list)
    for lead in sorted(web.ties):
        types = Counter(t.type for t in web.ties[lead])
        for tie in web.ties[lead]:
            if tie not in web.ignored and not (tie.type in PERSONAL and types[tie.type] >= _LISTING):
                found[tie].append(lead)
    return {tie: leads for tie, leads in found.items() if len(leads) > 1}


def hub_reason(tie: Tie, web: Web, postings: Mapping[Tie, Sequence[str]]) -> str:
    """Why a tie links nobody, in one word (outside · loose); "" when it may link."""
    leads = postings[tie]
    inside, outside = len(leads), web.outside.get(tie, 0)
    if outside and outside * (1 if tie.type in PERSONAL or tie.type == "host" else 5) >= inside:
        return "outside"
    kind = "personal" if tie.type in PERSONAL else "host" if tie.type == "host" else "site"
    if inside <= _FREE[kind] or _connected(tie, leads, web, postings) >= _COHESIVE:
        return ""
    return "loose"


def _connected(tie: Tie, leads: Sequence[str], web: Web, postings: Mapping[Tie, Sequence[str]]) -> float:
    """The share of a tie's leads that their other, rarer ties hold together in one piece."""
    forest, first = _Forest(leads, ()), dict[Tie, str]()
    for lead in leads:
        for other in web.ties[lead]:
            if other != tie and other.type not in WEAK and len(postings.get(other, ())) < len(leads) and not web.outside.get(other):
                forest.unite(first.setdefault(other, lead), lead)
    return max(forest.size.values()) / len(leads)


def _agreeing(web: Web, weak: Mapping[Tie, Sequence[str]]) -> dict[tuple[Tie, Tie], list[str]]:
    """Leads that share two weak ties of different types."""
    found: dict[tuple[Tie, Tie], list[str]] = defaultdict(list)
    for lead in sorted(web.ties):
        own = sorted(t for t in web.ties[lead] if t in weak)[:12]
        for one, other in combinations(own, 2):
            if one.type != other.type:
                found[one, other].append(lead)
    return {pair: leads for pair, leads in found.items() if len(leads) > 1}


def _weave(web: Web, shown: Mapping[Tie, Sequence[str]], owner: Mapping[str, Gang]) -> None:
    """Give each gang its strands, ranked."""
    pointing = _pointing(web, shown)
    for tie, leads in shown.items():
        parts: dict[str, list[str]] = defaultdict(list)
        for lead in leads:
            if lead in owner:
                parts[owner[lead].id].append(lead)
        for group in parts.values():
            if len(group) > 1:
                owner[group[0]].strands.append(_strand(web, tie, group, pointing))
    for gang in {g.id: g for g in owner.values()}.values():
        gang.strands += [_strand(web, tie, [lead], pointing) for lead, tie in _lone(web, gang)]
        gang.strands.sort(key=lambda s: (-s.score, -s.leads, s.tie))


def _lone(web: Web, gang: Gang) -> Iterator[tuple[str, Tie]]:
    """What only one site of the gang shows may name its builder too: one checker can serve many sellers."""
    known = {s.tie for s in gang.strands}
    for lead in gang.leads:
        if web.kinds[lead] == "fake_site":
            for tie in sorted(web.ties[lead]):
                if tie.type in OPERATING and tie not in known and not web.outside.get(tie) and tie not in web.ignored:
                    known.add(tie)
                    yield lead, tie


def _pointing(web: Web, shown: Mapping[Tie, Sequence[str]]) -> dict[str, int]:
    """For each site, how many ads lead to its host."""
    ads: dict[str, int] = {}
    for tie, leads in shown.items():
        if tie.type == "host":
            sellers = sum(web.kinds[lead] == "ad" for lead in leads)
            for lead in leads:
                if web.kinds[lead] == "fake_site":
                    ads[lead] = ads.get(lead, 0) + sellers
    return ads


def _strand(web: Web, tie: Tie, leads: Sequence[str], pointing: Mapping[str, int]) -> Strand:
    """A site's builder outranks whoever only advertises it: sites count, each by the ads that lead there."""
    sites = [lead for lead in leads if web.kinds[lead] == "fake_site"]
    ads = len(leads) - len(sites)
    if tie.type not in OPERATING:
        return Strand(tie, len(leads), ads, len(sites), "shared", 0.0)
    weight = _TYPE_WEIGHT.get(tie.type, 0.9)
    score = weight * sum(1 + math.log1p(pointing.get(site, 0)) for site in sites) + 0.05 * ads
    return Strand(tie, len(leads), ads, len(sites), "operator" if sites else "reseller", round(score, 3))


def strands_of(gang: Gang, role: str) -> Iterator[Strand]:
    """The gang's strands of one role, best first."""
    return (s for s in gang.strands if s.role == role)
