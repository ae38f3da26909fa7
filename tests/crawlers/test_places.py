"""Where texts and images stand on a page's pictures: the places kept are those where the picture shows them."""

import asyncio
import io

import numpy as np
import pytest
from PIL import Image

from crawlers.browsing.chromium import Chromium
from crawlers.browsing.profiles import player
from crawlers.browsing.snapshots import Camera
from evidence.config import Config

pytestmark = pytest.mark.browser

STYLE = "body{margin:0;background:#fff;height:2600px;font:20px sans-serif}p,input,div{position:absolute;margin:0;border:0;padding:0}"
PAGE = f"""<!DOCTYPE html><meta charset=utf-8>VIEWPORT<style>{STYLE}</style><body>
<p style="left:40px;top:60px">T110105194912310021</p><p style="left:40px;top:1900px;width:200px">姓名：<b>钱七七</b> 已领证，证书在有效期内，可联网查询</p>
<input style="left:60px;top:300px;width:220px" value="13900001234"><p style="display:none">看不见</p>
<div style="left:30px;top:700px;width:180px;height:90px;background:url('data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg==')"></div>
<script>var secret = "not shown"</script></body>"""


async def taken(profile, html, scratch):
    config = Config()
    visitor = player(profile, config.network)
    chromium = await Chromium.open(config.browser, scratch)
    try:
        context = await chromium.context("http://127.0.0.1:9", visitor.options())
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Page.enable")
        await page.set_content(html)
        return await Camera(session, visitor).take()
    finally:
        await chromium.close()


@pytest.fixture(scope="module", params=["desk", "phone", "phone, page made for desks"])
def shot(request, tmp_path_factory):
    viewport = "" if "desks" in request.param else '<meta name=viewport content="width=device-width">'
    html = PAGE.replace("VIEWPORT", viewport)
    profile = "desktop" if request.param == "desk" else "mobile"
    return asyncio.run(taken(profile, html, tmp_path_factory.mktemp("browser")))


def boxes(shot):
    factor = shot.places["factor"]
    return {text.strip(): [tuple(round(n * factor) for n in (x, y, x + w, y + h)) for x, y, w, h in rects] for text, rects in shot.places["texts"]}


def test_all_texts_have_their_places(shot):
    assert shot.places["whole"] is True
    found = boxes(shot)
    assert {"T110105194912310021", "姓名：", "钱七七", "13900001234"} <= set(found)
    assert "看不见" not in found or found["看不见"] == []
    assert not [text for text in found if "secret" in text]


@pytest.mark.parametrize("name", ["screenshot-first", "screenshot-full"])
def test_painting_over_the_places_leaves_no_ink(shot, name):
    """Ink lies in every place, and outside all of them there is none."""
    picture = np.asarray(Image.open(io.BytesIO(shot.pictures[name][1])).convert("L")).astype(int).copy()
    assert picture.min() < 100
    for text, rects in boxes(shot).items():
        for left, top, right, bottom in rects:
            part = picture[top:bottom, left:right]
            assert part.size == 0 or part.min() < 140, text
    images = [tuple(round(n * shot.places["factor"]) for n in (x, y, x + w, y + h)) for x, y, w, h in shot.places["images"]]
    assert images
    for left, top, right, bottom in [*(box for rects in boxes(shot).values() for box in rects), *images]:
        picture[max(0, top):bottom, max(0, left):right] = 255
    assert picture.min() > 200


