"""Certificates named on a page: full names, and trades that stand beside words of examination or certificates."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace

from classifiers.features import family
from classifiers.reading import Hit, Reading

_NEAR = 60
_CONTEXT = ("certificate.exam", "promise.no_exam", "promise.pass", "promise.proxy", "promise.leak", "promise.own_site", "jargon.initials")


MEANS = {"certificate.named": "写明的证书，或考证语境中的工种", "topic.certificate": "讨论的题目是证书"}


@family("certificate", MEANS)
def find(reading: Reading) -> Iterable[Hit]:
    """A trade alone names goods as well ("叉车", "电梯"): it counts only near an examination or a certificate."""
    named: list[Hit] = []
    for feature in ("certificate.safety", "certificate.skill"):
        named += [replace(hit, feature="certificate.named") for hit in reading.hits(feature)]
    context = sorted(h.at for feature in _CONTEXT for h in reading.hits(feature))
    for hit in [*reading.hits("certificate.trade"), *reading.hits("certificate.initials")]:
        near = bisect_left(context, hit.at - _NEAR)
        if near < len(context) and context[near] <= hit.until + _NEAR:
            named.append(replace(hit, feature="certificate.named"))
    yield from named
    if any(block.unit for block in reading.page.blocks):
        topic = next((h for h in named if h.region in ("title", "heading") or h.unit == 1), None)
        if topic is not None:  # replies seldom repeat what the thread is about
            yield reading.fact("topic.certificate", reading.quote(topic), "html")
