"""The deepen stage: every lease ends in its captures, whole and once, whatever happens on the way."""

import io
import json
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from warcio.archiveiterator import ArchiveIterator

from evidence import ids
from evidence.archive import Vault
from evidence.frontier import Frontier
from evidence.records import Capture, Sighting
from evidence.recovery import recover

pytestmark = pytest.mark.browser

PAGES = 5
WORDS = "<p>办理安全员证，电话 139 0000 0002，地址某市某区某路某号，本页文字足够长，不必等它再长出什么来。</p>"


def page(words):
    return f"<!DOCTYPE html><meta charset=utf-8><title>办证</title><body>{words}{WORDS}".encode()


def code(text):
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    picture = Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=6, add_quiet_zones=True))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def lease(crawl, url, why="manual", origin=""):
    with crawl.store() as store:
        Frontier(store).add("browser", ids.url_key(url), {"url": url, "why": why, "origin": origin, "reason": "high", "capture": "c"},
                            run=crawl.run, host=ids.host_of(url))


def sighted(crawl, url):
    """A sighting of `url` on a stored result page; its id."""
    with crawl.store() as store:
        serp = Capture(ids.new_id(), crawl.run, "https://www.so.com/s?q=zheng", "https://www.so.com/s?q=zheng", ids.utc_now(),
                       ids.utc_now(), "http", "desktop", "ok", why="serp")
        store.add_capture(serp)
        made = Sighting(ids.new_id(), crawl.run, "so360", "办证", 1, 1, "t", "s", "", "", False, "", url, url, "direct",
                        serp.id, ids.utc_now())
        store.add_sightings([made])
    return made.id


@pytest.fixture(scope="module")
def deepened(shared):
    """One run over pages of all kinds, looked at by many tests: (crawl, what it said, requests by host)."""
    crawl, web = shared
    asked = []

    def cloaked(path, headers):
        asked.append((path, headers.get("User-Agent", ""), headers.get("Referer", "")))
        if path == "/code.png":
            return web.reply(code("https://checker.example/q"), kind="image/png")
        phone, led = "Mobile" in headers.get("User-Agent", ""), "so.com" in headers.get("Referer", "")
        return web.reply(page("给手机看的" if phone else "给搜索来客看的" if led else "给路人看的") + b"<img src=/code.png>")

    web.pages |= {"cloaked.example": cloaked, "plain.example": lambda p, h: web.reply(page("平常页面")),
                  "walled.example": lambda p, h: web.reply("<title>请输入验证码</title>".encode())}
    crawl.begin()
    lease(crawl, "https://cloaked.example/", "sighting", sighted(crawl, "https://cloaked.example/"))
    lease(crawl, "http://plain.example/")
    lease(crawl, "http://walled.example/", "link", "no-such-verdict")
    lease(crawl, "http://gone.example:81/")
    return crawl, crawl.go("deepen"), asked


def captures(crawl, host):
    rows = crawl.rows("SELECT * FROM captures WHERE means = 'browser' AND asked_url LIKE ? ORDER BY id", f"%{host}%")
    return {r["profile"]: r for r in rows}


def test_each_page_is_seen_at_a_desk_on_a_phone_and_from_where_it_was_found(deepened):
    crawl, ran, asked = deepened
    assert ran.code == 0, ran.errors
    found = captures(crawl, "cloaked.example")
    assert list(found) == ["desktop", "mobile", "from-search"]
    with crawl.store() as store:
        vault = Vault(crawl.home)
        shown = {p: vault.read(store.capture(r["id"]).artifact("dom")).decode() for p, r in found.items()}
    assert "给路人看的" in shown["desktop"] and "给手机看的" in shown["mobile"] and "给搜索来客看的" in shown["from-search"]
    assert [referer for path, _, referer in asked if path == "/"] == ["", "", "https://www.so.com/s?q=zheng"]
    assert list(captures(crawl, "plain.example")) == ["desktop", "mobile"]
    assert len([e for e in ran.of("page") if e["url"] == "https://cloaked.example/"]) == 3
    assert ran.of("page")[-1]["waiting"] <= 1  # an origin that is gone was counted on


def test_every_artifact_is_there_and_true(deepened):
    crawl, _, _ = deepened
    with crawl.store() as store:
        vault = Vault(crawl.home)
        for row in captures(crawl, "cloaked.example").values():
            capture = store.capture(row["id"])
            names = {a.name for a in capture.artifacts}
            assert {"body", "dom", "screenshot-first", "screenshot-full", "mhtml", "console"} <= names, names
            assert all(len(vault.read(a)) == a.size for a in capture.artifacts)
            assert capture.artifact("screenshot-full").media_type == "image/png"
            assert capture.outcome == "ok" and capture.title == "办证" and capture.tool.startswith("dajia-browser")


def test_a_code_in_a_picture_of_the_page_is_read_by_the_judge(deepened):
    from review.judging import page_of

    crawl, _, _ = deepened
    with crawl.store() as store:
        read = page_of(Vault(crawl.home), store.capture(captures(crawl, "cloaked.example")["desktop"]["id"]))
    assert {text for image in read.images if image.name.startswith("image-") for text in image.qr} == {"https://checker.example/q"}


