"""What people bring in becomes evidence, candidates and filings – once, with who, when and how."""

import io
import json

import pytest
from click.testing import CliRunner
from PIL import Image

from crawlers import sitefacts
from crawlers.imports import BadFile
from evidence import custody
from evidence.archive import Vault
from evidence.config import Config
from evidence.frontier import Frontier
from evidence.store import Store
from review import judging, leads
from review.cli import cli, main
from review.importing import Desk, Origin, contacts_in

TIPS = ("受理编号,受理时间,来电人,联系电话,举报内容,涉案网址,对方微信\n"
        "24-001,2026-11-20,张某某,13900000009,网上卖假操作证，免考包过，http://a-query.top/s?id=1,,abc_98765\n"
        "24-002,2026-11-21,,,冒充官网 http://cx.mem.gov.cn/ 的假网站,b-query.top,\n"
        "24-003,,,,,,\n")
SELLER = ("<html><head><meta charset=utf-8><title>特种作业操作证办理</title></head><body><h1>高压电工证 免考包过</h1>"
          "<p>全国联网可查，不用考试，三天拿证，先办证后付款。加微信 kuaizheng_0001，电话 139 0000 0001。</p></body></html>")


@pytest.fixture
def desk(home):
    """desk(kind, path, …) runs one import command with its own run, as the command line does."""
    def bring(kind, *paths, person="某某", how="12345 转办", **more):
        with Desk(home, Config(), Origin(person, how)) as opened:
            made = [opened.bring(kind, path, **more) for path in paths]
        return made[0] if len(made) == 1 else made
    return bring


