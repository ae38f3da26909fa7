"""Invented stores for the desk, written through the store's own interfaces in seconds: tests, measurements, staff pictures.

Every page's bytes lie in a real WARC, every fact has its custody event. People, numbers and hosts are invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bench import desk_pictures as drawn
from evidence import ids
from evidence.archive import Vault, WarcWriter
from evidence.config import Config
from evidence.records import (
    Capture,
    Check,
    Contact,
    Decision,
    Entity,
    Finding,
    Lead,
    Note,
    Sighting,
    SiteFact,
    SourceRun,
    Verdict,
)
from evidence.store import Store

DAY = "2026-03-09"
OFFICIAL = "cx.mem.gov.cn"
TITLE, BODY = "特种作业操作证查询平台", "国家安全生产考试"
Reason = tuple[str, float, str, str]  # rule, weight, quote, sentence
AD: tuple[Reason, ...] = (
    ("ad/no_exam", 40.0, "免考", "页面承诺“免考”"), ("ad/pass_guarantee", 28.0, "包过", "页面承诺“包过”"),
    ("ad/fast", 12.0, "三天拿证", "页面承诺“三天拿证”，快于法定考核流程"), ("limit/school_pass", -15.0, "培训学校", "自称培训学校，可能是正规招生"))
FAKE: tuple[Reason, ...] = (
    ("site/official_name_with_form", 45.0, BODY, f"页面自称“{BODY}”并要求填写证件号码，主机不属于主管部门"),
    ("site/official_footer", 22.0, "主办单位：应急管理部", "页脚自称由应急管理部主办"),
    ("site/safety_card", 18.0, TITLE, f"标题与官方系统“{TITLE}”相同"))
DOUBLE = ('<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p>'
          "<p>上届学员 姓名：赵六六 证号T110105194912310021 已领证。</p><p>咨询微信 {contact}</p></body></html>")
AD_TEXT = "本培训学校代办低压电工、高处作业、焊接操作证，免考包过，三天拿证，扫码可查。"
FAKE_TEXT = f"{BODY} 请输入姓名和证件号码。主办单位：应急管理部"


class DeskWorld:
    """Writes what the chain would write. Call `seal` before pages are read back from a closed WARC (open ones read too)."""

    def __init__(self, store: Store, day: str = DAY) -> None:
        self.store, self.home, self.vault = store, store.home, Vault(store.home)
        self.config = Config.model_validate({"operator": {"unit": "某市互联网信息办公室", "name": "王某", "phone": "0590-0000000"}})
        self.run = store.begin_run("daily", day, {"tool": "invented"})
        self._warc: WarcWriter | None = None

    @property
    def warc(self) -> WarcWriter:
        """The run's WARC, begun at need."""
        if self._warc is None:
            self._warc = WarcWriter.create(self.home, self.run, "desk")
        return self._warc

    def seal(self) -> None:
        """Close the WARC."""
        if self._warc is not None:
            self.store.add_warc(self._warc.close())
            self._warc = None

    def source(self, name: str, state: str = "ok", results: int = 12, ads: int = 2, detail: str = "") -> None:
        """How a source fared."""
        self.store.add_source_run(SourceRun(self.run, name, state, 2, results, ads, detail, "", ids.utc_now()))  # type: ignore[arg-type]

    def page(self, url: str, html: str, title: str, *, why: str = "sighting", origin: str = "", profile: str = "desktop",
             shot: bytes = b"", at: str = "", sync: bool = True) -> Capture:
        """One capture; with `shot` (PNG) it was taken by the browser and has a DOM."""
        at, name, body = at or ids.utc_now(), ids.new_id(), html.encode("utf-8", "replace")
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        made = [self.warc.response(capture_id=name, url=url, status=200, headers=headers, body=body, media_type="text/html", started=at)]
        if shot:
            made.append(self.warc.resource(capture_id=name, name="dom", url=url, media_type="text/html", data=body, started=at))
            made += [self.warc.resource(capture_id=name, name=n, url=url, media_type="image/png", data=shot, started=at)
                     for n in ("screenshot-first", "screenshot-full")]
        if sync:
            self.warc.sync()
        capture = Capture(id=name, run=self.run, asked_url=url, url=url, started=at, ended=at, means="browser" if shot else "http",
                          profile=profile, outcome="ok", status=200, headers=headers, ip="203.0.113.7", title=title, why=why,  # type: ignore[arg-type]
                          origin=origin, tool="dajia/0.1", artifacts=tuple(made))
        self.store.add_capture(capture, text=(title, html))
        return capture

    def sighted(self, url: str, title: str, source: str = "so360", query: str = "电工证 免考", rank: int = 3, paid: bool = False) -> str:
        """A result page and the hit on it; returns the sighting's id."""
        serp = self.page(f"https://www.{source}.example/s?q=1&n={rank}", "<p>结果</p>", f"{query} - 搜索", why="serp")
        hit = Sighting(ids.new_id(), self.run, source, query, 1, rank, title, "三天拿证", ids.host_of(url), "3天前", paid,
                       "class:ad" if paid else "", url, url, "attribute", serp.id, ids.utc_now())
        self.store.add_sightings([hit])
        return hit.id

    def verdict(self, capture: Capture, html: str, kind: str, score: float, reasons: Sequence[Reason], contacts: Sequence[Contact] = (),
                *, band: str = "", scope: str = "host", imitates: str = "", role: str = "", at: str = "") -> Verdict:
        """A verdict whose quotes are looked up in the page."""
        found = []
        for rule, weight, quote, sentence in reasons:
            start = html.find(quote)
            found.append(Finding(rule, weight, quote, start, start + len(quote) if start >= 0 else -1, sentence))
        source = capture.artifact("dom") or capture.artifact("body")
        made = Verdict(id=ids.new_id(), capture=capture.id, run=self.run, ruleset="rules-1", kind=kind, band=band or band_of(score),  # type: ignore[arg-type]
                       score=score, body_sha256=source.sha256 if source else "", at=at or ids.utc_now(), scope=scope, imitates=imitates,
                       role=role, findings=tuple(found), contacts=tuple(contacts))
        self.store.add_verdict(made)
        return made

    def lead(self, subject: str, kind: str = "ad", score: float = 82.0, title: str = "", *, text: str = "", contact: str = "banzheng_0001",
             reasons: Sequence[Reason] = (), imitates: str = "", profiles: Sequence[str] = ("desktop", "mobile"), url: str = "",
             scope: str = "host", traits: Iterable[tuple[str, str]] = (), paid: bool = False, at: str = "", colour: str = "") -> str:
        """A lead from search hit to verdict, with drawn pictures for each of `profiles`; returns its id."""
        fake = kind == "fake_site"
        title = title or (TITLE if fake else "电工证免考包过三天拿证")
        html = DOUBLE.format(title=title, text=text or (FAKE_TEXT if fake else AD_TEXT), contact=contact)
        url, reasons = url or f"http://{subject}/", reasons or (FAKE if fake else AD)
        contacts = [Contact("wechat", contact, contact)] if contact else []
        hit = self.sighted(url, title, paid=paid)
        pages = [self.page(url, html, title, origin=hit, at=at)]
        pages += [self.page(url, html, title, origin=hit, at=at, profile=p, shot=self._shot(kind, title, contact, p, colour)) for p in profiles]
        tied = [self.verdict(p, html, kind, score, reasons, contacts, scope=scope, imitates=imitates, at=at) for p in pages]
        for page in pages:
            self.store.add_entities(page.id, [Entity(page.id, t, v) for t, v in traits])
        return self._tie(Lead(ids.new_id(), kind, subject, scope, tied[0].id, at or ids.utc_now()), tied)  # type: ignore[arg-type]

    def _tie(self, lead: Lead, verdicts: Sequence[Verdict]) -> str:
        self.store.add_lead(lead)
        for verdict in verdicts:
            self.store.add_lead_verdict(lead.id, verdict.id)
        return lead.id

    @staticmethod
    def _shot(kind: str, title: str, contact: str, profile: str, colour: str) -> bytes:
        size = drawn.PHONE if profile == "mobile" else drawn.DESK
        if kind == "fake_site":
            return drawn.checker(title[:30], BODY, colour or "#0b5cad", size, note="请下载“安全证书”App 完成人脸核验" if profile != "desktop" else "")
        return drawn.advert((title[:20], "免考包过　三天拿证", "全国通用　扫码可查", "先办证后付款"), contact, size, colour or "#b23a1e")

    def official(self, host: str = OFFICIAL, at: str = "") -> Capture:
        """The official page, taken by the browser at a desk and on a phone; returns the first."""
        html = DOUBLE.format(title=TITLE, text=f"{BODY} 查询", contact="")
        made = [self.page(f"https://{host}/", html, TITLE, why="manual", profile=p, at=at, shot=drawn.checker(
            TITLE, "应急管理部" if p == "desktop" else BODY, "#0b4a94", drawn.PHONE if p == "mobile" else drawn.DESK)) for p in ("desktop", "mobile")]
        return made[0]

    def decide(self, lead: str, *moves: str, by: str = "李初审", second: str = "周复核", reason: str = "核对截图与引文", at: str = "") -> None:
        """People's moves, straight into the store."""
        best = self.store.one("SELECT verdict FROM v_lead_best WHERE lead = ?", lead)
        assert best is not None
        for move in moves:
            who = second if move == "second" else by
            self.store.add_decision(Decision(ids.new_id(), lead, move, who, reason, best["verdict"], at or ids.utc_now()))  # type: ignore[arg-type]

    def fact(self, host: str, kind: str, value: dict[str, Any], ok: bool = True, note: str = "") -> None:
        """A site fact."""
        self.store.add_site_fact(SiteFact(ids.new_id(), self.run, host, kind, value, "", "192.0.2.53", ids.utc_now(), ok, note))

    def note(self, lead: str, text: str, author: str = "李初审", to: str = "") -> None:
        """What someone wrote."""
        self.store.add_note(Note(ids.new_id(), lead, author, text, to, ids.utc_now()))

    def check(self, lead: str, state: str, detail: str = "") -> None:
        """A recheck."""
        self.store.add_check(Check(ids.new_id(), lead, state, detail, "", ids.utc_now()))  # type: ignore[arg-type]


