"""Disguise is undone, and every character keeps its way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.lexicon import LexiconError, lexicon, load
from classifiers.normalise import fold
from classifiers.variants import variants

DRESSED = st.text(
    alphabet=st.one_of(
        st.sampled_from("免考包过电工證書ＶＸ１３９①②㊣。，、 \n\t★·❤️\u200b\u200d\ufeff(yīng)()应"), st.characters(exclude_categories=())
    ),
    max_size=120,
)


@pytest.mark.parametrize(
    ("shown", "plain"),
    [
        ("電工證", "电工证"),
        ("免★考.包·过", "免考包过"),
        ("①③⑨ ０１", "13901"),
        ("ＶＸ：ＡＢ", "vxab"),
        ("免\u200b考\ufeff", "免考"),
        ("應(yīng)急管理(lǐ)", "应急管理"),
        ("𝟏𝟑𝟗", "139"),
        ("攷試 証", "考试证"),
        ("\u202e考免\u202c", "免考"),
        ("ⅮⒼ", "dg"),
    ],
    ids=["traditional", "separators", "circled", "full width", "zero width", "pinyin brackets", "maths", "variants", "reversed", "roman"],
)
def test_disguise_is_undone(shown: str, plain: str) -> None:
    assert fold(shown).text == plain


@given(DRESSED)
def test_offsets_are_valid_and_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.soft) == len(text)
    assert len(folded.at) == len(folded.text) == len(folded.gap)
    places = [int(p) for p in folded.at]
    assert places == sorted(set(places))
    assert all(0 <= p < len(text) for p in places)


@given(DRESSED)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(DRESSED, DRESSED)
def test_a_plain_word_is_never_lost(before: str, after: str) -> None:
    text = before.replace("\u202e", "") + "。特种作业操作证。" + after
    assert "特种作业操作证" in fold(text).text


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("免*考", "promise.no_exam"),
        ("免 考 包 过", "promise.pass"),
        ("免\n考\n包\n过", "promise.no_exam"),
        ("勉考", "promise.no_exam"),
        ("免kao", "promise.no_exam"),
        ("包guo", "promise.pass"),
        ("代拷", "promise.proxy"),
        ("电工讠正", "certificate.safety"),
        ("过包考免", "promise.no_exam"),
        ("無需考試", "promise.no_exam"),
        ("不用您亲自去考试", "promise.no_exam"),
        ("包❤️过", "promise.pass"),
    ],
    ids=lambda value: value if "." in value else "",
)  # fmt: skip
def test_a_hidden_word_is_found(text: str, feature: str) -> None:
    assert feature in lexicon().find(fold(text))


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("避免考试", "promise.no_exam"),
        ("担保过的", "promise.pass"),
        ("书包过大", "promise.pass"),
        ("考试不过。包邮到家", "promise.pass"),
        ("现代考古", "promise.proxy"),
        ("替考虑", "promise.proxy"),
        ("培训/考证", "certificate.hidden"),
        ("权威信息", "contact.lead_hidden"),
        ("办证明", "offer.make"),
        ("不过退房", "grey.refund"),
        ("bgm", "jargon.initials"),
        ("面包过期", "promise.pass"),
    ],
    ids=lambda value: value if "." in value else "",
)  # fmt: skip
def test_letters_that_meet_by_chance_are_no_word(text: str, feature: str) -> None:
    assert feature not in lexicon().find(fold(text)) or not lexicon().find(fold(text))[feature]


def test_ordinary_words_are_no_disguise() -> None:
    spelt = {spelling for word in ("免考", "包过", "代考", "办证") for spelling, _ in variants(word)}
    assert spelt.isdisjoint({"免考", "报国", "保国", "带考", "待办", "报考"})
    assert {"勉考", "苞过", "免kao"} <= spelt


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("dated: 1\nsource: x\nfeatures: {a.b: {terms: [免考]}}", "means"),
        ("dated: 1\nsource: x\nfeatures: {a.b: {means: x, terms: [免 考]}}", "免考"),
        ("dated: 1\nsource: x\nfeatures: {a.b: {means: x, words: [免考]}}", "words"),
        ("dated: 1\nsource: x\nfeatures: {a.b: {means: x, chains: [{parts: [[a]]}]}}", "chains"),
        ("features: [", "YAML 写错了"),
        ("x: 1", "dated"),
    ],
    ids=["no meaning", "not plain", "unknown field", "short chain", "broken", "no date"],
)
def test_a_bad_word_list_is_refused(tmp_path, content, message) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "draft.yml").write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError, match=message) as caught:
        load(tmp_path)
    assert "draft.yml" in str(caught.value)
