"""A page nested a hundred thousand deep is read in moments, with its words."""

import time

from classifiers.fingerprints import fingerprints
from crawlers.answer import Answer
from evidence.nesting import shallow
from exports.packaging.pagetext import visible


def test_ordinary_pages_are_left_as_they_are():
    rows = "<tr><td>一</td><td>二<br></td></tr>" * 20_000
    loose = "<ul>" + "<li><a href=/x>一</a>" * 20_000
    assert shallow(rows) is rows and shallow(loose) is loose


def test_deep_pages_keep_their_words_and_cost_little():
    page = "<title>深</title><p>开头</p>" + "<div>" * 100_000 + "底" + "</div>" * 100_000
    began = time.process_time()
    answer = Answer("http://a.example/", page.encode())
    assert answer.visible.split() == ["开头", "底"] and answer.title == "深"
    assert answer.tree.css_first("p") is not None
    assert time.process_time() - began < 3


def test_every_reader_of_stored_pages_is_as_cheap():
    page = "<div class=a>" * 100_000 + "底"
    began = time.process_time()
    assert visible(page).split() == ["底"]
    assert isinstance(fingerprints("http://a.example/", page), tuple)
    assert time.process_time() - began < 3
