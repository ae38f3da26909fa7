"""The board says what the facts say, whatever was written in whatever order; lists, facets and search read it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.desk_world import DeskWorld
from evidence import board, ids
from evidence.records import Decision, Entity, Lead, Note
from evidence.store import Store
from review.desk import filters, queue
from review.desk.queue import Filter


@pytest.fixture(scope="module")
def day(filled, tmp_path_factory):
    import shutil

    from evidence.home import Home

    root = tmp_path_factory.mktemp("board") / "home"
    shutil.copytree(filled[0], root)
    with Store.open(Home.at(root), actor="test") as store:
        yield store


def test_a_day_is_on_the_board(day):
    assert board.differences(day.db) == []
    assert day.one("SELECT count(*) AS n FROM board")["n"] == day.one("SELECT count(*) AS n FROM leads")["n"] > 20


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(("verdict", "decide", "undo", "note", "page")), st.integers(0, 90)),
                      min_size=1, max_size=14))
def test_no_order_of_facts_leaves_it_stale(steps, tmp_path_factory):
    from evidence.home import Home

    with Store.open(Home.at(tmp_path_factory.mktemp("any") / "home").prepare()) as store:
        world = DeskWorld(store)
        pages = [world.page(f"http://s{n}.example/", "<p>免考</p>", "题", sync=False) for n in range(3)]
        firsts = [world.verdict(page, "", "ad", 60, ()) for page in pages]
        leads = [Lead(ids.new_id(), "ad", f"s{n}.example", "host", firsts[n].id, ids.utc_now()) for n in range(3)]
        for lead, verdict in zip(leads, firsts, strict=True):
            store.add_lead(lead)
            store.add_lead_verdict(lead.id, verdict.id)
        for at, what, score in steps:
            lead = leads[at]
            if what == "verdict":
                store.add_lead_verdict(lead.id, world.verdict(pages[at], "", "ad", score, ()).id)
            elif what == "page":
                fresh = world.page(f"http://s{at}.example/{score}", "<p>包过</p>", "另", sync=False)
                store.add_lead_verdict(lead.id, world.verdict(fresh, "", "ad", score, ()).id)
            elif what == "note":
                store.add_note(Note(ids.new_id(), lead.id, "李", "看", "周" if score % 2 else "", ids.utc_now()))
            else:
                last = store.decisions(lead.id)
                undoes = last[-1].id if what == "undo" and last else ""
                move = "undo" if undoes else ("confirm", "second", "dismiss", "doubt", "revoke", "reopen")[score % 6]
                store.add_decision(Decision(ids.new_id(), lead.id, move, "李", "", firsts[at].id, ids.utc_now(), undoes))
        assert board.differences(store.db) == []
        world.seal()


def test_a_lost_trigger_is_told_and_mended(world, empty_store):
    lead = world.lead("a.example", profiles=())
    empty_store.db.execute("DROP TRIGGER board_decision")
    world.decide(lead, "confirm")
    assert board.differences(empty_store.db) == [lead]
    with empty_store.transaction():
        board.rebuild(empty_store.db)
    world.decide(lead, "second")
    assert board.differences(empty_store.db) == []
    assert empty_store.one("SELECT state FROM v_leads")["state"] == "released"


def test_text_that_comes_after_its_verdict_is_found_too(world, empty_store):
    lead = world.lead("a.example", profiles=(), text="独有之词")
    empty_store.db.execute("DELETE FROM board_pages")
    with empty_store.transaction():
        board.rebuild(empty_store.db)
    assert [r["lead"] for r in queue.listed(empty_store, Filter(words="独有")).rows] == [lead]


@pytest.mark.parametrize("words, subjects", [
    ("仿冒", set()), ("焊工", {f"zhengjian-{n:02d}.example" for n in range(0, 18, 3)}), ("luntan", {"https://luntan.example/thread/8841"}),
    ("czcx_kefu_01", {"cx-anquan-mem.example", "mem-chaxun.example"}), ("叉车证 一周", {f"zhengjian-{n:02d}.example" for n in range(2, 18, 3)}),
    ('"焊工证全国可查', {f"zhengjian-{n:02d}.example" for n in range(0, 18, 3)}), ("* OR NEAR(", set()), ("%' --", set()), ("不用", {"dianongzheng.example"}),
], ids=["absent", "two characters", "host", "contact", "two words", "unclosed quote", "operators", "sql", "title"])
def test_search_finds(day, words, subjects):
    found = {r["subject"] for r in queue.listed(day, Filter(words=words)).rows}
    assert found == subjects


@pytest.mark.parametrize("wanted", [Filter(), Filter(state="new"), Filter(state="new", kind="ad"), Filter(band="high"), Filter(words="包过", kind="ad"),
                                    Filter(imitates="cx.mem.gov.cn"), Filter(assigned="李初审"), Filter(state="doubtful", band="high")], ids=str)
def test_facets_count_what_each_choice_would_show(day, wanted):
    from dataclasses import replace

    shown = queue.listed(day, wanted)
    assert shown.total == len(shown.rows)
    for name in ("state", "kind", "assigned"):
        for value, count in shown.facets[name].items():
            if value:
                assert queue.listed(day, replace(wanted, **{name: value})).total == count


@pytest.mark.parametrize("sort", list(queue.SORTS))
def test_next_and_previous_walk_the_list_both_ways(day, sort):
    wanted = Filter(state="new", sort=sort)
    order = [r["lead"] for r in queue.listed(day, wanted).rows]
    assert len(order) > 15
    assert [queue.neighbours(day, lead, wanted) for lead in order] == list(zip(["", *order], [*order[1:], ""], strict=False))


def test_a_decided_lead_keeps_its_place(world, empty_store):
    one, two, three = (world.lead(f"{n}.example", score=90 - n, profiles=()) for n in range(3))
    world.decide(two, "confirm")
    assert queue.neighbours(empty_store, two, Filter(state="new")) == (one, three)


@pytest.mark.parametrize("query, back", [
    ({"state": "nonsense", "sort": "'; DROP", "page": "-3", "q": "a\x00b\n"}, "?state=&q=ab"), ({"page": "２"}, "?state=new"), ({}, "?state=new"),
    ({"state": "", "kind": "ad", "page": "3"}, "?state=&kind=ad&page=3"), ({"q": "x" * 999}, "?state=new&q=" + "x" * 200),
], ids=["nonsense", "full-width digit", "nothing", "some", "too long"])
def test_a_query_comes_back_clean(query, back):
    wanted = Filter.of(query)
    assert wanted.query(page=wanted.page) == back
    assert filters.read(wanted.query(page=wanted.page)) == wanted


def test_filters_are_kept_per_person(empty_store):
    filters.keep(empty_store, "李初审", " 高级\n广告 ", "?state=new&kind=ad&evil=1#x")
    filters.keep(empty_store, "李初审", "高级 广告", "?state=&band=high")
    assert [tuple(r) for r in filters.kept(empty_store, "李初审")] == [("高级 广告", "?state=&band=high")]
    assert filters.kept(empty_store, "周复核") == []
    for n in range(filters.MOST - 1):
        filters.keep(empty_store, "李初审", str(n), "")
    with pytest.raises(filters.FilterRefused, match="最多"):
        filters.keep(empty_store, "李初审", "多一个", "")
    with pytest.raises(filters.FilterRefused, match="名称"):
        filters.keep(empty_store, "李初审", " \t", "")
    filters.drop(empty_store, "李初审", "高级 广告")
    assert len(filters.kept(empty_store, "李初审")) == filters.MOST - 1


def test_common_traits_tie_nobody_and_rare_ones_rank_first(world, empty_store):
    from exports import dossier
    from review.desk import pivots

    hub = ("analytics", "everywhere")
    for n in range(pivots.MOST + 5):
        page = world.page(f"http://h{n}.example/", "", "", sync=False)
        empty_store.add_entities(page.id, [Entity(page.id, *hub)])
        verdict = world.verdict(page, "", "ad", 60, ())
        world._tie(Lead(ids.new_id(), "ad", f"h{n}.example", "host", verdict.id, ids.utc_now()), [verdict])
    twin = world.lead("twin.example", contact="rare_1", traits=[("template", "t1"), hub], profiles=())
    half = world.lead("half.example", contact="rare_1", profiles=())
    own = world.lead("own.example", contact="rare_1", traits=[("template", "t1"), hub], profiles=())
    found = pivots.pivots(empty_store, dossier.load(empty_store, own))
    assert [p.value for p in found if p.common] == ["everywhere"]
    assert [(a.row["lead"], a.shared) for a in pivots.alike(found)] == [(twin, ["微信", "页面模板"]), (half, ["微信"])]


def test_a_gangs_ties_are_those_of_the_whole_web(day):
    from review import links

    web = links.web_of(day)
    for row in day.rows("SELECT id FROM gangs"):
        tied = links.ties_of(day, row["id"])
        assert tied
        for lead, ties in tied.items():
            assert web.ties[lead] <= ties
