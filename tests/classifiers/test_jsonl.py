"""Bulk judging keeps order and shape, and a bad line never stops it."""

from __future__ import annotations

import io
import json

from classifiers.jsonl import judge_lines


def run(*lines: str | bytes):  # type: ignore[no-untyped-def]
    out = io.StringIO()
    counts = judge_lines(lines, out)
    return counts, [json.loads(line) for line in out.getvalue().splitlines()]


def test_rows_have_the_fixed_shape_in_the_order_given() -> None:
    counts, rows = run(
        json.dumps({"id": 1, "url": "https://a.example/", "text": "低压电工证免考包过，加微信 dgz_5566"}),
        json.dumps({"id": "b", "url": "https://a.example/", "html": "<p>会议通知</p>", "facts": {"ip_country": "CN"}}).encode(),
        "",
    )
    assert (counts.judged, counts.bad) == (2, 0)
    assert [row["id"] for row in rows] == [1, "b"]
    assert list(rows[0]) == ["id", "kind", "band", "score", "mirrored", "findings", "contacts"]
    assert list(rows[0]["findings"][0]) == ["rule", "weight", "quote", "start", "end", "sentence"]
    assert rows[0]["contacts"] == [{"type": "wechat", "value": "dgz_5566"}]
    assert (rows[0]["kind"], rows[1]["kind"]) == ("ad", "none")


def test_bad_lines_give_error_rows_and_the_rest_is_judged() -> None:
    bad = ("{", "[1]", '{"id": 7}', '{"id": 8, "text": 5}', '{"id": 9, "text": "x", "facts": 3}', b"\xff\xfe")
    counts, rows = run(*bad, '{"id": 10, "text": "\\ud800"}')
    assert counts.bad == 6
    assert [row["id"] for row in rows] == [None, None, 7, 8, 9, None, 10]
    assert all("error" in row for row in rows[:6])
    assert "html" in rows[2]["error"]
    assert rows[6]["kind"] == "none"
