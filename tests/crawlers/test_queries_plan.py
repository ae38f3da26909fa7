"""Queries: generated from the taxonomy, planned by yield and budget, grown from what was seen, decided on by people."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from crawlers import plan, queries, sources
from crawlers.queries import generator, growth
from evidence import asking, ids
from evidence.config import Config
from evidence.records import Capture, Contact, Decision, Finding, Lead, Query, Sighting, Verdict
from review.cli import cli


def test_generated_texts_cross_certificates_promises_channels_and_regions():
    made, words = generator.generated(), generator.words()
    assert len(made) > 2000 and len({q.text for q in made}) == len(made)
    first = " ".join(q.text for q in made[:200])
    for kind, least in (("certificate", 25), ("promise", 12), ("channel", 6), ("region", 20), ("lookup", 5)):
        assert sum(word in first for word in words[kind]) >= least, kind
    assert {q.theme for q in made} == {"ad", "site"} and all(len(q.text) <= queries.MAX_LENGTH for q in made)
    assert all(q.certificate for q in made) and any(q.region == "福建" for q in made)


def test_some_generated_texts_are_in_disguise():
    texts = {q.text for q in generator.generated()}
    assert "電工證 免考" in texts and any("攷" in t for t in texts) and any("bg" in t for t in texts)


LISTS = "promises: [a]\nchannels: [a]\nlookups: [a]\nregions: [a]\n"
TAXONOMIES = {
    "misspelt field": ("certificats: []", "did you mean 'certificates'"), "no mapping": ("[]", "expected a mapping"),
    "no words": (f"certificates: [{{name: a}}]\n{LISTS}patterns: []\nodd: []", "'certificates'"),
    "no pattern": (f"certificates: [{{name: a, words: [b]}}]\n{LISTS}odd: [{{a: b}}]", "'patterns'"),
}


@pytest.mark.parametrize(("text", "said"), TAXONOMIES.values(), ids=TAXONOMIES)
def test_a_broken_taxonomy_is_told_by_file_and_field(tmp_path, text, said):
    path = tmp_path / "taxonomy.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(queries.QueriesError, match=said) as caught:
        generator.generated(path)
    assert str(path) in str(caught.value)


def test_site_texts_cover_every_walled_source():
    texts = [q.text for q in queries.sites()]
    walled = [s for s in sources.classes().values() if s.walled]
    assert len(walled) >= 10
    assert [s.name for s in walled if not any(t.endswith(f"site:{h}") for h in s.site_hosts for t in texts)] == []


def test_a_site_without_date_or_reason_is_refused(tmp_path):
    path = tmp_path / "sites.yml"
    path.write_text("texts: [a]\nhosts: [{host: a.com}]", encoding="utf-8")
    with pytest.raises(queries.QueriesError, match="needs host, why and date"):
        queries.sites(path)


@pytest.fixture
def store(crawl):
    with crawl.store() as opened:
        yield opened


def session(store, **crawl):
    return SimpleNamespace(store=store, run="now", gains=None, config=Config.model_validate({"crawl": crawl} if crawl else {}))


SEEDS = tuple(Query(f"种子 {n}") for n in range(20))


def texts(store, source="so360", seeds=SEEDS, **crawl):
    return [q.text for q in plan.choose(session(store, **crawl), sources.classes()[source], seeds)]


def test_the_files_come_first_and_a_quarter_is_always_something_new(store):
    chosen = texts(store, queries_per_day=16)
    assert chosen[:12] == [q.text for q in SEEDS[:12]] and len(chosen) == 16
    assert not set(chosen[12:]) & {q.text for q in SEEDS}
    assert any("site:" in t for t in chosen[12:])


def test_markets_are_not_asked_for_sites(store):
    assert not [t for t in texts(store, "github") if "site:" in t]


def test_the_budget_is_of_the_day_and_of_the_source(store):
    for text in texts(store, queries_per_day=10)[:7]:
        asking.note_asked(store, "so360", text, "r", "ok", 3)
    assert len(texts(store, queries_per_day=10)) == 3
    assert len(texts(store, "sogou", queries_per_day=10)) == 10
    for text in texts(store, queries_per_day=10):
        asking.note_asked(store, "so360", text, "r", "ok", 3)
    assert texts(store, queries_per_day=10) == []


def test_a_walled_source_is_asked_once_a_run(store):
    assert len(texts(store, "zhihu")) == 1
    asking.note_asked(store, "zhihu", SEEDS[0].text, "r", "login", 0)
    assert len(texts(store, "zhihu")) == 1


def test_with_max_queries_only_the_files_are_asked_in_their_order(store):
    assert texts(store, max_queries=3) == [q.text for q in SEEDS[:3]]


def test_what_was_asked_last_comes_last(store):
    for query in SEEDS[:5]:
        asking.note_asked(store, "so360", query.text, "r", "ok", 3)
    store.db.execute("UPDATE query_turns SET day = '2000-01-01'")
    assert texts(store, queries_per_day=80)[:20] == [q.text for q in (*SEEDS[5:], *SEEDS[:5])]


def test_a_generated_text_rests_unless_it_found_something(store):
    first = texts(store, queries_per_day=40)[20:]
    for text in first:
        asking.note_asked(store, "so360", text, "r", "ok", 3)
    store.db.execute("UPDATE query_turns SET day = '2000-01-01'")
    assert not set(texts(store, queries_per_day=40)) & set(first)


def lead_of(store, query, move="confirm", title="低压电工证", quote="免考直接拿证", contacts=()):
    """A lead that `query` led to, and what a person said of it."""
    run = store.begin_run("daily", "2026-11-24")
    url = f"http://{ids.new_id()}.example/"
    seen = Sighting(ids.new_id(), run, "so360", query, 1, 1, title, "", "", "", False, "", url, url, "direct", "serp", ids.utc_now())
    store.add_sightings([seen])
    capture = Capture(ids.new_id(), run, url, url, ids.utc_now(), ids.utc_now(), "http", "desktop", "ok", 200, title=title,
                      why="sighting", origin=seen.id)
    store.add_capture(capture)
    verdict = Verdict(ids.new_id(), capture.id, run, "r", "ad", "high", 9.0, "0" * 64, ids.utc_now(),
                      findings=(Finding("no_exam", 4.0, quote, 0, len(quote), "句"),), contacts=tuple(contacts))
    store.add_verdict(verdict)
    lead = Lead(ids.new_id(), "ad", url, "host", verdict.id, ids.utc_now())
    store.add_lead(lead)
    store.add_lead_verdict(lead.id, verdict.id)
    if move:
        store.add_decision(Decision(ids.new_id(), lead.id, move, "张三", "看过", verdict.id, ids.utc_now()))
    return lead


def test_a_query_that_found_confirmed_leads_is_asked_first_in_every_run(store):
    lead_of(store, "种子 17")
    lead_of(store, "从前试过的 词", move="")
    lead_of(store, "种子 3", move="dismiss")
    asking.note_asked(store, "so360", "种子 17", "r", "ok", 3)
    store.db.execute("UPDATE query_turns SET day = '2000-01-01'")
    chosen = texts(store, queries_per_day=80)
    assert chosen[0] == "种子 17" and "从前试过的 词" in chosen[:22]
    assert asking.yields(store)["种子 17"] == asking.Yield(1, 1) and "种子 3" not in asking.yields(store)


def test_growth_takes_related_searches_and_the_words_of_confirmed_leads():
    words = generator.words()
    made = growth.grow(
        [growth.Related("电工证 免考 多少钱", "电工证", 3), growth.Related("今天天气", "电工证", 9),
         growth.Related("福建 电工证 查询", "电工证", 1), growth.Related("电工证免考", "x", 1)],
        [growth.LeadWords("lead-1", "专办低压电工证", ("内部名额，三天下证", "加我"), (("wechat", "dgz_0000"), ("url", "http://x.example/")))],
        words, frozenset({"电工证 免考"}))
    found = {p.query.text: p for p in made}
    assert list(found) == ["dgz_0000", "低压电工证 内部名额", "低压电工证 三天下证", "低压电工证 加我",
                           "电工证 免考 多少钱", "福建 电工证 查询"]
    assert (found["福建 电工证 查询"].query.theme, found["福建 电工证 查询"].query.region) == ("site", "福建")
    assert found["低压电工证 三天下证"].evidence == {"lead": "lead-1", "quote": "三天下证"}


def dajia(crawl, *arguments):
    return CliRunner().invoke(cli, ["--home", str(crawl.home.root), *arguments], standalone_mode=False)


def test_people_decide_before_a_grown_text_is_asked(crawl, store):
    asking.add_related(store, ["焊工证 免考 代办 微信"], source="so360", query="焊工证", run="r", capture="c")
    lead_of(store, "种子 1", contacts=(Contact("wechat", "dgz_0000"),))
    assert "焊工证 免考 代办 微信" in dajia(crawl, "queries", "grow", "--dry-run").output
    assert asking.proposals(store) == []
    dajia(crawl, "queries", "grow")
    assert {r["state"] for r in asking.proposals(store)} == {"proposed"} and len(asking.proposals(store)) == 3
    assert "dgz_0000" not in texts(store)
    assert dajia(crawl, "queries", "accept", "dgz_0000", "--reviewer", "李四").return_value == 0
    dajia(crawl, "queries", "reject", "--all", "--reviewer", "李四", "--reason", "太宽")
    assert "dgz_0000" in texts(store)
    assert dajia(crawl, "queries", "grow").output.count("\t") == 0, "what was decided is not proposed again"
    rows = [json.loads(line) for line in dajia(crawl, "queries", "list", "--state", "rejected", "--json").output.splitlines()]
    assert len(rows) == 2 and {r["state"] for r in rows} == {"rejected"}
    events = store.rows("SELECT event, actor FROM custody WHERE subject_kind = 'query'")
    assert [r["event"] for r in events].count("decided") == 3 and {r["actor"] for r in events if r["event"] == "decided"} == {"李四"}


MISTAKES = {"unknown text": ("accept", "没有的", "--reviewer", "李四"), "no text": ("accept", "--reviewer", "李四"),
            "nothing to accept": ("accept", "--all", "--reviewer", "李四"), "nobody": ("reject", "x", "--reviewer", " ")}


@pytest.mark.parametrize("arguments", MISTAKES.values(), ids=MISTAKES)
def test_a_decision_that_cannot_be_made_says_why(crawl, store, arguments):
    done = dajia(crawl, "queries", *arguments)
    assert done.exception is not None and any(said in f"{done.exception}{getattr(done.exception, 'message', '')}" for said in ("检索词", "--reviewer"))


def test_the_list_shows_what_texts_brought(crawl, store):
    lead_of(store, "电工证 免考 包过")
    lines = dajia(crawl, "queries", "list").output.splitlines()
    assert lines[1].startswith("电工证 免考 包过\tad\t检索词文件\t在用\t1\t1") and len(lines) > 60


def test_asking_is_noted_and_related_searches_are_kept(crawl, web):
    from pathlib import Path

    body = (Path(__file__).parent / "fixtures" / "so360" / "ok.html").read_bytes()
    web.pages["www.so.com"] = lambda path, headers: web.reply(body)
    crawl.go("discover", "--sources", "so360")
    assert {(r["text"], r["times"], r["state"]) for r in crawl.rows("SELECT * FROM query_turns")} == {
        (q.text, 1, "ok") for q in queries.load(limit=2)}
    assert {r["text"] for r in crawl.rows("SELECT text FROM related_searches")} == {"电工证怎么考"}


def test_a_run_that_goes_on_asks_what_it_had_planned(crawl, web):
    from pathlib import Path

    body = (Path(__file__).parent / "fixtures" / "so360" / "empty.html").read_bytes()
    web.pages["www.so.com"] = lambda path, headers: web.reply(body)
    crawl.home.config.write_text(crawl.home.config.read_text().replace("max_queries = 2", "queries_per_day = 12"))
    process = crawl.start("discover", "--sources", "so360")
    for line in process.stdout:
        if '"page"' in line:
            break
    process.kill()
    process.communicate(timeout=10)
    crawl.go("discover", "--sources", "so360")
    asked = crawl.rows("SELECT text, times FROM query_turns")
    assert len(asked) == 12 and {r["times"] for r in asked} == {1}