def test_a_page_made_for_desks_is_pictured_to_its_edges_on_a_phone(web, looker):
    marks = "".join(f"<div style='position:absolute;left:{x}px;top:{y}px;width:60px;height:60px;background:{c}'></div>"
                    for x, y, c in ((900, 100, "#f00"), (100, 2500, "#00f")))
    page = f"<!DOCTYPE html><meta charset=utf-8><body style='margin:0;height:2600px'>{marks}<p>{'足够长的正文，不必再等。' * 9}"
    web.pages["a.example"] = lambda path, headers: web.reply(page.encode()) if path == "/" else web.reply(b"", 404)
    visit = looker.visit("http://a.example/", "mobile", proxy=web.proxy)
    whole = Image.open(io.BytesIO(visit.shot.pictures["screenshot-full"][1])).convert("RGB")
    factor = visit.shot.places["factor"]
    assert whole.getpixel((round(930 * factor), round(130 * factor))) == (255, 0, 0)
    assert whole.getpixel((round(130 * factor), round(2530 * factor))) == (0, 0, 255)
    first = Image.open(io.BytesIO(visit.shot.pictures["screenshot-first"][1])).convert("RGB")
    assert first.getpixel((round(930 * factor), round(130 * factor))) == (255, 0, 0)


def test_a_text_over_two_lines_has_both(shot):
    found = boxes(shot)
    assert len(next(rects for text, rects in found.items() if text.startswith("已领证"))) >= 2


RESULT = """<!DOCTYPE html><meta charset=utf-8><meta name=viewport content="width=device-width"><title>证书查询结果</title>
<style>body{font:18px/1.8 sans-serif;margin:24px;background:#f4f8ff}table{background:#fff}td{padding:6px 14px;border:1px solid #9ab}</style>
<h2>特种作业操作证查询结果</h2><table><tr><td>姓名：</td><td>钱七七</td></tr><tr><td>证号</td><td>T110105194912310021</td></tr>
<tr><td>作业类别</td><td>低压电工作业</td></tr></table><p>本查询结果仅供参考，页面文字足够长，不必等它再长出什么来，也不必再等。</p>"""


@pytest.mark.parametrize("profile", ["desktop", "mobile"])
def test_a_captured_page_leaves_with_its_data_covered_and_the_rest_readable(web, looker, tmp_path, profile):
    from crawlers.browsing.keeping import Context, keep
    from evidence import ids
    from evidence.archive import Vault, WarcWriter
    from evidence.home import Home
    from evidence.records import Lead, Verdict
    from evidence.store import Store
    from exports import package

    web.pages["cx.example"] = lambda path, headers: web.reply(RESULT.encode()) if path == "/" else web.reply(b"", 404)
    visit = looker.visit("http://cx.example/", profile, proxy=web.proxy)
    with Store.open(Home.at(tmp_path / "home").prepare(), actor="test") as store:
        run = store.begin_run("daily", "2026-03-09", {})
        writer = WarcWriter.create(store.home, run, "deepen")
        kept = keep(writer, visit, Context(run, "manual", "", "dajia", {}), {})
        store.add_capture(kept.capture)
        store.add_warc(writer.close())
        body = kept.capture.artifact("dom").sha256
        verdict = Verdict(ids.new_id(), kept.capture.id, run, "r", "fake_site", "high", 80.0, body, ids.utc_now())
        store.add_verdict(verdict)
        lead = Lead(ids.new_id(), "fake_site", "cx.example", "host", verdict.id, ids.utc_now())
        store.add_lead(lead)
        store.add_lead_verdict(lead.id, verdict.id)
        made = package.build(store, Vault(store.home), lead.id, "wangxinban", tmp_path / "out", Config())
    listed = (made.path / "data/masked.csv").read_text(encoding="utf-8-sig")
    assert "整图粗粒化" not in listed
    shown = Image.open(next(made.path.rglob("screenshot-first.jpg"))).convert("RGB")
    plain = Image.open(io.BytesIO(visit.shot.pictures["screenshot-first"][1])).convert("RGB")
    bar, factor = shown.height - plain.height, visit.shot.places["factor"]
    texts = {text.strip(): rects for text, rects in visit.shot.places["texts"]}
    for text, covered in (("钱七七", True), ("T110105194912310021", True), ("低压电工作业", False), ("特种作业操作证查询结果", False)):
        left, top, width, height = (round(n * factor) for n in texts[text][0])
        part = np.asarray(shown.crop((left + 2, top + bar + 2, left + width - 2, top + bar + height - 2))).astype(int)
        assert bool(abs(part - 58).max() < 20) is covered, text
