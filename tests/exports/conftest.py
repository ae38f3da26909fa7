"""A store as a run leaves it: coverage, result pages, sellers and fakes with WARC bytes and screenshots, decisions, checks."""

import io
from functools import lru_cache
from urllib.parse import quote as escaped

import pytest
from PIL import Image, ImageDraw, ImageFont

from evidence import ids
from evidence.archive import Vault, WarcWriter
from evidence.config import Config
from evidence.home import Home
from evidence.records import (
    Capture,
    Check,
    Contact,
    Decision,
    Finding,
    Lead,
    Package,
    Sighting,
    SiteFact,
    SourceRun,
    Verdict,
)
from evidence.store import Store

DAY = "2026-03-09"
SELLER = """<html><head><title>电工证免考包过</title></head><body><h1>全国电工证快速办理</h1>
<p>本机构可办理低压电工操作证，<b>免考</b>、<b>包过</b>，三天拿证，扫码可查。</p>
<p>上届学员 姓名：赵六六 证号T110105194912310021 已领证。</p>
<p>咨询微信 banzheng_test，电话 13900001234。</p></body></html>"""
FAKE = """<html><head><title>特种作业操作证查询</title></head><body><h1>国家安全生产考试 证书查询平台</h1>
<table><tr><td>姓名：</td><td>钱七七</td></tr><tr><td>证号</td><td>T110105194912310021</td></tr></table></body></html>"""


