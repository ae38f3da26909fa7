"""The wording model: what it is made of, that it holds for spellings it has not seen, and that it never accuses alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import PageInput, judge
from classifiers.features.wording import near
from classifiers.fitting import logistic
from classifiers.marks import marks
from classifiers.normalise import fold
from classifiers.reader import read
from classifiers.reading import Reading
from classifiers.wording import FAKES, MAX_LETTERS, SELLERS, Model, Words, likeness, parse, pieces, shipped, tokens

BAD = ["不用考试直接出证", "人不到场三天下证", "内部操作包过", "先看证再付款", "替考代考都有"]
OTHERS = ["周一开课请带身份证", "考试合格后发证", "招聘电工两名", "举报无证上岗", "本局办理复审"]


def score(text: str, model: Model | None = None) -> float:
    squeezed = fold(text).text
    return likeness(Words(squeezed, squeezed), model).score


def reading(html: str) -> Reading:
    return Reading(read(PageInput("https://a1.example/", html=html)))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("免考", ["免", "考"]),
        ("dai考", ["dai", "考"]),
        ("anquan员zheng", ["an", "quan", "员", "zheng"]),
        ("微信hg5512cd", ["微", "信", "a0"]),
        ("13900001111", ["00"]),
        ("3天", ["0", "天"]),
        ("certification", ["aa"]),
    ],
    ids=["Han", "pinyin beside Han", "pinyin run together", "account", "long figure", "short figure", "long word"],
)
def test_tokens(text, made):
    assert tokens(text) == made


def test_a_homophone_sounds_as_the_plain_word():
    plain, hidden = pieces("代考"), pieces("带烤")
    assert {p for p in plain if p.startswith("~")} == {p for p in hidden if p.startswith("~")}


@given(st.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_text_has_a_finite_score(text):
    assert abs(score(text)) < 100


def test_a_text_of_nothing_known_is_nobodys():
    assert score("") == shipped().bias < 0
    assert score("鼙鼓薜荔蓼莪葳蕤") < 0.5
    assert likeness(Words("", ""), shipped(FAKES)).score < 0


def test_only_so_much_is_read():
    text = "不用考试直接出证" * 1000
    assert likeness(Words(text, "")) == likeness(Words(text[:MAX_LETTERS], ""))


@pytest.mark.parametrize(("text", "line"), [("bias\tx\n", None), ("一\t二\t三\t四\n", "第 1 行")], ids=["no number", "too many cells"])
def test_a_broken_model_is_refused(text, line):
    with pytest.raises(ValueError, match=line):
        parse(text)


def test_the_fit_tells_apart_what_can_be_told():
    found = [pieces(text) for text in BAD + OTHERS]
    column = {p: n for n, p in enumerate(sorted({p for one in found for p in one}))}
    rows = [{column[p]: 1.0 for p in one} for one in found]
    truth = [True] * len(BAD) + [False] * len(OTHERS)
    fit = logistic(rows, truth, len(column), strength=1e-3)
    scores = [fit.bias + sum(fit.weights[c] for c in row) for row in rows]
    assert all((s > 0) == bad for s, bad in zip(scores, truth, strict=True)) and fit.loss < 0.3


def test_weights_stay_near_what_they_were_when_held_fast():
    rows, truth = [{0: 1.0}, {1: 1.0}], [True, False]
    free = logistic(rows, truth, 2, strength=1e-3, prior=[0.5, 0.5])
    held = logistic(rows, truth, 2, strength=100.0, prior=[0.5, 0.5])
    assert abs(held.weights[0] - 0.5) < 0.01 < abs(free.weights[0] - 0.5)


def test_one_class_teaches_nothing():
    with pytest.raises(ValueError, match="两类"):
        logistic([{0: 1.0}], [True], 1, strength=1.0)


@pytest.mark.parametrize(
    "text",
    ["二手冰箱八成新，自提，电话 139 0000 4313", "祝大家节日快乐", "今晚八点直播，记得来看"],
)
def test_wording_accuses_nobody_of_another_trade(text):
    assert judge(PageInput("https://a1.example/", text=text)).band in ("none", "low")


def test_the_finding_quotes_the_page():
    text = "登高证不进考场照样下本，工地人手一张，扣 700111222"
    found = next(f for f in judge(PageInput("https://a1.example/", text=text)).findings if f.rule == "ad/wording")
    assert text[found.start : found.end] == found.quote and "相近" in found.sentence


THREAD = ('<div class="post-item" id="post_1"><p>焊条怎么选，求推荐</p></div>'
          '<div class="post-item" id="post_2"><p>焊工证不用考试直接出，微信 hg5512cd</p></div>'
          '<div class="post-item" id="post_3"><p>楼上又来发广告</p></div>')


def test_of_a_thread_only_the_posts_that_leave_a_contact_are_near():
    text = near(reading(THREAD))
    assert "焊工证不用考试直接出" in text
    assert "焊条怎么选" not in text and "楼上又来" not in text


def test_of_a_page_without_any_contact_all_is_near():
    one = reading("<h1>电工证复审</h1><p>请带身份证到窗口办理。</p>")
    assert near(one) == one.own_text


def test_marks_tell_place_and_speaker():
    found = marks(reading("<title>免考出证</title><p>电工证免考出证，微信 hg5512cd</p><p>有人说免考，那是骗局。</p>"))
    assert found["promise.no_exam"] >= 1 and found["promise.no_exam@"] >= 1 and found["promise.no_exam^"] >= 1
    assert found["framed.promise|warn"] >= 1
    assert not any(name.startswith(("wording.", "posing.")) for name in found)


@pytest.mark.parametrize("name", [SELLERS, FAKES])
def test_a_shipped_model_is_dated_and_holds_letters_sounds_and_marks(name):
    model = shipped(name)
    assert model.dated and model.unknown > 0
    assert {piece[0] for piece in model.pieces} >= {"~", "=", "证"}


def test_what_was_found_is_told_beside_the_words():
    text = "专业办理各类特种作业操作证，无需考试，全国联网可查，联系电话 139 0000 1111 王经理"
    found = next(f for f in judge(PageInput("https://a1.example/", text=text)).findings if f.rule == "ad/wording")
    assert "；" in found.sentence


def test_a_page_in_another_language_is_not_weighed():
    text = "Welder qualification lookup for special operation certificate holders, contact 139 0000 4411 for registration"
    assert all(f.rule != "ad/wording" for f in judge(PageInput("https://a1.example/", text=text)).findings)
