"""People at work in a real Chromium: keys, two at one lead, undo, two persons, export, revocation; every request recorded."""

import pytest

from bench.desk_world import DeskWorld
from evidence import ids
from evidence.records import Lead

pytestmark = pytest.mark.browser


def note_count(store):
    return store.one("SELECT count(*) AS n FROM decisions")["n"]


def fill_queue(desk, leads):
    """Plain leads above all others, so that the queue begins with them."""
    with desk.store() as store, store.transaction():
        world = DeskWorld(store)
        page = "<p>免考包过</p>"
        for n in range(leads):
            capture = world.page(f"http://q{n:03d}.example/", page, f"第 {n} 条", sync=False)
            verdict = world.verdict(capture, page, "ad", 99 - n * 0.01, (("ad/no_exam", 40.0, "免考", "页面承诺“免考”"),))
            world._tie(Lead(ids.new_id(), "ad", f"q{n:03d}.example", "host", verdict.id, ids.utc_now()), [verdict])
        world.seal()


def press(page, *keys):
    """Press keys, the last of which leads to another page."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.keyboard.press(keys[-1])


def test_a_hundred_decisions_by_keyboard(desk, person):
    fill_queue(desk, 100)
    page = person("李初审")
    with page.expect_navigation():
        page.keyboard.press("j")
        page.keyboard.press("Enter")
    keys = [("c",), ("x", "1"), ("s", "7"), ("x", "5")]
    for n in range(100):
        assert f"q{n:03d}[.]example" in page.title()
        press(page, *keys[n % 4])
    with desk.store() as store:
        made = store.rows("SELECT d.move, d.reason, l.subject FROM decisions d JOIN leads l ON l.id = d.lead WHERE l.subject LIKE 'q%' ORDER BY l.subject")
    assert [(r["subject"], r["move"]) for r in made] == [(f"q{n:03d}.example", ("confirm", "dismiss", "doubt", "dismiss")[n % 4]) for n in range(100)]
    assert {r["reason"] for r in made} == {"", "正规机构的正常招生", "证据不足", "与证书无关"}


def test_u_takes_back_the_last_decision_from_the_next_lead(desk, person):
    page, lead = person("李初审"), desk.leads["fake"]
    page.goto(f"{desk.url}/lead/{lead}?state=new")
    press(page, "c")
    assert "cx-anquan-mem" not in page.title()
    assert desk.state(lead) == "confirmed"
    press(page, "u")
    assert "cx-anquan-mem[.]example" in page.title()
    assert desk.state(lead) == "new"
    page.goto(f"{desk.url}/")
    assert page.locator(".recent .undone").count() == 1


def test_keys_are_off_while_typing_composing_or_reading_help(desk, person):
    page, lead = person("李初审"), desk.leads["fake"]
    page.goto(f"{desk.url}/lead/{lead}")
    page.fill("#text", "")
    page.focus("#text")
    page.keyboard.type("cxsujk1/?")
    assert page.input_value("#text") == "cxsujk1/?"
    page.evaluate("document.activeElement.blur()")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'c', bubbles: true, isComposing: true}))")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'c', bubbles: true, keyCode: 229}))")
    page.keyboard.press("Control+c")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    assert desk.state(lead) == "new"


def test_a_dismissal_without_a_reason_waits_for_one(desk, person):
    page, lead = person("李初审"), desk.leads["seller"]
    page.goto(f"{desk.url}/lead/{lead}?state=new")
    page.keyboard.press("x")
    assert "要写理由" in page.inner_text("#said")
    page.keyboard.press("Escape")
    assert page.locator("#said").is_hidden()
    page.click("button.dismiss")
    assert page.get_attribute("#reason", "aria-invalid") == "true"
    assert desk.state(lead) == "new"
    page.keyboard.type("是协会的培训通知")
    press(page, "Enter")
    assert desk.state(lead) == "dismissed"


def test_two_reviewers_race_on_one_lead(desk, person):
    one, other, lead = person("李初审"), person("王初审"), desk.leads["fake"]
    for page in (one, other):
        page.goto(f"{desk.url}/lead/{lead}")
    press(one, "c")
    person.all[1][1].noise.clear()
    press(other, "x", "1")
    assert "刚由李初审处理过" in other.inner_text("main")
    person.all[1][1].noise[:] = [n for n in person.all[1][1].noise if "409" not in n]
    other.click("text=回到这条线索")
    assert other.locator(".state.confirmed").count() >= 1
    with desk.store() as store:
        assert len(store.decisions(lead)) == 1


def test_from_first_look_to_export_and_back(desk, person):
    first, second, lead = person("李初审"), person("周复核"), desk.leads["fake"]
    first.goto(f"{desk.url}/lead/{lead}")
    press(first, "c")
    first.goto(f"{desk.url}/lead/{lead}")
    assert first.locator("button.second").count() == 0
    second.goto(f"{desk.url}/lead/{lead}")
    press(second, "c")
    assert desk.state(lead) == "released"
    second.click("text=移送：先看将发出什么")
    for box in second.locator('input[name="agency"]').all():
        box.set_checked(box.get_attribute("value") == "wangxinban")
    second.click("text=生成移送材料")
    assert "已生成 1 份" in second.inner_text("main")
    with second.expect_download() as taken:
        second.click('a[href^="/package/"]')
    assert taken.value.suggested_filename.startswith("wangxinban-")
    second.goto(f"{desk.url}/lead/{lead}")
    second.fill("#reason", "核实为误报")
    second.click("button.revoke")
    assert second.locator(".state.revoked").count() >= 1
    with desk.store() as store:
        assert [r["agency"] for r in store.rows("SELECT agency FROM packages ORDER BY at, id")] == ["wangxinban", "withdrawal-wangxinban"]


def test_both_pages_zoom_scroll_and_differ_together(desk, person):
    from playwright.sync_api import expect

    page = person("吴浏览")
    page.goto(f"{desk.url}/lead/{desk.leads['fake']}")
    page.wait_for_load_state("networkidle")
    suspect, official = page.locator("#pane-desktop .suspect .frame"), page.locator("#pane-desktop .official .frame")
    for _ in range(3):
        page.click('[data-zoom="in"]')
    assert page.inner_text("#zoom") == "195%"
    suspect.evaluate("f => { f.scrollTop = 200; f.scrollLeft = 60; }")
    expect(official).not_to_have_js_property("scrollTop", 0)
    assert official.evaluate("f => f.scrollTop") > 150
    assert official.evaluate("f => f.scrollLeft") > 30
    page.click("#differ")
    image = page.locator("#pane-desktop .difference img")
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("i => i.naturalWidth") > 100
    assert image.is_visible()
    assert official.is_hidden()
    page.click("#tab-desktop")
    page.keyboard.press("ArrowRight")
    assert page.locator("#pane-mobile").is_visible()
    assert page.locator("#pane-desktop").is_hidden()
    assert page.locator("#pane-mobile .official").is_visible()


def test_many_at_once_with_a_preview(desk, person):
    page = person("李初审")
    page.goto(f"{desk.url}/leads?state=new&kind=ad")
    page.check("#every")
    chosen = page.locator('input[name="leads"]').count()
    assert page.inner_text("#many") == str(chosen)
    page.select_option('#bulk select[name="move"]', "doubt")
    page.fill("#why", "证据不足")
    page.click("text=预览")
    with desk.store() as store:
        before = note_count(store)
    page.click(f"text=执行 {chosen} 条")
    assert page.url == f"{desk.url}/leads?state=new&kind=ad"
    with desk.store() as store:
        assert note_count(store) == before + chosen


def test_filters_are_kept_and_dropped(desk, person):
    page = person("李初审")
    page.goto(f"{desk.url}/leads?state=new&band=high&q=%E5%85%8D%E8%80%83")
    page.fill("#filter-name", "高级免考")
    page.click("text=保存 >> nth=-1")
    page.goto(f"{desk.url}/leads")
    page.click("text=高级免考")
    assert page.url.endswith("/leads?state=new&band=high&q=%E5%85%8D%E8%80%83")
    page.click('[aria-label="删除筛选 高级免考"]')
    assert page.locator("text=高级免考").count() == 0


PATHS = ("/", "/leads?state=", "/lead/{fake}", "/lead/{seller}", "/lead/{more0}", "/lead/{same}/export", "/gangs", "/followup", "/leads?q=nothing-here")


@pytest.mark.parametrize("width", [390, 1366, 1920])
def test_every_page_can_be_used_without_a_mouse_and_fits(desk, person, width):
    page = person("周复核")
    page.set_viewport_size({"width": width, "height": 800})
    said = {}
    for path in PATHS:
        page.goto(desk.url + path.format(**desk.leads))
        if found := page.evaluate(RULES):
            said[path] = found
    assert said == {}


RULES = """() => {
  const said = [], seen = new Set();
  if (document.documentElement.scrollWidth > innerWidth) said.push('wider than the window');
  if (document.querySelectorAll('h1').length !== 1) said.push('h1: ' + document.querySelectorAll('h1').length);
  if (document.documentElement.lang !== 'zh-CN') said.push('no language');
  for (const e of document.querySelectorAll('[id]')) { if (seen.has(e.id)) said.push('twice: ' + e.id); seen.add(e.id); }
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!e.labels.length && !e.getAttribute('aria-label')) said.push('no label: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('button, a[href]'))
    if (!(e.innerText || '').trim() && !e.getAttribute('aria-label') && !e.closest('[hidden]')) said.push('no name: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) said.push('no alt');
  for (const e of document.querySelectorAll('th')) if (!e.hasAttribute('scope')) said.push('th without scope: ' + e.outerHTML.slice(0, 60));
  const lum = c => { const v = c.map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; }); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const back = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  for (const e of document.querySelectorAll('main *, header *')) {
    if (!e.offsetParent || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (e.matches(':disabled, kbd, .hidden, .hidden *, .skip, option')) continue;
    const a = lum(rgb(getComputedStyle(e).color).slice(0, 3)), b = lum(back(e)), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) said.push(ratio.toFixed(2) + ' contrast: ' + e.outerHTML.slice(0, 90));
  }
  return said;
}"""
