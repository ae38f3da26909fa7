"""Rules as analysts work on them: trying a draft on the store, new words, weights from decisions."""

from __future__ import annotations

import pytest
import yaml
from click.testing import CliRunner

from classifiers import engine
from evidence import ids
from evidence.archive import WarcWriter
from evidence.home import Home
from evidence.records import Capture
from evidence.store import Store
from review import decisions, leads
from review.cli import cli
from review.judging import judge_pending

DRAFT = """title: 说了暗语
kind: ad
when: {all: [certificate.*, {any: [contact.*]}]}
weight: 60
why: 页面提到“{certificate.*}”并留联系方式
references: [试]
"""
PAGES = {
    "https://a.example/1": "电工证请随身带好，有事联系微信 hj_4401x",
    "https://b.example/2": "焊工证免考包过，花椒党直出，微信 hj_4402x",
    "https://c.example/3": "叉车证交钱就有，花椒党直出，先拿证后付款，微信 hj_4403x",
    "https://d.example/4": "月季修剪要斜口，浇水宁干勿湿",
}


@pytest.fixture(autouse=True)
def shipped_weights():
    yield
    engine.adjust({})


@pytest.fixture
def home(tmp_path):
    home = Home.at(tmp_path / "home")
    with Store.open(home) as store:
        run = store.begin_run("test", "2026-11-24")
        writer = WarcWriter.create(home, run, "t")
        for url, words in PAGES.items():
            capture = ids.new_id()
            html = f"<title>一页</title><p>{words}</p><p>本页文字足够长，写的都是虚构内容。</p>"
            dom = writer.resource(capture_id=capture, name="dom", url=url, media_type="text/html", data=html.encode())
            writer.sync()
            store.add_capture(Capture(capture, run, url, url, ids.utc_now(), ids.utc_now(), "browser", "desktop", "ok", status=200,
                                      title="一页", why="link", artifacts=(dom,)))
        writer.close()
        judge_pending(store, run)
        leads.build(store)
    return home


def run(home, *arguments):
    return CliRunner().invoke(cli, ["--home", str(home.root), "rules", *arguments], standalone_mode=False)


def test_the_list_names_every_rule():
    shown = CliRunner().invoke(cli, ["rules", "list", "--json"], standalone_mode=False).output
    assert len(shown.splitlines()) == len(engine.rules()) > 70


def test_lint_names_file_and_line_and_advises(tmp_path):
    bad, poor = tmp_path / "bad.yml", tmp_path / "poor.yml"
    bad.write_text(DRAFT.replace("certificate.*,", "certificate.nmaed,"), encoding="utf-8")
    poor.write_text("title: 只看一词\nkind: ad\nwhen: promise.no_exam\nweight: 90\nwhy: 有这个词\n", encoding="utf-8")
    result = CliRunner().invoke(cli, ["rules", "lint", str(bad), str(poor)], standalone_mode=False)
    assert result.return_value == 1 and "bad.yml:3" in result.output and "certificate.n" in result.output
    assert all(word in result.output for word in ("why 里没有引用", "references", "单独就到高等级", "只凭一个特征"))


def test_the_shipped_rules_have_no_fault():
    assert CliRunner().invoke(cli, ["rules", "lint"], standalone_mode=False).return_value == 0


def test_a_draft_is_tried_on_the_store_and_nothing_is_written(home, tmp_path):
    draft = tmp_path / "draft.yml"
    draft.write_text(DRAFT, encoding="utf-8")
    with Store.open(home) as store:
        before = store.one("SELECT count(*) AS n FROM verdicts")["n"]
    result = run(home, "try", str(draft))
    assert result.return_value == 0, result.output
    assert "a.example" in result.output and "d.example" not in result.output and "看了 4 页" in result.output
    with Store.open(home) as store:
        assert store.one("SELECT count(*) AS n FROM verdicts")["n"] == before


def test_new_words_of_sellers_are_found(home):
    assert "花椒党" in run(home, "drift").output


def test_too_few_decisions_teach_nothing(home):
    result = CliRunner().invoke(cli, ["--home", str(home.root), "rules", "refit"])
    assert result.exit_code != 0 and "至少" in result.output


def test_weights_follow_decisions_and_can_be_dropped_again(store, judged, monkeypatch):
    for n in range(60):
        judged(f"http://s{n}.example/", band="high" if n % 2 else "medium")
    leads.build(store)
    for n, lead in enumerate(leads.listed(store) if hasattr(leads, "listed") else store.rows("SELECT id, subject FROM v_leads")):
        found = leads.find(store, lead["subject"])
        decisions.decide(store, found, "dismiss" if n % 3 else "confirm", "张三", "看过截图")
    store.db.commit()
    result = CliRunner().invoke(cli, ["--home", str(store.home.root), "rules", "refit", "--accept"], standalone_mode=False)
    assert result.return_value == 0, result.output
    path = store.home.root / "weights.yml"
    weights = yaml.safe_load(path.read_text(encoding="utf-8"))["weights"]
    shipped = {rule.name: rule.weight for rule in engine.load()}
    assert 0 <= weights["ad/no_exam"] < shipped["ad/no_exam"], "dismissed twice as often as confirmed"
    shown = run(store.home, "list")
    assert "（本机）" in shown.output


@pytest.mark.parametrize(
    ("content", "message"),
    [("weights: [1]\n", "weights.yml"), ("weights: {ad/no_exm: 4}\n", "ad/no_exam"), ("weights: {ad/no_exam: -4}\n", "同号")],
    ids=["no mapping", "misspelt rule", "wrong sign"],
)
def test_a_wrong_weights_file_is_told(home, content, message):
    (home.root / "weights.yml").write_text(content, encoding="utf-8")
    result = CliRunner().invoke(cli, ["--home", str(home.root), "rules", "list"])
    assert result.exit_code != 0 and message in str(result.exception) + result.output
