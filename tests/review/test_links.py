"""Gangs from a real store: traits read once, edits kept, the picture and the command."""

import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from evidence import ids
from evidence.archive import Vault, WarcWriter
from evidence.records import Capture, Contact
from review import leads, links
from review.cli import cli
from review.commands.gangs import drawn
from review.gang_picture import picture

PAGE = """<html><body class=p><div class=a><ul class=n><li>1</li></ul><form class=f><input class=i><button class=b>查</button></form>
<table class=t><tr class=r><td class=d>x</td></tr></table><section class=s><h2 class=h>t</h2><p class=q>u</p></section>
<aside class=z><dl class=y><dt>a</dt><dd>b</dd></dl></aside><footer class=w><a class=v>c</a></footer></div>
<script src="https://hm.baidu.com/hm.js?{counter}"></script></body></html>"""


@pytest.fixture
def page(store, home):
    """page(url, counter) stores a capture whose bytes lie in a WARC."""
    run = store.begin_run("daily", "2026-01-02")
    writer = WarcWriter.create(home, run, "test")

    def make(url, counter="0" * 32):
        now, name = ids.utc_now(), ids.new_id()
        body = writer.response(capture_id=name, url=url, status=200, headers=[("Content-Type", "text/html")],
                               body=PAGE.format(counter=counter).encode(), media_type="text/html")
        writer.sync()
        capture = Capture(id=name, run=run, asked_url=url, url=url, started=now, ended=now, means="http", profile="desktop",
                          outcome="ok", status=200, title="t", why="sighting", headers=(("Content-Type", "text/html"),), artifacts=(body,))
        store.add_capture(capture)
        return capture
    yield make
    writer.close()


def test_traits_are_read_once_and_tie_sites_of_one_counter(store, home, judged, page):
    for host in ("one", "two"):
        judged(kind="fake_site", capture=page(f"http://{host}.example/", "a" * 32))
    judged(kind="fake_site", capture=page("http://three.example/", "b" * 32))
    leads.build(store)
    assert links.read_traits(store, Vault(home)) == []
    before = store.one("SELECT count(*) AS n FROM custody")["n"]
    assert links.read_traits(store, Vault(home)) == []
    assert store.one("SELECT count(*) AS n FROM custody")["n"] == before
    gangs = links.rebuild(store)
    assert [len(g.leads) for g in gangs] == [2]
    assert "同一统计账号" in store.one("SELECT sentence FROM gang_ties WHERE type = 'analytics'")["sentence"]


def test_sellers_and_the_checker_their_code_opens(store, judged):
    judged("http://a.example/", contacts=(Contact("qr", "https://q.example/r?id=1"), Contact("wechat", "w_1")))
    judged("http://b.example/", contacts=(Contact("wechat", "w_1"),))
    judged("https://q.example/r?id=1", kind="fake_site")
    judged("http://news.example/", band="none", kind="none", contacts=(Contact("wechat", "w_2"),))
    leads.build(store)
    gangs = links.rebuild(store)
    assert [len(g.leads) for g in gangs] == [3]
    row = store.one("SELECT ads, sites FROM gangs")
    assert (row["ads"], row["sites"]) == (2, 1)


def test_what_people_decided_holds_after_every_rebuild(store, judged):
    for host in ("a", "b", "c"):
        judged(f"http://{host}.example/", contacts=(Contact("wechat", "w_1"),))
    leads.build(store)
    links.rebuild(store)
    links.edit(store, "split", "a.example", "c.example", "张三", "c 只是转贴")
    assert sorted(len(g.leads) for g in links.rebuild(store)) == [2]
    links.edit(store, "undo", "c.example", "a.example", "张三", "看错了")
    assert sorted(len(g.leads) for g in links.rebuild(store)) == [3]
    links.edit(store, "ignore", "wechat", "w_1", "张三", "客服号")
    assert links.rebuild(store) == []


@pytest.mark.parametrize("words", [("merge", "a.example", "a.example"), ("ignore", "wechatt", "x"), ("join", "a", "b")],
                         ids=["itself", "misspelt type", "unknown move"])
def test_edits_that_make_no_sense_are_refused(store, judged, words):
    judged("http://a.example/")
    leads.build(store)
    with pytest.raises(links.EditRefused):
        links.edit(store, *words, "张三", "理由")


def test_the_picture_is_inert_xml(store, home, judged):
    for host in ("a", "b"):
        judged(f"http://{host}.example/", contacts=(Contact("wechat", "<script>alert(1)</script>"),))
    leads.build(store)
    gang = links.rebuild(store)[0]
    svg = drawn(store, gang.id)
    root = ET.fromstring(svg)
    assert not [e for e in root.iter() if e.tag.endswith("script")]
    assert len([e for e in root.iter() if e.tag.endswith("line")]) == 2
    assert "只画出" in picture({str(n): ("x", "seller") for n in range(200)}, [], [])


def test_the_command_lists_shows_and_edits(store, home, judged, tmp_path):
    for host in ("a", "b"):
        judged(f"http://{host}.example/", contacts=(Contact("qq", "100001"),))
    leads.build(store)
    run = CliRunner().invoke
    def call(*words):
        return run(cli, ["--home", str(home.root), "gangs", *words])
    assert call("rebuild").output.startswith("团伙 1 个")
    assert "2 条广告" in call().output
    assert call("show", "a.example", "--picture", str(tmp_path / "g.svg")).exit_code == 0
    assert (tmp_path / "g.svg").read_text(encoding="utf-8").startswith("<svg")
    assert call("edit", "merge", "a.example", "a.example", "--reviewer", "张三", "--reason", "同").exit_code == 2


def test_codes_that_open_an_account_name_no_host_in_common(store, judged):
    judged("http://a.example/", contacts=(Contact("qr", "weixin://contacts/profile/wx_one"), Contact("wechat", "wx_one")))
    judged("http://b.example/", contacts=(Contact("qr", "weixin://contacts/profile/wx_two"), Contact("wechat", "wx_two")))
    leads.build(store)
    assert links.rebuild(store) == []
