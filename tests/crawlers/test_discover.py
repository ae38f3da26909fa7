"""The discover stage as review starts it: a process, a proxy, a store."""

from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"


def engine(web, name, page="ok.html", **named):
    """A host's handler that answers searches with a fixture and everything else with an empty page."""
    body = (FIXTURES / name / page).read_bytes()
    return lambda path, headers: web.reply(body if "?" in path else b"<title>home</title>", **named)


def test_a_source_that_answers_is_ok_and_its_hits_become_candidates(crawl, web):
    web.pages["www.so.com"] = engine(web, "so360")
    ran = crawl.go("discover", "--sources", "so360")
    assert (ran.code, ran.states) == (0, {"so360": "ok"}), ran.errors
    assert len(crawl.rows("SELECT * FROM captures WHERE why = 'serp'")) == 4
    rows = crawl.rows("SELECT DISTINCT url, resolved_by FROM sightings WHERE page = 1 ORDER BY rank")
    assert [r["resolved_by"] for r in rows] == ["data-mdurl", "data-mdurl", ""]
    waiting = {r["host"] for r in crawl.rows("SELECT host FROM frontier WHERE lane = 'plain'")}
    assert waiting == {"www.dgpeixun.example", "tz.jianzhi.example", "www.so.com"}


def test_a_wall_with_status_200_is_blocked_and_ends_the_asking(crawl, web):
    web.pages["www.sogou.com"] = engine(web, "sogou", "wall.html")
    ran = crawl.go("discover", "--sources", "sogou")
    assert (ran.code, ran.states) == (1, {"sogou": "blocked"}), ran.errors
    (row,) = crawl.rows("SELECT * FROM source_runs")
    assert row["proof_capture"] and "sogou-antispider-page" in row["detail"]
