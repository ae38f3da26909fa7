"""A page that shows phones another thing than desks: the difference becomes a finding that names the other capture."""

from evidence import ids
from evidence.archive import Vault, WarcWriter
from evidence.home import Home
from evidence.records import Capture
from evidence.store import Store
from review.judging import judge_pending

FAKE = ("<title>证书查询</title><h1>特种作业操作证及安全生产知识和管理能力考核合格信息查询平台</h1><form>"
        "<label>姓名</label><input name=xm><label>证书编号</label><input name=zsbh><button>查询</button></form>"
        "<p>请输入姓名与证书编号查询，结果仅供核对，服务时间周一至周五。</p>")
GARDEN = "<title>园艺资讯</title><p>" + "春天是修剪月季的好时节，剪口要斜，浇水宁干勿湿，薄肥勤施，花开得才多。" * 4 + "</p>"


def browsed(store, writer, run, profile, html, origin="o"):
    capture = ids.new_id()
    dom = writer.resource(capture_id=capture, name="dom", url="https://k3v8.example/", media_type="text/html", data=html.encode())
    writer.sync()
    store.add_capture(Capture(capture, run, "https://k3v8.example/", "https://k3v8.example/", ids.utc_now(), ids.utc_now(), "browser",
                              profile, "ok", status=200, title=html[7:11], why="link", origin=origin, artifacts=(dom,)))
    return capture


def judged(tmp_path, **shown):
    home = Home.at(tmp_path / "home")
    with Store.open(home) as store:
        run = store.begin_run("test", "2026-11-24")
        writer = WarcWriter.create(home, run, "t")
        made = {profile.replace("_", "-"): browsed(store, writer, run, profile.replace("_", "-"), html) for profile, html in shown.items()}
        writer.close()
        found = judge_pending(store, run)
        assert Vault(home) and not found.problems
        return made, {c.profile: v for c, v in found.verdicts}


def cloaked(verdict):
    return [f for f in verdict.findings if f.rule.endswith("/cloaked")]


def test_the_view_with_something_to_hide_bears_the_finding(tmp_path):
    made, verdicts = judged(tmp_path, desktop=GARDEN, mobile=FAKE, from_search=GARDEN)
    (found, *_) = cloaked(verdicts["mobile"])
    assert found.where in {f"capture:{made['desktop']}", f"capture:{made['from-search']}"}
    assert "用手机打开看到《证书查询》" in found.sentence
    assert not cloaked(verdicts["desktop"]) and verdicts["desktop"].band == "none"


def test_the_same_page_for_all_bears_none(tmp_path):
    _, verdicts = judged(tmp_path, desktop=FAKE, mobile=FAKE)
    assert not any(cloaked(v) for v in verdicts.values())


def test_the_finding_adds_to_the_score(tmp_path):
    _, alike = judged(tmp_path / "a", desktop=FAKE, mobile=FAKE)
    _, unlike = judged(tmp_path / "b", desktop=GARDEN, mobile=FAKE)
    assert unlike["mobile"].score > alike["mobile"].score or alike["mobile"].score == 100
