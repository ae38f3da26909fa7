"""Gangs: measured on planted rings among hubs, decoys and directories; and each rule on a case of its own."""

import pytest

from bench.rings import planted, scored
from review.gangs import Tie, Web, find_gangs


def groups(web):
    return sorted(sorted(g.leads) for g in find_gangs(web))


def of(*leads, outside=None, **named):
    web = Web(outside=outside or {}, **named)
    for lead, kind, *ties in leads:
        web.add(lead, kind, [Tie(*t.split(":", 1)) for t in ties])
    return web


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fifty_rings_in_ten_thousand_sites(seed):
    made = planted(10_000, 50, seed)
    gangs = find_gangs(made.web)
    precision, recall = scored(made, {lead: g.id for g in gangs for lead in g.leads})
    assert precision >= 0.99
    assert recall >= 0.95
    named = {made.ring[lead] for g in gangs for lead in g.leads
             if lead in made.ring and made.operator[made.ring[lead]] in [s.tie for s in g.strands[:3]]}
    assert named == set(range(50))


@pytest.mark.parametrize(("web", "expected"), {
    "one contact": (of(("a", "ad", "wechat:x"), ("b", "ad", "wechat:x"), ("c", "ad", "wechat:y")), [["a", "b"]]),
    "ad leads to checker": (of(("a", "ad", "host:q.example"), ("s", "fake_site", "host:q.example")), [["a", "s"]]),
    "a template alone is a public kit": (of(("s", "fake_site", "template:t"), ("u", "fake_site", "template:t")), []),
    "template and icon agree": (of(("s", "fake_site", "template:t", "favicon:f"), ("u", "fake_site", "template:t", "favicon:f")),
                                [["s", "u"]]),
    "both copied from the official page": (
        of(("s", "fake_site", "template:t", "icp:i"), ("u", "fake_site", "template:t", "icp:i"),
           outside={Tie("template", "t"): 1, Tie("icp", "i"): 1}), []),
    "a hotline that innocents print": (of(("a", "ad", "phone:1"), ("b", "ad", "phone:1"), outside={Tie("phone", "1"): 9}), []),
    "a directory ties nobody": (
        of(("list", "ad", "wechat:a", "wechat:b", "wechat:c", "wechat:d"), ("a", "ad", "wechat:a"), ("b", "ad", "wechat:b")), []),
    "people keep two apart": (of(("a", "ad", "wechat:x"), ("b", "ad", "wechat:x"), apart=[("a", "b")]), []),
    "people put two together": (of(("a", "ad"), ("b", "ad"), together=[("a", "b")]), [["a", "b"]]),
    "people set a tie aside": (of(("a", "ad", "wechat:x"), ("b", "ad", "wechat:x"), ignored=frozenset({Tie("wechat", "x")})), []),
}.values(), ids=["contact", "checker", "public kit", "two weak", "official copy", "hotline", "directory", "apart", "together", "ignored"])
def test_what_links(web, expected):
    assert groups(web) == expected


def test_a_platform_counter_links_nobody():
    web = of(*[(f"s{n}", "fake_site", "analytics:baidu:platform") for n in range(200)], *[(f"o{n}", "ad") for n in range(3000)])
    assert groups(web) == []


def test_a_large_ring_with_inner_ties_is_no_platform():
    leads = [(f"s{n}", "fake_site", "analytics:baidu:own", f"wechat:w{n // 5}", f"qq:q{(n + 2) // 5}") for n in range(100)]
    assert len(groups(of(*leads))[0]) == 100


def test_builders_outrank_sellers():
    leads = [(f"a{n}", "ad", "wechat:seller", "host:q.example") for n in range(30)]
    web = of(*leads, ("q", "fake_site", "host:q.example", "telegram:builder"), ("p", "fake_site", "telegram:builder"))
    strands = find_gangs(web)[0].strands
    assert (strands[0].tie.value, strands[0].role) == ("builder", "operator")
    assert next(s.role for s in strands if s.tie.value == "seller") == "reseller"


def test_the_order_of_leads_does_not_matter():
    made = planted(600, 6, 5)
    again = Web(outside=made.web.outside)
    for lead in reversed(list(made.web.kinds)):
        again.add(lead, made.web.kinds[lead], made.web.ties[lead])
    assert groups(made.web) == groups(again)