def test_parts_that_came_again_are_named_not_stored_again(deepened):
    crawl, _, _ = deepened
    found = captures(crawl, "cloaked.example")
    with crawl.store() as store:
        vault = Vault(crawl.home)
        desk, phone = store.capture(found["desktop"]["id"]), store.capture(found["mobile"]["id"])
        assert desk.artifact("image-001") is not None and phone.artifact("image-001") is None
        listed = json.loads(vault.read(phone.artifact("console")))["requests"]
    assert f"same bytes as in capture {desk.id}" in [r.get("note") for r in listed]


def test_walls_and_dead_hosts_have_their_outcome(deepened):
    crawl, _, _ = deepened
    assert {r["outcome"] for r in captures(crawl, "walled.example").values()} == {"blocked"}
    assert {r["outcome"] for r in captures(crawl, "gone.example").values()} == {"error"}
    assert all(r["note"] for r in captures(crawl, "gone.example").values())


def test_the_words_can_be_searched_and_the_archive_says_how_it_was_made(deepened):
    crawl, _, _ = deepened
    assert crawl.rows("SELECT 1 FROM page_text WHERE body LIKE '%手 机%'")
    (path,) = crawl.home.warc.glob("*.warc.gz")
    with path.open("rb") as stream:
        notes = [r.content_stream().read().decode() for r in ArchiveIterator(stream) if r.rec_type == "metadata"]
    assert len(notes) == len(crawl.rows("SELECT 1 FROM captures WHERE means = 'browser' AND note NOT LIKE 'paused%'"))
    for said in ("browserSha256: ", "timeZone: Asia/Shanghai", "sandbox: ", "howMade: ", "referer: https://www.so.com/"):
        assert any(said in note for note in notes), said


def test_a_second_start_finds_nothing_left_to_do(deepened):
    crawl, _, _ = deepened
    before = crawl.rows("SELECT count(*) AS n FROM captures")
    ran = crawl.go("deepen")
    assert (ran.code, ran.of("page"), crawl.rows("SELECT count(*) AS n FROM captures")) == (0, [], before)


def test_without_a_browser_nothing_is_lost_and_the_fix_is_named(crawl, monkeypatch):
    crawl.begin()
    lease(crawl, "http://a.example/")
    monkeypatch.setenv("BROWSER_PATH", "/nonexistent/chromium")
    ran = crawl.go("deepen")
    assert ran.code == 3 and "BROWSER_PATH" in ran.of("error")[0]["detail"]
    assert crawl.rows("SELECT state FROM frontier") == [{"state": "waiting"}]


def browsers(pid):
    """The Chromium main processes of a crawl process, by the profile folder that bears its id: {process: profile}."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            profile = re.search(rb"--user-data-dir=([^\0]+)", line)
            if profile and f"dajia-browser-{pid}-".encode() in profile[1] and b"--type=" not in line:
                found[int(entry.name)] = profile[1]
    return found


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def many(crawl, web):
    """Some pages to capture."""
    crawl.begin()
    for n in range(PAGES):
        web.pages[f"p{n}.example"] = lambda path, headers: web.reply(page("x"))
        lease(crawl, f"http://p{n}.example/")
    return crawl


def stored(crawl):
    return [(r["asked_url"], r["profile"]) for r in crawl.rows("SELECT asked_url, profile FROM captures ORDER BY asked_url, profile")]


WHOLE = [(f"http://p{n}.example/", profile) for n in range(PAGES) for profile in ("desktop", "mobile")]


def test_a_kill_loses_nothing_committed_and_doubles_nothing(many):
    process = many.start("deepen")
    for line in process.stdout:
        if '"page"' in line:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stderr.close()
    until(lambda: not browsers(process.pid))
    before = stored(many)
    assert len(before) in range(2, 2 * PAGES) and len(before) % 2 == 0, "the captures of a page are committed together"
    with many.store() as store:
        recover(store)
    assert many.go("deepen").code == 0
    assert stored(many) == WHOLE
    assert not list(many.home.warc.glob("*.open"))


def test_a_browser_that_dies_is_replaced(many):
    process = many.start("deepen")
    until(lambda: browsers(process.pid))
    assert '"page"' in process.stdout.readline()
    first, profile = next(iter(browsers(process.pid).items()))
    os.kill(first, signal.SIGKILL)
    over, seen = threading.Event(), set()

    def watch():
        while not over.wait(0.1):
            seen.update(browsers(process.pid).values())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    _, errors = process.communicate(timeout=60)
    over.set()
    watcher.join()
    assert process.returncode == 0, errors
    assert stored(many) == WHOLE
    assert {r["outcome"] for r in many.rows("SELECT outcome FROM captures")} == {"ok"}
    assert len(seen - {profile}) == 1, "replaced once: a second time would end the captures under way"


def test_a_signal_ends_it_in_order(many):
    process = many.start("deepen")
    assert '"page"' in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1, errors
    counts = {r["state"]: r["n"] for r in many.rows("SELECT state, count(*) AS n FROM frontier GROUP BY state")}
    assert "leased" not in counts and counts["done"] * 2 == len(stored(many))
    assert many.rows("SELECT name FROM warcs") and not browsers(process.pid)
