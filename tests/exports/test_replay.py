"""The WACZ of a package replayed by another project's viewer, with the network cut: what was captured is what is seen.

The viewer (ReplayWeb.page) is fetched by `scripts/setup.sh … tests` where npm is there; nothing of it is part of dajia.
"""

import gzip
import http.server
import io
import shutil
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from evidence import ids
from evidence.records import Capture, Lead
from exports import package

VIEWER = Path(sys.prefix) / "share" / "replaywebpage"
SITE = "http://kuaizheng.example/"
PAGE = ('<!DOCTYPE html><html><head><meta charset=gbk><title>电工证免考包过</title><link rel=stylesheet href="/s.css"></head><body>'
        '<h1>全国电工证快速办理</h1><p>低压电工操作证，免考、包过</p><img id=badge src="/badge.png"><script src="/x.js"></script>'
        '<img src="http://outside.example/never-captured.png"></body></html>')
PARTS = {"s.css": ("text/css", b"h1{color:rgb(198,40,40)}", ""), "x.js": ("text/javascript", b"document.title+=' ok'", "")}
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not (VIEWER / "ui.js").is_file(), reason="no viewer: scripts/setup.sh tests fetches it")]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of one folder on loopback."""

    def log_message(self, *args):
        """Nothing is written."""


@pytest.fixture
def served(world, tmp_path):
    """A folder with viewer and package on loopback: its address."""
    badge = io.BytesIO()
    Image.new("RGB", (120, 60), "#1565c0").save(badge, "PNG")
    at, capture = ids.utc_now(), ids.new_id()
    kept = []
    for name, url, (kind, body, coding) in (
            ("body", SITE, ("text/html", gzip.compress(PAGE.encode("gbk"), mtime=0), "gzip")),
            *((f"resource-{n:03}", SITE + path, part) for n, (path, part) in enumerate(PARTS.items(), 1)),
            ("image-001", SITE + "badge.png", ("image/png", badge.getvalue(), ""))):
        headers = [("Content-Type", kind), *([("Content-Encoding", coding)] if coding else [])]
        kept.append(world.warc.response(capture_id=capture, url=url, status=200, headers=headers, body=body, media_type=kind, coding=coding,
                                        started=at, name=name))
    made = Capture(id=capture, run=world.run, asked_url=SITE, url=SITE, started=at, ended=at, means="browser", profile="desktop",
                   outcome="ok", status=200, title="电工证免考包过", artifacts=tuple(kept), why="manual")
    world.store.add_capture(made)
    verdict = world.verdict(made, html=PAGE)
    lead = Lead(ids.new_id(), "ad", "kuaizheng.example", "host", verdict.id, at)
    world.store.add_lead(lead)
    world.store.add_lead_verdict(lead.id, verdict.id)
    world.seal()
    built = package.build(world.store, world.vault, lead.id, "wangxinban", tmp_path / "out", world.config)
    root = tmp_path / "www"
    (root / "replay").mkdir(parents=True)
    shutil.copy(built.path / "data/evidence.wacz", root / "evidence.wacz")
    shutil.copy(VIEWER / "ui.js", root / "ui.js")
    shutil.copy(VIEWER / "sw.js", root / "replay/sw.js")
    (root / "index.html").write_text(
        '<!doctype html><meta charset=utf-8><script src="/ui.js"></script><body style="margin:0;height:100vh">'
        f'<replay-web-page source="/evidence.wacz" url="{SITE}" embed="default" loading="eager" style="height:760px;display:block">'
        '</replay-web-page>', encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def shown(page, address):
    """The replayed page. The viewer opens its frame as soon as its service worker is registered; a busy machine now and then
    asks the server for that frame before the worker is active, and then nothing ever comes: it is loaded again, as a user would."""
    from playwright.sync_api import TimeoutError as Late

    viewer = page.frame_locator("replay-web-page iframe")
    for last in (False, False, True):
        page.goto(address)
        for seconds in (5, 25):
            try:
                viewer.frame_locator("iframe").locator("h1").wait_for(timeout=seconds * 1000)
                return viewer.frame_locator("iframe")
            except Late:
                began = viewer.locator(":root").evaluate("() => performance.getEntriesByType('navigation')[0].workerStart", timeout=5000)
                if not last and not began:
                    break  # not by the worker: no word on the package
                if seconds == 25:
                    raise
    raise AssertionError("unreachable")


def test_the_page_is_seen_as_captured_and_nothing_leaves(served, tmp_path):
    from playwright.sync_api import sync_playwright

    from crawlers.browsing.finding import find

    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=str(find().path), args=[
            "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-background-networking"])
        context = browser.new_context(viewport={"width": 1200, "height": 800})
        asked = []
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        inside = shown(page, served)
        assert inside.locator("h1").inner_text() == "全国电工证快速办理"
        assert inside.locator("h1").evaluate("e => getComputedStyle(e).color") == "rgb(198, 40, 40)"
        assert inside.locator("#badge").evaluate("e => e.naturalWidth") == 120
        assert inside.locator("html").evaluate("() => document.title") == "电工证免考包过 ok"
        page.screenshot(path=tmp_path / "replay.png")
        browser.close()
    with Image.open(tmp_path / "replay.png") as picture:
        colours = {c for _, c in picture.convert("RGB").getcolors(1 << 24)}
    assert (21, 101, 192) in colours and (198, 40, 40) in colours
    outside = [u for u in asked if not u.startswith((served, "blob:", "data:", "about:"))]
    assert {u.split("/")[2] for u in outside} <= {"outside.example", "kuaizheng.example"}, outside
