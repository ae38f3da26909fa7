"""From verdicts to more work: what is deepened in the browser, and which links and QR targets are fetched.

Cheap first, dear only where it pays: a rendered page costs a hundred plain ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from classifiers.register import is_government_zone, is_official
from evidence import ids
from evidence.frontier import Frontier
from evidence.records import BANDS, Capture, Verdict
from evidence.store import Store

_LED_HERE = frozenset({"link", "qr"})
_PRIORITY = {"high": 30, "medium": 20, "low": 10, "none": 0}


def reason_to_deepen(capture: Capture, verdict: Verdict) -> str:
    """Why a plain capture deserves the browser, in one word; "" when it does not."""
    if capture.means != "http":
        return ""
    if verdict.band != "none":
        return verdict.band
    if verdict.undecidable:
        return verdict.undecidable
    if capture.why in _LED_HERE:
        return "reached-from-ad"  # a page may show itself to phones, or to visitors of the ad, alone
    return ""


def queue_deepening(frontier: Frontier, run: str, judged: Iterable[tuple[Capture, Verdict]]) -> int:
    """Queue the browser capture of every page that deserves it; returns how many are new."""
    count = 0
    for capture, verdict in judged:
        reason = reason_to_deepen(capture, verdict)
        if reason:
            count += frontier.add(
                "browser", ids.url_key(capture.url), run=run, host=ids.host_of(capture.url),
                priority=_PRIORITY[verdict.band],
                payload={"url": capture.url, "why": capture.why, "origin": capture.origin, "reason": reason,
                         "capture": capture.id})
    return count


def queue_links(frontier: Frontier, run: str, judged: Iterable[tuple[Capture, Verdict]]) -> int:
    """Queue where a suspect page leads: QR targets and links; official sites are left alone."""
    count = 0
    for _, verdict in judged:
        if BANDS.index(verdict.band) < BANDS.index("medium"):
            continue
        codes = {c.value for c in verdict.contacts if c.type == "qr"}
        for link in verdict.links:
            try:
                url, host = ids.normal_url(link), ids.host_of(link)
            except ValueError:
                continue  # not a web address (weixin://, tel:): the contact itself is kept with the verdict
            if is_official(host) or is_government_zone(host):
                continue
            count += frontier.add(
                "plain", ids.url_key(url), run=run, host=host, priority=40,
                payload={"url": url, "why": "qr" if link in codes else "link", "origin": verdict.id,
                         "ephemeral": False})
    return count


def suspect_hosts(store: Store, run: str) -> list[str]:
    """Hosts worth the site facts: those with a verdict of medium or above in this run, however it was reached."""
    rows = store.rows("SELECT DISTINCT c.host FROM verdicts v JOIN captures c ON c.id = v.capture "
                      "WHERE v.run = ? AND v.band IN ('medium', 'high') AND c.host <> '' ORDER BY c.host", run)
    return [row["host"] for row in rows]
