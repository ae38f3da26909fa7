"""The captures of one page by several visitors, laid side by side for the judge."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from classifiers import PageInput, cloaking
from classifiers.media import read_image
from classifiers.reader import read
from evidence.archive import ArchiveError, Vault
from evidence.records import Capture
from evidence.store import Store

PICTURE = "screenshot-first"


class Sides:
    """Compares a browser capture with those that other visitors made of the same address in the same run."""

    def __init__(self, store: Store, vault: Vault, page_of: Callable[[Vault, Capture], PageInput]) -> None:
        self._store, self._vault, self._page_of = store, vault, page_of
        self._view = lru_cache(maxsize=64)(self._made)

    def facts(self, capture: Capture) -> dict[str, Any]:
        """The key `cloaking` for the judge, or nothing when there is no other view or no difference."""
        if capture.means != "browser":
            return {}
        others = self._store.rows(
            "SELECT id FROM captures WHERE url_key = (SELECT url_key FROM captures WHERE id = ?) AND run = ? "
            "AND means = 'browser' AND origin = ? AND id <> ? ORDER BY started, id",
            capture.id, capture.run, capture.origin, capture.id)
        if not others:
            return {}
        try:
            found = cloaking.compare(self._view(capture.id), [self._view(row["id"]) for row in others])
        except ArchiveError:
            return {}  # whoever judges that capture reports what cannot be read
        return {"cloaking": cloaking.facts(found)} if found else {}

    def _made(self, capture_id: str) -> cloaking.View:
        capture = self._store.capture(capture_id)
        shown = capture.outcome in {"ok", "partial"}
        page = self._page_of(self._vault, capture) if shown else PageInput(capture.url)
        picture = capture.artifact(PICTURE)
        code = read_image(self._vault.read(picture), PICTURE).phash if picture and shown else ""
        return cloaking.View(capture.profile, capture.id, capture.url, capture.outcome, capture.title,
                             read(page).text if shown else "", code)
