"""Hostile and huge pages are judged in bounded time: what grows faster than the page would take minutes here."""

from __future__ import annotations

import time

import pytest

from classifiers import PageInput, judge

SECONDS = 20  # each takes one to three on an idle machine; a quadratic step takes minutes
HOSTILE = {
    "nested divs": "<div>" * 100_000 + "电工证免考" + "</div>" * 100_000,
    "one character": "<p>" + "证" * 1_000_000,
    "bare brackets": "<" * 1_000_000,
    "open quotes": "“免考" * 300_000,
    "one promise without end": "免考电工证 加微信" * 100_000,
    "forms": "<form action=/q><input name=zjhm placeholder=证件号码><input name=xm placeholder=姓名></form>" * 5_000,
    "links": "<a href=/x>电工证</a>" * 100_000,
    "posts": "<div id=post_1>电工证不用考 加我</div>" * 50_000,
    "card rows": "<table>" + "<tr><td>姓名</td><td>张三</td></tr>" * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_judged_in_bounded_time(name: str) -> None:
    begun = time.monotonic()
    judge(PageInput("https://a.example/x", html=HOSTILE[name]))
    assert time.monotonic() - begun < SECONDS