@pytest.fixture
def write(tmp_path):
    def put(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
    return put


def queued(store):
    return {r["key"]: (json.loads(r["payload"]), r["priority"]) for r in store.rows("SELECT * FROM frontier WHERE lane = 'plain'")}


def test_tips_become_rows_contacts_and_candidates(store, desk, write):
    made = desk("tips", write("举报.csv", TIPS.encode("gb18030")))
    assert (made.rows, made.known, len(made.problems)) == (2, 0, 1) and "第 4 行" in made.problems[0]
    assert dict(made.addresses) == {"queued": 2, "official": 1}, "the real site is named to say what is imitated, not to be fetched"
    one, two = [dict(r) for r in store.rows("SELECT * FROM tips ORDER BY number")]
    assert (one["number"], one["received"], one["place"]) == ("24-001", "2026-11-20", "第 2 行")
    assert json.loads(one["contacts"]) == [["wechat", "abc_98765"]] and "13900000009" not in str(one), "who reported stays sealed"
    urls = {p["url"]: (p["why"], p["origin"]) for p, _ in queued(store).values()}
    assert urls == {"http://a-query.top/s?id=1": ("tip", one["id"]), "http://b-query.top/": ("tip", two["id"])}


def test_the_file_is_sealed_with_who_when_and_how(store, home, desk, write):
    path = write("举报.csv", TIPS)
    desk("tips", path, person="李某", how="窗口递交")
    row = store.one("SELECT * FROM v_imports")
    assert (row["person"], row["how"], row["name"], row["rows"]) == ("李某", "窗口递交", "举报.csv", 2)
    assert len(json.loads(row["problems"])) == 1
    original = store.capture(row["original"])
    assert Vault(home).read(original.artifact("import-file")) == path.read_bytes()
    assert original.why == "import-file" and "李某" in original.note and original.means == "import"
    assert list(custody.broken_links(custody.events(store.db))) == []
    assert store.one("SELECT actor FROM custody WHERE subject_kind = 'tip'")["actor"] == "李某"
    assert store.rows("SELECT state FROM v_runs WHERE kind = 'import'")[0]["state"] == "partial"
    assert judging.judge_pending(store, store.begin_run("daily", "2026-11-25")).verdicts == [], "a table is no page to judge"


def test_a_second_import_adds_nothing(store, desk, write):
    desk("tips", write("举报.csv", TIPS))
    assert desk("tips", write("另存.csv", TIPS)).before, "the same bytes under another name"
    grown = desk("tips", write("下周.csv", TIPS + "24-004,2026-11-24,,,又一件 c-query.top,,\n"))
    assert (grown.rows, grown.known, dict(grown.addresses)) == (1, 2, {"queued": 1})
    assert store.one("SELECT count(*) AS n FROM tips")["n"] == 3 and store.one("SELECT count(*) AS n FROM imports")["n"] == 2


def test_the_next_run_fetches_what_was_queued_and_its_path_is_told(store, desk, write, judged):
    desk("tips", write("举报.csv", TIPS))
    frontier, run = Frontier(store), store.begin_run("daily", "2026-11-25")
    assert frontier.lease("plain", "w", 9, run=run) == []
    assert frontier.adopt(run) == 2 and frontier.adopt(run) == 0
    leases = frontier.lease("plain", "w", 9, run=run)
    assert {lease.payload["why"] for lease in leases} == {"tip"}
    from dataclasses import replace

    capture = judged("http://seen.example/")[0]
    led = replace(capture, id="c" * 24, why="tip", origin=leases[0].payload["origin"])
    store.add_capture(led)
    row = store.one("SELECT * FROM v_import_paths WHERE capture = ?", led.id)
    assert (row["file"], row["person"], row["how"]) == ("举报.csv", "某某", "12345 转办") and row["place"].startswith("第")


def test_an_address_waits_once_and_what_was_fetched_lately_is_not_fetched_again(store, desk, write, judged):
    desk("tips", write("a.txt", "卖证 a-query.top"))
    assert dict(desk("tips", write("b.txt", "又说 a-query.top 卖证")).addresses) == {"waiting": 1}
    judged("http://c-query.top/")
    assert dict(desk("tips", write("c.txt", "卖证 c-query.top")).addresses) == {"fetched": 1}


def test_nothing_is_fetched_when_told_so(store, desk, write):
    assert not desk("tips", write("a.txt", "卖证 a-query.top"), fetch=False).addresses and queued(store) == {}


def qr(text):
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    out = io.BytesIO()
    Image.fromarray(code.to_image(scale=8)).save(out, "PNG")
    return out.getvalue()


def test_a_saved_page_is_judged_and_becomes_a_lead(store, home, desk, write):
    path = write("页面.html", "<!-- saved from url=(0021)https://seller.top/ad -->\n" + SELLER)
    made = desk("saved", path, how="手机浏览器另存")
    assert (made.rows, dict(made.addresses), made.problems) == (1, {"queued": 1}, [])
    run = store.begin_run("daily", "2026-11-25")
    ((capture, verdict),) = judging.judge_pending(store, run).verdicts
    assert (capture.means, capture.url, capture.title) == ("import", "https://seller.top/ad", "特种作业操作证办理")
    assert "文件自述" in capture.note and "手机浏览器另存" in capture.note
    assert verdict.kind == "ad" and verdict.band in {"medium", "high"}
    assert leads.build(store).new == 1 and leads.find(store, "seller.top").kind == "ad"
    assert Vault(home).read(capture.artifact("body")) == path.read_bytes()


def test_a_page_without_an_address_is_kept_and_the_person_told(store, desk, write):
    made = desk("saved", write("页面.html", SELLER))
    assert made.rows == 1 and "--url" in made.problems[0] and not made.addresses
    judging.judge_pending(store, store.begin_run("daily", "2026-11-25"))
    assert leads.build(store).new == 1, "what is seen is not lost for want of an address"
    assert store.one("SELECT subject FROM leads")["subject"].startswith("urn:dajia:page:")
    again = desk("saved", write("页面.html", SELLER), url="https://seller.top/")
    assert (again.rows, dict(again.addresses)) == (1, {"queued": 1}) and "导入人注明" in store.rows(
        "SELECT note FROM captures WHERE url = 'https://seller.top/'")[0]["note"]


def test_the_code_in_a_screenshot_is_followed(store, desk, write):
    from review import following

    desk("saved", write("截图.png", qr("http://check.top/q?id=1")), url="https://mp.weixin.qq.com/s/abc")
    run = store.begin_run("daily", "2026-11-25")
    judged = judging.judge_pending(store, run).verdicts
    assert [c.artifact("screenshot-full").media_type for c, _ in judged] == ["image/png"]
    assert following.queue_links(Frontier(store), run, judged) == 1
    assert ("http://check.top/q?id=1", "qr") in {(p["url"], p["why"]) for p, _ in queued(store).values()}


def test_pictures_of_a_report_are_evidence_with_their_own_name(store, home, desk, tmp_path):
    (tmp_path / "1.png").write_bytes(qr("http://check.top/q?id=2"))
    path = tmp_path / "举报.csv"
    path.write_text("内容,截图\n卖假证,1.png\n", encoding="utf-8")
    assert desk("tips", path).pictures == 1
    ((capture, verdict),) = judging.judge_pending(store, store.begin_run("daily", "2026-11-25")).verdicts
    assert verdict.links == ("http://check.top/q?id=2",) and "第 2 行" in capture.note


def test_a_list_of_confirmed_fakes_is_queued_first(store, desk, write):
    desk("tips", write("a.txt", "卖证 a-query.top"))
    made = desk("agency-list", write("名单.csv", "仿冒网址,认定机关,文号\nfake-cx.top,某厅,某函〔2026〕1号\n乱写,,\n"), how="来函")
    assert (made.rows, len(made.problems)) == (1, 1)
    run = store.begin_run("daily", "2026-11-25")
    Frontier(store).adopt(run)
    first = Frontier(store).lease("plain", "w", 1, run=run)[0]
    assert first.payload["why"] == "agency-list"
    assert store.one("SELECT agency, document FROM agency_fakes")["document"] == "某函〔2026〕1号"


def test_filings_change_what_is_said_of_a_copied_number(store, home, desk, write):
    shown = SELLER.replace("</body>", "<footer>闽ICP备2020021857号</footer></body>")
    desk("saved", write("页面.html", shown), url="https://copycat.top/")
    run = store.begin_run("daily", "2026-11-25")
    judging.judge_pending(store, run)
    from crawlers.facts import filings

    store.add_site_fact(filings.look_up(store, Vault(home), "copycat.top").fact(run, "copycat.top"))
    made = desk("icp", write("备案.csv", "备案号,主办单位,域名\n闽ICP备2020021857号-1,某省某某厅,real.cn\n不是号,甲,b.cn\n"))
    assert (made.rows, made.changed, len(made.problems)) == (1, ["copycat.top"], 1)
    assert sitefacts.facts_for_judge(store, "copycat.top")["icp_real_owner"] == "某省某某厅"
    assert len(judging.pending(store, judging.ruleset_digest())) == 1, "the page is judged again with the new fact"


def test_a_bad_file_stores_nothing(store, home, desk, write):
    for name, data in (("空.csv", b""), ("坏.xlsx", b"PK\x03\x04x"), ("片.pdf", b"%PDF-1.4")):
        with pytest.raises(BadFile, match=name):
            desk("tips", write(name, data))
    assert store.one("SELECT count(*) AS n FROM captures")["n"] == 0 and list(home.warc.iterdir()) == []


CONTACTS = {
    "a WeChat id": ("微信：abc_98765", [("wechat", "abc_98765")]),
    "a phone": ("13900000003", [("phone", "13900000003")]),
    "a phone in groups": ("139 0000 0003", [("phone", "13900000003")]),
    "QQ with its name": ("QQ 123456789", [("qq", "123456789")]),
    "two": ("13900000003、abc_98765", [("phone", "13900000003"), ("wechat", "abc_98765")]),
}


@pytest.mark.parametrize("words", CONTACTS)
def test_a_column_of_contacts_is_read(words):
    text, expected = CONTACTS[words]
    assert list(contacts_in("", text)) == expected


def invoke(home, *arguments):
    """The command as a person meets it: what it returned and printed."""
    return CliRunner().invoke(cli, ["--home", str(home.root), *arguments], standalone_mode=False)


def test_the_command_tells_what_came_in_and_what_did_not(home, write):
    result = invoke(home, "import", "tips", str(write("举报.csv", TIPS)), str(write("坏.xlsx", b"PK\x03\x04x")), "--by", "某某")
    assert result.return_value == 1, result.output
    assert "新收 2 条" in result.output and "官方网址，不抓取 1" in result.output and "没有导入：坏.xlsx" in result.output
    assert "第 4 行" in result.output
    with Store.open(home) as store:
        assert store.one("SELECT person FROM imports")["person"] == "某某"


def test_the_command_says_everything_to_machines(home, write):
    result = invoke(home, "import", "tips", str(write("举报.csv", TIPS)), "--json")
    said = json.loads(result.output.splitlines()[0])
    assert said["rows"] == 2 and said["addresses"] == {"queued": 2, "official": 1} and len(said["problems"]) == 1


WRONG = {
    "an unknown kind": (["import", "tipz", "x"], "tips"),
    "no such file": (["import", "tips", "/nowhere/x.csv"], "/nowhere/x.csv"),
    "an address for a table": (["import", "tips", "{csv}", "--url", "http://a.cn"], "--url"),
    "only a bad file": (["import", "icp", "{bad}"], "没有导入"),
}


@pytest.mark.parametrize("words", WRONG)
def test_a_users_mistake_is_one_message_and_code_two(home, write, words, capsys):
    arguments, said = WRONG[words]
    csv, bad = str(write("a.csv", TIPS)), str(write("b.csv", "甲,乙\n1,2\n"))
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home.root), *(a.format(csv=csv, bad=bad) for a in arguments)])
    out = capsys.readouterr()
    assert ended.value.code == 2 and said in out.err + out.out and "Traceback" not in out.err
