"""From verdicts to more work: what is deepened in the browser, and which links and QR targets are fetched.

Cheap first, dear only where it pays: a rendered page costs a hundred plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifiers import PageInput, judge
from classifiers.register import is_government_zone, is_official
from evidence import ids
from evidence.config import Config
from evidence.frontier import QUEUE_ONLY, Frontier
from evidence.records import BANDS, Capture, Verdict
from evidence.sharing import frontier_for
from evidence.store import Store
from review import clock

_LED_HERE = frozenset({"link", "qr"})
_NAMED = frozenset({"tip", "agency-list", "lookalike", "import", "manual"})
_PRIORITY = {"high": 30, "medium": 20, "low": 10, "none": 0}
_FOLLOWED = 40  # before what search found, after what people brought in
_PACKAGE = re.compile(r"\.(?:apk|ipa|mobileconfig)(?:[?#]|\Z)|^itms-services:", re.IGNORECASE)


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
    if capture.why in _NAMED:
        return "reported"  # somebody had a reason; a plain page that shows nothing may show more to a visitor
    return ""


def promised_more(store: Store, capture: Capture, verdict: Verdict) -> bool:
    """Whether the result page showed an advertisement where the page itself, asked plainly, shows none.

    An injected page often shows its advertisement to visitors from a search engine, and to its crawler, alone.
    """
    if capture.means != "http" or capture.why != "sighting" or verdict.band != "none":
        return False
    hit = store.one("SELECT title, snippet FROM sightings WHERE id = ?", capture.origin)
    return hit is not None and judge(PageInput(capture.url, text=f"{hit['title']}\n{hit['snippet']}")).band != "none"


def queue_deepening(frontier: Frontier, run: str, judged: Iterable[tuple[Capture, Verdict]], store: Store | None = None) -> int:
    """Queue the browser capture of every page that deserves it; returns how many are new.

    With `store`, also of pages that show less than the result page that led to them.
    """
    count = 0
    for capture, verdict in judged:
        reason = reason_to_deepen(capture, verdict)
        if not reason and store is not None and promised_more(store, capture, verdict):
            reason = "less-than-promised"
        if reason:
            count += frontier.add(
                "browser", ids.url_key(capture.url), run=run, host=ids.host_of(capture.url),
                priority=_PRIORITY[verdict.band],
                payload={"url": capture.url, "why": capture.why, "origin": capture.origin, "reason": reason,
                         "capture": capture.id})
    return count


def queue_links(frontier: Frontier, run: str, judged: Iterable[tuple[Capture, Verdict]]) -> int:
    """Queue where captures lead: every QR target, and from suspects their links and app downloads; official sites are left alone."""
    count = 0
    for capture, verdict in judged:
        codes = {c.value for c in verdict.contacts if c.type == "qr"}
        for link in verdict.links:
            why = "qr" if link in codes else "app" if _PACKAGE.search(link) else "link"
            if not _worth(capture, verdict, why):
                continue
            try:
                url, host = ids.normal_url(link), ids.host_of(link)
            except ValueError:
                continue  # not a web address (weixin://, tel:): the contact itself is kept with the verdict
            if is_official(host) or is_government_zone(host):
                continue
            count += _add(frontier, run, url, host, why, verdict.id, _FOLLOWED)
    return count


def _worth(capture: Capture, verdict: Verdict, why: str) -> bool:
    """Whether a link of this kind is followed. Pictures are only read of pages that gave reason, so their codes always are."""
    if why == "qr" or capture.means == "import":
        return True
    least = "low" if why == "app" else "medium"
    return BANDS.index(verdict.band) >= BANDS.index(least)


def queue_address(store: Store, config: Config, run: str, url: str, why: str, origin: str, priority: int) -> str:
    """Queue an address somebody named. Says what became of it: queued · official · waiting · fetched (lately) · no address."""
    try:
        normal, key, host = ids.normal_url(url), ids.url_key(url), ids.host_of(url)
    except ValueError:
        return "no address"
    if is_official(host):
        return "official"  # reports name the real site to say what is imitated
    if _waits(store, key):
        return "waiting"
    if _fetched(store, key, config.crawl.recapture_days):
        return "fetched"
    return "queued" if _add(frontier_for(store, config), run, normal, host, why, origin, priority) else "waiting"


def _add(frontier: Frontier, run: str, url: str, host: str, why: str, origin: str, priority: int) -> bool:
    from crawlers.candidates import EPHEMERAL, SOON  # with Scrapy behind it: not for commands that only read

    ephemeral = host in EPHEMERAL
    return frontier.add("plain", ids.url_key(url), run=run, host=host, priority=SOON if ephemeral else priority,
                        payload={"url": url, "why": why, "origin": origin, "ephemeral": ephemeral})


def _waits(store: Store, key: str) -> bool:
    """Whether a run that will still fetch it has it: one under way, or one whose queue the next run adopts."""
    return store.one(
        "SELECT 1 FROM frontier f JOIN v_runs r ON r.id = f.run WHERE f.lane = 'plain' AND f.key = ? AND f.state IN "
        "('waiting', 'leased') AND (r.state = 'unfinished' AND r.day = ? OR r.kind IN (?, ?))", key, clock.today(), *QUEUE_ONLY,
    ) is not None


def _fetched(store: Store, key: str, days: int) -> bool:
    """Whether we fetched it well within `days`; what somebody saved is no fetch of ours."""
    return days > 0 and store.one("SELECT 1 FROM captures WHERE url_key = ? AND started > ? AND outcome IN ('ok', 'partial') "
                                  "AND means <> 'import' LIMIT 1", key, clock.days_ago(days)) is not None


def suspect_hosts(store: Store, run: str) -> list[str]:
    """Hosts worth the site facts: those with a verdict of medium or above in this run, however it was reached,
    or in a daily run that was cut off before it could ask."""
    rows = store.rows("SELECT DISTINCT c.host FROM verdicts v JOIN captures c ON c.id = v.capture WHERE (v.run = ? OR v.run IN "
                      "(SELECT run FROM run_ends WHERE json_extract(report, '$.continued_by') = ?)) "
                      "AND v.band IN ('medium', 'high') AND c.host <> '' ORDER BY c.host", run, run)
    return [row["host"] for row in rows]
