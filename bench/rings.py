"""Invented rings for measuring gangs: sellers, checkers, one operator each, among hubs, decoys and loners.

A ring has one operator (a counter or a technical contact on its checkers, not on its ads), several resellers with a
contact of their own, a kit, and addresses that change. Around them: platform counters, shared servers, a hotline that
thousands quote, directories that list many sellers, independent fakes that copy the same official template and filing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from review.gangs import Tie, Web


@dataclass
class Planted:
    """The web with its truth: ring of each lead that has one, and each ring's operator."""

    web: Web = field(default_factory=Web)
    ring: dict[str, int] = field(default_factory=dict)
    operator: dict[int, Tie] = field(default_factory=dict)
    ties: int = 0


def planted(sites: int = 10_000, rings: int = 50, seed: int = 7) -> Planted:
    """`sites` leads of which `rings` rings hold about a fifth."""
    chance, made = random.Random(seed), Planted()
    outside: dict[Tie, int] = {}
    platforms = [Tie("analytics", f"baidu:{n:032x}") for n in range(6)]
    servers = [Tie("ip", f"203.0.113.{n}") for n in range(40)]
    kits = [Tie("template", f"public-kit-{n}") for n in range(25)]
    hotline, copied = Tie("phone", "4000000000"), Tie("icp", "京ICP备00000001号")
    for tie in (*platforms, *kits[:10]):
        outside[tie] = 3_000
    outside[hotline], outside[copied] = 5_000, 4

    def put(lead: str, kind: str, ring: int | None, *ties: Tie) -> None:
        own = {*ties, Tie("host", f"{lead}.example")}
        noise = [t for t, p in ((chance.choice(platforms), .3), (chance.choice(servers), .6), (hotline, .05)) if chance.random() < p]
        made.web.add(lead, kind, own | set(noise))
        made.ties += len(own) + len(noise)
        if ring is not None:
            made.ring[lead] = ring

    for ring in range(rings):
        _ring(chance, made, put, ring, chance.randint(8, max(9, sites // rings // 3)), kits)
    number = 0
    while len(made.web.kinds) < sites:
        _loner(chance, put, number, kits, copied)
        number += 1
    made.web.outside = outside
    return made


def _ring(chance: random.Random, made: Planted, put: object, ring: int, size: int, kits: list[Tie]) -> None:
    assert callable(put)
    operator = Tie(*chance.choice([("analytics", f"baidu:ring{ring}"), ("wechat", f"jishu_{ring}"), ("telegram", f"kfz_{ring}")]))
    made.operator[ring] = operator
    kit = Tie("template", f"kit-{ring}") if chance.random() < .6 else chance.choice(kits)
    icon = Tie("favicon", f"icon-{ring}")
    checkers = [f"r{ring}c{n}" for n in range(max(2, size // 6))]
    for checker in checkers:
        sure = 1.0 if checker == checkers[0] else .85  # whoever shows itself nowhere cannot be named
        seen = [t for t, p in ((operator, sure), (kit, .9), (icon, .8)) if chance.random() < p]
        put(checker, "fake_site", ring, *seen)
    resellers = [Tie(chance.choice(["wechat", "phone", "qq"]), f"seller{ring}x{n}") for n in range(max(1, size // 8))]
    for n in range(size - len(checkers)):
        reseller = resellers[n % len(resellers)]
        leads_to = [Tie("host", f"{chance.choice(checkers)}.example")] if chance.random() < .75 else []
        second = [chance.choice(resellers)] if chance.random() < .2 else []
        put(f"r{ring}a{n}", "ad", ring, reseller, *leads_to, *second)


def _loner(chance: random.Random, put: object, number: int, kits: list[Tie], copied: Tie) -> None:
    assert callable(put)
    what = chance.random()
    if what < .7:
        put(f"loner{number}", "ad", None, Tie("wechat", f"alone_{number}"))
    elif what < .95:
        put(f"fake{number}", "fake_site", None, chance.choice(kits), copied, Tie("phone", f"139{number:08d}"))
    else:
        listed = [Tie("wechat", f"seller{chance.randrange(50)}x0") for _ in range(6)]
        put(f"listing{number}", "ad", None, *listed)


def scored(made: Planted, found: dict[str, str]) -> tuple[float, float]:
    """Pairwise (precision, recall) of `found` (lead → gang) against the planted rings."""
    gangs: dict[str, list[str]] = {}
    for lead, gang in found.items():
        gangs.setdefault(gang, []).append(lead)
    true: dict[int, int] = {}
    for ring in made.ring.values():
        true[ring] = true.get(ring, 0) + 1
    expected = sum(n * (n - 1) // 2 for n in true.values())
    said = right = 0
    for leads in gangs.values():
        said += len(leads) * (len(leads) - 1) // 2
        parts: dict[int, int] = {}
        for lead in leads:
            if lead in made.ring:
                parts[made.ring[lead]] = parts.get(made.ring[lead], 0) + 1
        right += sum(n * (n - 1) // 2 for n in parts.values())
    return right / said if said else 1.0, right / expected if expected else 1.0
