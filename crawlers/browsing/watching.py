"""What a page does while it is looked at: where it goes, what it says, what it tries to open or to store. Only noted."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urldefrag

from playwright.async_api import BrowserContext, Dialog, Download, Page, Request
from playwright.async_api import Error as PlaywrightError

MAX_CONSOLE, MAX_WORDS, MAX_LISTED = 100, 500, 50
DIALOG_LIMIT, CONSOLE_LIMIT = 20, 1_000  # beyond that a page is at work against us


class Watch:
    """Listens to one page and its context. `over` is set when looking on is pointless, `why` then says it."""

    def __init__(self) -> None:
        self.navigations: list[str] = []  # addresses the main frame asked for, in order, without fragments
        self.console: list[dict[str, str]] = []
        self.dialogs: list[dict[str, str]] = []
        self.popups: list[str] = []
        self.downloads: list[dict[str, str]] = []
        self.over = asyncio.Event()
        self.why = ""
        self._dialog_count = self._console_count = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, context: BrowserContext, page: Page) -> None:
        """Begin to listen, before the page is sent anywhere."""
        page.on("request", lambda request: self._on_request(request, page))
        page.on("console", lambda message: self._say(message.type, message.text))
        page.on("pageerror", lambda error: self._say("error", str(error)))
        page.on("dialog", self._on_dialog)
        page.on("download", self._on_download)
        page.on("crash", lambda _: self.stop("the page's process crashed"))
        context.on("page", lambda other: self._on_page(other, page))

    def window_open(self, event: Any) -> None:
        """CDP Page.windowOpen: an attempt to open a window, whether it succeeds or not."""
        if len(self.popups) < MAX_LISTED:
            self.popups.append(_short(event.get("url", "")))

    def stop(self, why: str) -> None:
        """Looking on is pointless."""
        self.why = self.why or why
        self.over.set()

    async def close(self) -> None:
        """Drop what is still under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_request(self, request: Request, page: Page) -> None:
        try:
            main = request.is_navigation_request() and request.frame == page.main_frame
        except PlaywrightError:
            return  # a window's or worker's request: it has no frame yet
        if main and len(self.navigations) < MAX_LISTED:
            self.navigations.append(urldefrag(request.url)[0])

    def _say(self, kind: str, words: str) -> None:
        self._console_count += 1
        if self._console_count > CONSOLE_LIMIT:
            self.stop(f"more than {CONSOLE_LIMIT} console messages")
        if len(self.console) < MAX_CONSOLE:
            self.console.append({"type": kind, "text": words[:MAX_WORDS]})

    def _on_dialog(self, dialog: Dialog) -> None:
        self._dialog_count += 1
        if len(self.dialogs) < MAX_LISTED:
            self.dialogs.append({"type": dialog.type, "text": dialog.message[:MAX_WORDS]})
        if self._dialog_count > DIALOG_LIMIT:
            self.stop(f"more than {DIALOG_LIMIT} dialogs")
            return
        self._do(dialog.dismiss())

    def _on_download(self, download: Download) -> None:
        if len(self.downloads) < MAX_LISTED:
            self.downloads.append({"url": _short(download.url), "name": _short(download.suggested_filename)})

    def _on_page(self, other: Page, page: Page) -> None:
        if other != page:
            if len(self.popups) < MAX_LISTED and other.url not in {"", "about:blank", *self.popups}:
                self.popups.append(_short(other.url))
            self._do(other.close())

    def _do(self, work: Any) -> None:
        async def quietly() -> None:
            try:
                await work
            except PlaywrightError:
                return  # the page was gone first

        task = asyncio.ensure_future(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _short(text: str) -> str:
    return text[:2000]
