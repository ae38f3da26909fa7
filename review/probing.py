"""One live look at a source: a single question, and what its answer still shows."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers import health, sources
from crawlers.answer import Answer
from crawlers.results import Parsed
from crawlers.source import Source
from evidence import config as settings
from evidence.archive import Vault
from evidence.home import Home
from evidence.records import Capture
from evidence.store import Store
from review import clock, environment
from review.lock import RunLock
from review.processes import crawl
from review.progress import Reporter


class NotProbed(Exception):
    """A look that could not be taken; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look saw: the source's state and its reason, the answer's capture, its text and how it was read."""

    state: str
    detail: str
    query: str
    capture: Capture | None = None
    text: str = ""
    parsed: Parsed | None = None
    fields: tuple[health.Found, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether it was read, every declared field by the first selector of its chain or not printed at all."""
        return self.state == "ok" and all(f.primary or not f.share for f in self.fields if f.declared) and any(
            f.field == "title" and f.share for f in self.fields)


def look(home: Home, name: str, query: str, say: Reporter) -> Looked:
    """Ask `name` one page of `query`; Locked while another run is going on."""
    source = sources.select([name])[name]
    config = settings.load(home)
    with RunLock(home) as lock, Store.open(home, actor="check") as store:
        query = query or _query_for(store, source)
        run = store.begin_run("check", clock.today(), environment.describe(config))
        outcome = crawl("discover", home, run, say.event, arguments=("--sources", name, "--probe", query),
                        keep_open=(lock.descriptor,))
        row = store.one("SELECT state, detail FROM source_runs WHERE run = ? AND source = ?", run, name)
        state, detail = (row["state"], row["detail"]) if row else ("degraded", outcome.tail or "the look was interrupted")
        store.end_run(run, "ok" if state in {"ok", "empty"} else "partial", {"source": name, "state": state, "detail": detail})
        found = store.one("SELECT id FROM captures WHERE run = ? AND (why = 'serp' OR origin = '') AND note NOT LIKE 'jump link%' "
                          "ORDER BY started DESC LIMIT 1", run)
        if found is None:
            return Looked(state, detail, query)
        return _read(source, store, store.capture(found["id"]), state, detail, query)


def _read(source: type[Source], store: Store, capture: Capture, state: str, detail: str, query: str) -> Looked:
    body = capture.artifact("body")
    data = Vault(store.home).decoded(body) if body is not None else b""
    kind = next((v for k, v in capture.headers if k.lower() == "content-type"), "text/html")
    answer = Answer(capture.url, data, status=capture.status, content_type=kind, charset=source.answer_charset or source.charset)
    _, parsed = source.read(answer, query)
    return Looked(state, detail, query, capture, answer.text, parsed, health.fields(source, parsed))


def _query_for(store: Store, source: type[Source]) -> str:
    """What to ask when nobody says: a certificate's name; for a source that reads pages, one the engines showed."""
    if source.entry != "site":
        return "特种作业操作证"
    for row in store.rows("SELECT url FROM sightings WHERE url <> '' ORDER BY at DESC LIMIT 20000"):
        if source.reads(row["url"]):
            return str(row["url"])
    raise NotProbed(f"来源 {source.name} 没有自己的检索，库里也没有它的页面；请用 --query 写一个它的网址")