def band_of(score: float) -> str:
    """The band of an invented score."""
    return "high" if score >= 70 else "medium" if score >= 45 else "low" if score > 0 else "none"


def a_day(world: DeskWorld) -> dict[str, str]:
    """A day with something of everything; returns the ids of leads by a short name."""
    for name, state, results, ads, detail in (
            ("so360", "ok", 214, 31, ""), ("bing", "ok", 160, 0, ""), ("sogou", "blocked", 0, 0, "第 1 页起出现验证码"),
            ("baidu", "degraded", 38, 4, "12 个查询中 3 个没有读全"), ("weixin", "ok", 74, 0, ""), ("tieba", "empty", 0, 0, ""),
            ("xiaohongshu", "login", 0, 0, "要求登录"), ("goofish", "disabled", 0, 0, ""), ("chinacn", "ok", 22, 0, "")):
        world.source(name, state, results, ads, detail)
    world.official()
    shared = (("template", "b3f1c2d4e5a60718"), ("favicon", "9c" * 32), ("analytics", "UA-000000-1"))
    made = {
        "fake": world.lead("cx-anquan-mem.example", "fake_site", 91.0, imitates=OFFICIAL, contact="czcx_kefu_01", traits=shared,
                           profiles=("desktop", "mobile", "from-search")),
        "fake2": world.lead("mem-chaxun.example", "fake_site", 84.0, imitates=OFFICIAL, contact="czcx_kefu_01", traits=shared, colour="#0a6a5c"),
        "seller": world.lead("kuaizheng-01.example", "ad", 88.0, contact="banzheng_0001", paid=True,
                             text=AD_TEXT + "证书在 cx-anquan-mem.example 可查。"),
        "same": world.lead("dianongzheng.example", "ad", 76.0, "低压电工证代办 不用考试", contact="banzheng_0001", colour="#7a1f5c"),
        "page": world.lead("https://luntan.example/thread/8841", "ad", 63.0, "求助：电工证怎么快速办理", scope="page",
                           url="https://luntan.example/thread/8841", contact="weixin_bz88"),
        "school": world.lead("anpei-xuexiao.example", "ad", 52.0, "安全培训学校招生简章", contact="", profiles=("desktop",), reasons=(
            ("ad/pass_guarantee", 40.0, "包过", "页面承诺“包过”"), ("limit/school_pass", -15.0, "培训学校", "自称培训学校，可能是正规招生"))),
    }
    for n in range(18):
        made[f"more{n}"] = world.lead(f"zhengjian-{n:02d}.example", "ad", 47.0 + n * 2.3, contact=f"zj_{n // 3:04d}",
                                      title=("焊工证全国可查 免考直出", "高处作业证 包过代办", "叉车证一周下证")[n % 3],
                                      profiles=("desktop",) if n % 2 else (), colour=("#b23a1e", "#5d4037", "#37474f")[n % 3])
    host = "cx-anquan-mem.example"
    world.fact(host, "whois", {"registrar": "某某网络有限公司", "created_day": "2026-02-18", "found": True})
    world.fact(host, "ip", {"ip": "203.0.113.7", "country": "US", "asn": 64500, "org": "Example Hosting"})
    world.fact(host, "icp", {}, ok=False, note="页面没有备案号，也没有导入的备案数据")
    world.decide(made["fake2"], "confirm", by="李初审")
    world.decide(made["same"], "confirm", "second")
    world.check(made["same"], "up", "仍返回同样内容")
    world.decide(made["school"], "dismiss", by="周复核", reason="正规机构的正常招生")
    world.decide(made["page"], "doubt", by="李初审", reason="证据不足")
    world.note(made["fake"], "与上周关停的站点模板相同，请复核页脚主办单位截图。", "李初审")
    world.note(made["fake"], "已电话核实，该单位未开通此域名。", "周复核", to="李初审")
    world.seal()
    return made
