"""Whatever a page, an address, a person or a picture says stays words: in a real Chromium nothing runs, nothing is fetched."""

from urllib.parse import urlencode

import pytest

from bench.desk_pictures import checker
from bench.desk_world import DeskWorld
from evidence import ids
from evidence.records import Contact, Entity, Finding, Lead, Note, Verdict

pytestmark = pytest.mark.browser

STRINGS = [
    "<script>alert(1)</script>", "<script src=http://evil.example/x.js></script>", "<img src=x onerror=alert(1)>", "<img src=//evil.example/p.png>",
    "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<iframe src=javascript:alert(1)></iframe>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "\" onmouseover=\"alert(1)", "' autofocus onfocus='alert(1)", "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", "</option></select><img src=x onerror=alert(1)>", "</style><script>alert(1)</script>", "<style>@import '//evil.example/a.css';</style>",
    "<link rel=stylesheet href=//evil.example/a.css>", "<base href=//evil.example/>", "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<form action=//evil.example/><input type=submit></form>", "<object data=//evil.example/x>", "<embed src=//evil.example/x.swf>", "<a href=javascript:alert(1)>点我</a>",
    "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "{{ 7 * 7 }}", "{% raw %}{{ config }}", "${alert(1)}", "#{7*7}", "<%= 7*7 %>", "<!--", "--><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)", "%3Cscript%3Ealert(1)%3C/script%3E", "\u202egpj.exe", "\ufeff<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞", "<scr\x00ipt>alert(1)</scr\x00ipt>", "<ScRiPt/x>alert(1)</sCrIpT>", "<details open ontoggle=alert(1)>", "<math><mtext></p><style><img src=x onerror=alert(1)>",
    "<video><source onerror=alert(1)>", "<input onfocus=alert(1) autofocus>", "=HYPERLINK(\"http://evil.example\")", "'; DROP TABLE leads; --", "\r\nSet-Cookie: x=1", "a" * 5000 + "<script>alert(1)</script>",
]


def plant(store):
    """A lead for every string, which says it in every place a page, a result, a server or a colleague can; the ids of the leads."""
    world, made = DeskWorld(store), []
    shot = checker("查询", "考试", size=(390, 600))
    for n, text in enumerate(STRINGS):
        text, url = text.replace("\x00", "\ufffd"), f"http://h{n}.example/{STRINGS[n]}"
        html = f"<html><title>{text}</title><p>{text} 免考</p>"
        hit = world.sighted(url, text, source="so360", query=text)
        capture = world.page(url, html, text, origin=hit, shot=shot if n % 8 == 0 else b"", sync=False)
        reasons = (Finding("ad/no_exam", 40.0, text, html.find(text), html.find(text) + len(text), text), Finding("limit/news", -5.0, text, -1, -1, text, "image:x"))
        verdict = Verdict(id=ids.new_id(), capture=capture.id, run=world.run, ruleset=text, kind="fake_site" if n % 2 else "ad", band="high", score=90 - n / 10,
                          body_sha256="0" * 64, at=ids.utc_now(), scope="page", imitates=text, role=text, findings=reasons,
                          contacts=(Contact("wechat", text, text), Contact("qr", f"http://evil.example/{n}", "x")))
        store.add_verdict(verdict)
        store.add_entities(capture.id, [Entity(capture.id, "icp", text), Entity(capture.id, "template", "shared")])
        lead = world._tie(Lead(ids.new_id(), verdict.kind, url, "page", verdict.id, ids.utc_now()), [verdict])
        world.fact(ids.host_of(url), "whois", {text: text}, note=text)
        store.add_note(Note(ids.new_id(), lead, text[:40], text, text[:40] if n % 3 == 0 else "", ids.utc_now()))
        if n % 5 == 0:
            world.decide(lead, "doubt", by=text[:40] or "x", reason=text)
        made.append(lead)
    world.source("<b>s</b>", "blocked", detail="<script>alert(1)</script>")
    world.seal()
    return made


def test_at_least_forty_strings():
    assert len(set(STRINGS)) >= 40


def test_nothing_of_theirs_runs_or_is_fetched(desk, person):
    from review import links

    with desk.store() as store:
        leads = plant(store)
        links.rebuild(store)
        gang = store.one("SELECT id FROM gangs ORDER BY leads DESC")["id"]
    page = person("周复核")
    paths = ["/", "/leads?state=", "/leads?state=&page=2", "/gangs", f"/gang/{gang}", "/followup", *(f"/lead/{lead}" for lead in leads), f"/lead/{leads[0]}/export"]
    for path in paths:
        answer = page.goto(desk.url + path, wait_until="load")
        assert answer.status == 200, path
        # Elements a hostile text would have made: the desk's own pages hold none of them, nor any script but their own.
        strange = page.evaluate("[...document.querySelectorAll('iframe, object, embed, base, style, video, math, svg, meta[http-equiv], link:not([href^=\"/static/\"]), "
                                "script:not([src^=\"/static/\"]), img:not([src^=\"/\"]):not([data-src]), a[href^=\"javascript\"], details, form[action*=\"evil\"]')].map(e => e.outerHTML.slice(0, 80))")
        assert strange == [], path
        handlers = page.evaluate("[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'style')).filter(e => e.tagName !== 'IMG').length")
        assert handlers == 0, path
    with desk.store() as store:
        assert store.one("SELECT count(*) AS n FROM leads")["n"] > len(STRINGS)


@pytest.mark.parametrize("at", range(0, len(STRINGS), 10))
def test_what_people_type_stays_words(desk, at):
    who, lead = desk.client("李初审"), desk.leads["fake"]
    for text in STRINGS[at:at + 10]:
        short = text.replace("\r\n", " ")[:4000]
        who.post(f"/lead/{lead}/note", {"text": short})
        who.post("/filters", {"name": short[:30], "query": f"?state=new&q={short}&sort={short}"})
        for path in (f"/lead/{lead}", f"/leads?{urlencode({'q': short, 'state': short, 'imitates': short, 'assigned': short})}"):
            answer = who.get(path)
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
            for bad in ("<script>alert", "<img src=x", "<svg onload", "<iframe src", "<base href", "<style>@import", "49\n", "<details open"):
                assert bad not in answer.text, (text, path)
