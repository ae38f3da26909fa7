"""Whole pages: sellers are found, grey stays low, the innocent are left alone, and every quote stands where it says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml

from classifiers import ImageReading, Judgement, PageInput, judge, ruleset_digest
from classifiers.explain import sentences

PAGES = yaml.safe_load((Path(__file__).parent / "ad_pages.yml").read_text(encoding="utf-8"))
URL = "https://k3.example/a.html"


def judged(page: str, url: str = URL) -> Judgement:
    return judge(PageInput(url, html=page) if page.startswith("<") else PageInput(url, text=page))


@pytest.mark.parametrize("page", PAGES["ads"], ids=lambda page: page[:16])
def test_seller_is_at_least_medium(page: str) -> None:
    found = judged(page)
    assert found.kind == "ad"
    assert found.band in ("medium", "high"), sentences(found)


@pytest.mark.parametrize("page", PAGES["grey"], ids=lambda page: page[:16])
def test_grey_training_stays_low(page: str) -> None:
    assert judged(page).band in ("low", "none")


@pytest.mark.parametrize("page", PAGES["innocent"], ids=lambda page: page[:16])
def test_innocent_page_is_not_queued(page: str) -> None:
    found = judged(page)
    assert found.band in ("low", "none"), sentences(found)


@pytest.mark.parametrize("page", [*PAGES["ads"], *PAGES["grey"], *PAGES["innocent"]], ids=lambda page: page[:16])
def test_every_quote_is_found_at_its_offsets_even_after_mutation(page: str) -> None:
    rnd = random.Random(len(page))
    for round_ in range(6):
        found = judged(page)
        for row in (*found.findings, *found.contacts):
            if row.start >= 0:
                assert page[row.start : row.end] == row.quote
        at = rnd.randrange(len(page))
        page = page[:at] + rnd.choice(["★", "\u200b", "<b>", "&nbsp;", "免考", "\n", "", "“"]) + page[at + (round_ % 2) :]


def test_an_ad_among_innocent_replies_is_one_page_not_the_host() -> None:
    html = (
        "<h1>电工证去哪里复审</h1><div id=post_1>请问哪里可以复审？</div><div id=post_2>去考点问问。</div>"
        "<div id=post_3>不用去考，直接出证，加微信 dgz_5566</div><div id=post_4>电工证要自己考的</div>"
    )
    found = judge(PageInput("https://site.example/x.html", html=html.replace("直接出证", "电工证直接出证")))
    assert (found.kind, found.scope) == ("ad", "page")
    assert found.band in ("medium", "high")


def test_words_in_lists_of_other_pages_do_not_accuse() -> None:
    notice = "<h1>消防演练通知</h1><p>" + "各单位按时参加消防演练，服从指挥。" * 8 + "</p>"
    html = notice + "<div class=sidebar><a>电工证免考包过 加微信 abc_1234</a></div>"
    assert judge(PageInput(URL, html=html)).band == "none"


def test_an_ad_injected_into_a_government_site_is_still_an_ad_on_one_page() -> None:
    found = judge(PageInput("https://x.county.gov.cn/p.html", html="<title>电工证免考包过</title><p>官网可查，加微信 dgz_5566</p>"))
    assert (found.kind, found.band, found.scope) == ("ad", "high", "page")


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div id=app></div><script src=/a.js></script>", "script-only"),
        ("<body><img src=a.jpg></body>", "image-only"),
        ("<body></body>", "empty"),
        ("<iframe src=/b.html></iframe>", "frame-only"),
        ("<p>" + "安全生产培训班开课通知，请按时参加。" * 5 + "</p>", ""),
        ("<form action=/q><input name=zjhm><input type=submit></form>", ""),
        ("<img src=bg.jpg><form><input name=xm><input name=bh></form>", ""),
        ("<input id=certno placeholder=证号><a onclick=q()>查</a><script src=/q.js></script>", ""),
        ("<form><input type=hidden name=token></form><img src=a.jpg>", "image-only"),
        ("<form><button>进入</button></form>", "empty"),
    ],
    ids=["script", "picture", "empty", "frame", "text", "form", "form on a picture", "loose field", "hidden field", "button only"],
)
def test_a_page_that_shows_nothing_is_said_to_be_undecidable(html: str, reason: str) -> None:
    assert judge(PageInput(URL, html=html)).undecidable == reason


def test_words_read_from_a_picture_accuse_with_their_place() -> None:
    found = judge(PageInput(URL, html="<img src=a.jpg>", images=(ImageReading("image-0", ocr="低压电工证\n免考包过\n微信 dgz_5566"),)))
    assert found.band == "high"
    assert {f.where for f in found.findings} == {"image:image-0"}


def test_mirrors_with_bracketed_readings_are_marked() -> None:
    text = "記者從應(yīng)急管理廳獲悉，該團(tuán)伙以電(diàn)工證(zhèng)免考為誘餌，已被警方抓獲。"
    found = judge(PageInput(URL, text=text))
    assert found.mirrored
    assert found.band in ("none", "low")


def test_judging_is_deterministic_and_the_rule_set_has_one_digest() -> None:
    assert judged(PAGES["ads"][0]) == judged(PAGES["ads"][0])
    assert ruleset_digest() == ruleset_digest()
    assert len(ruleset_digest()) == 64


def test_explanation_tells_the_rows_of_the_score() -> None:
    found = judged("低压电工证免考直出，官网可查，加微信 dgz_5566")
    said = "\n".join(sentences(found))
    assert "免考" in said
    assert "微信 dgz_5566" in said
    assert said.count("[+") == len(found.findings)


@pytest.mark.parametrize("page", [*PAGES["ads"], *PAGES["innocent"]], ids=lambda page: page[:16])
def test_explanation_points_to_what_stands_in_the_source(page: str) -> None:
    found = judged(page)
    said = sentences(found, page)
    assert not [line for line in said if "请核对来源" in line]
    shown = [line for line in said if "（原文第" in line]
    assert len(shown) == sum(f.start >= 0 and f.where in ("html", "text") and bool(f.quote) for f in found.findings)


def test_explanation_tells_what_speaks_against_and_a_foreign_source() -> None:
    page = "<h1>电工证</h1><p>电工证免考直出，加微信 dgz_5566。自考课程免考申请须知。谨防骗子声称包过、保过。</p>"
    found = judged(page)
    said = sentences(found, page)
    assert said.index("不支持这一结论的：") < next(n for n, line in enumerate(said) if line.startswith("[-"))
    assert any("请核对来源" in line for line in sentences(found, "<p>别的页面</p>"))