@lru_cache(maxsize=16)
def screenshot(words="全国电工证 免考包过", size=(1366, 900), colour="#1565c0"):
    """A PNG that looks like a page: a bar, a heading, lines of text."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    try:
        big = ImageFont.truetype("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", size[0] // 20)
    except OSError:
        big = ImageFont.load_default(size[0] // 20)
    pen.rectangle((0, 0, size[0], size[1] // 9), fill=colour)
    pen.text((size[0] // 20, size[1] // 6), words, font=big, fill="#c62828")
    for row in range(size[1] // 3, size[1] - 40, 46):
        pen.rectangle((size[0] // 20, row, size[0] - size[0] // (4 + row % 7), row + 16), fill="#cfd8dc")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


class World:
    """Writes records the way the chain does; every page's bytes lie in a real WARC.

    Call `seal()` before reading evidence back.
    """

    def __init__(self, store, day=DAY):
        self.store, self.home, self.day = store, store.home, day
        self.vault = Vault(store.home)
        self.config = Config.model_validate({"operator": {"unit": "某市互联网信息办公室", "name": "王某", "phone": "0590-0000000"}})
        self.run = store.begin_run("daily", day, {"tool": "test"})
        self._warc = None

    @property
    def warc(self):
        if self._warc is None:
            self._warc = WarcWriter.create(self.home, self.run, "capture")
        return self._warc

    def new_run(self, day, kind="daily"):
        self.seal()
        self.day, self.run = day, self.store.begin_run(kind, day)
        return self.run

    def seal(self):
        if self._warc is not None:
            self.store.add_warc(self._warc.close())
            self._warc = None

    def source(self, name, state="ok", results=12, ads=2, detail="", proof="", pages=2):
        self.store.add_source_run(SourceRun(self.run, name, state, pages, results, ads, detail, proof, ids.utc_now()))

    def page(self, url, html="<p>页面</p>", title="页面", why="sighting", origin="", outcome="ok", shots=(), means="http",
             profile="desktop", at=None, **changes):
        """One capture with its body (and screenshots named in `shots`, as (name, png bytes))."""
        at, capture, url = at or ids.utc_now(), ids.new_id(), url.encode("utf-8", "replace").decode()
        body = html.encode("utf-8", "replace") if isinstance(html, str) else html
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        artifacts = [self.warc.response(capture_id=capture, url=url, status=200, headers=headers, body=body, media_type="text/html",
                                        started=at)]
        if means == "browser":
            artifacts.append(self.warc.resource(capture_id=capture, name="dom", url=url, media_type="text/html", data=body, started=at))
        artifacts += [self.warc.resource(capture_id=capture, name=name, url=url, media_type="image/png", data=data, started=at)
                      for name, data in shots]
        self.warc.sync()
        made = Capture(id=capture, run=self.run, asked_url=url, url=url, started=at, ended=at, means=means, profile=profile,
                       outcome=outcome, status=200, headers=headers, ip="203.0.113.7", title=title, why=why, origin=origin,
                       tool="dajia/0.1", artifacts=tuple(artifacts), **changes)
        self.store.add_capture(made, text=(title, ""))
        return made

    def serp(self, source="so360", query="电工证 免考", rank=1, url="", title="电工证免考", paid=False, page=1):
        """A stored result page and the hit on it; returns the sighting."""
        asked = f"https://www.{source}.example/s?q={escaped(query)}&pn={page}"
        capture = self.page(asked, "<p>结果</p>", title=f"{query} - 搜索", why="serp")
        hit = Sighting(ids.new_id(), self.run, source, query, page, rank, title, "三天拿证", ids.host_of(url), "3天前", paid,
                       "class:ad" if paid else "", f"{asked}#r{rank}", url, "attribute", capture.id, ids.utc_now())
        self.store.add_sightings([hit])
        return hit

    def verdict(self, capture, kind="ad", band="high", score=82.0, findings=None, contacts=(), html="", scope="host", at=None, **changes):
        """A verdict on `capture`; `findings` are (rule, weight, quote, sentence) with places looked up in `html`."""
        made = []
        for rule, weight, quote, sentence in findings or (("ad/no_exam", 40.0, "免考", "页面承诺“免考”"),):
            start = html.find(quote) if html and quote else -1
            made.append(Finding(rule, weight, quote, start, start + len(quote) if start >= 0 else -1, sentence))
        source = capture.artifact("dom") or capture.artifact("body")
        verdict = Verdict(id=ids.new_id(), capture=capture.id, run=self.run, ruleset="rules-1", kind=kind, band=band, score=score,
                          body_sha256=source.sha256 if source else "", at=at or ids.utc_now(), scope=scope, findings=tuple(made),
                          contacts=tuple(contacts), **changes)
        self.store.add_verdict(verdict)
        return verdict

    def lead(self, subject, kind="ad", at=None, url="", **judged):
        """A lead from search hit to verdict, with desktop and phone pictures; returns its id.

        `captures=False` leaves the pictures out.
        """
        html = judged.pop("html", SELLER if kind == "ad" else FAKE)
        title = judged.pop("title", "电工证免考包过" if kind == "ad" else "特种作业操作证查询")
        pictures, path = judged.pop("captures", True), url or f"http://{subject}/"
        hit = self.serp(url=path, title=title, paid=judged.pop("paid", False), rank=judged.pop("rank", 3))
        plain = self.page(path, html, title=title, origin=hit.id, at=at)
        verdicts = [self.verdict(plain, kind=kind, html=html, at=at, **judged)]
        if pictures:
            first, phone = screenshot(), screenshot("免考包过", (390, 844), "#2e7d32")
            for profile, data in (("desktop", first), ("mobile", phone)):
                seen = self.page(path, html, title=title, origin=hit.id, means="browser", profile=profile, at=at,
                                 shots=(("screenshot-first", data), ("screenshot-full", data)))
                verdicts.append(self.verdict(seen, kind=kind, html=html, at=at, **judged))
        lead = Lead(ids.new_id(), kind, subject, judged.get("scope", "host"), verdicts[0].id, at or ids.utc_now())
        self.store.add_lead(lead)
        for verdict in verdicts:
            self.store.add_lead_verdict(lead.id, verdict.id)
        return lead.id

    def decide(self, lead, *moves, reviewer="李初审", other="周复核", reason="核对截图与引文", at=None):
        best = self.store.one("SELECT verdict FROM v_lead_best WHERE lead = ?", lead)["verdict"]
        for n, move in enumerate(moves):
            who = other if move == "second" else reviewer
            when = at.replace(".000000Z", f".{n:06}Z") if at else ids.utc_now()
            self.store.add_decision(Decision(ids.new_id(), lead, move, who, reason, best, when))

    def release(self, lead, at=None):
        self.decide(lead, "confirm", "second", at=at)

    def fact(self, host, kind, value, ok=True, raw="", server="192.0.2.53", note=""):
        self.store.add_site_fact(SiteFact(ids.new_id(), self.run, host, kind, value, raw, server, ids.utc_now(), ok, note))

    def check(self, lead, state, at=None, detail="ok 200"):
        self.store.add_check(Check(ids.new_id(), lead, state, detail, "", at or ids.utc_now()))

    def package(self, lead, agency="cac", path="/srv/packages/p.zip", at=None):
        self.store.add_package(Package(ids.new_id(), lead, agency, path, "a" * 64, "b" * 64, at or ids.utc_now()))


CONTACTS = (Contact("wechat", "banzheng_test", "banzheng_test"), Contact("phone", "13900001234", "13900001234"))
REASONS = (("ad/no_exam", 40.0, "免考", "页面承诺“免考”"), ("ad/pass_promise", 30.0, "包过", "页面承诺“包过”"),
           ("ad/contact", 12.0, "banzheng_test", "留有微信“banzheng_test”供联系"))


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home").prepare()


@pytest.fixture
def store(home):
    with Store.open(home, actor="test") as opened:
        yield opened


@pytest.fixture
def world(store):
    """An empty store with one run begun, and the means to fill it."""
    made = World(store)
    yield made
    made.seal()


def fill(world):
    """A day with something of everything: sources seen and blind, new leads, decisions."""
    wall = world.page("https://www.sogou.example/s?q=x", "<p>请输入验证码</p>", title="验证", why="serp", outcome="blocked")
    world.source("so360", "ok", 40, 6)
    world.source("toutiao", "empty", 0, 0)
    world.source("sogou", "blocked", 0, 0, "出现验证码页", proof=wall.id)
    world.source("baidu", "degraded", 9, 1, "2 个查询失败")
    seller = world.lead("banzheng.example", findings=REASONS, contacts=CONTACTS)
    fake = world.lead("cx-yjgl.example", kind="fake_site", score=91.0, imitates="应急管理部特种作业操作证查询",
                      findings=(("site/imitates", 50.0, "国家安全生产考试", "页面自称“国家安全生产考试”"),))
    released = world.lead("fangcha.example", kind="fake_site", band="high", score=88.0)
    world.release(released)
    dismissed = world.lead("peixun.example", band="medium", score=52.0, captures=False)
    world.decide(dismissed, "dismiss", reason="正规培训学校")
    world.fact("fangcha.example", "ip", {"ip": "203.0.113.7", "country": "US", "asn": 64500, "org": "Example Hosting"})
    world.seal()
    world.leads = {"seller": seller, "fake": fake, "released": released, "dismissed": dismissed}
    return world


@pytest.fixture
def busy(world):
    """A full day in a store of the test's own."""
    return fill(world)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """An empty store with one run begun, shared by a module's tests."""
    with Store.open(Home.at(tmp_path_factory.mktemp("lasting") / "home").prepare(), actor="test") as opened:
        yield World(opened)


@pytest.fixture(scope="module")
def full(lasting):
    """A full day shared by a module's tests: read it, change nothing."""
    return fill(lasting)
