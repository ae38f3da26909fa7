"""Fake query sites are queued whatever their name; official hosts and lawful lookups never are; quotes are the page's own."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import ImageReading, Judgement, PageInput, judge
from classifiers.reader import read

PAGES = yaml.safe_load((Path(__file__).parent / "site_pages.yml").read_text(encoding="utf-8"))


def _input(case: dict[str, Any]) -> PageInput:
    images = (ImageReading("screenshot", ocr=case["ocr"]),) if "ocr" in case else ()
    return PageInput(url=case["url"], html=case.get("html", ""), text=case.get("text", ""), images=images)


def _judge(case: dict[str, Any]) -> Judgement:
    return judge(_input(case), case.get("facts"))


@pytest.mark.parametrize("case", PAGES["fakes"], ids=lambda case: case["name"])
def test_a_fake_site_is_queued_and_explained(case: dict[str, Any]) -> None:
    found = _judge(case)
    assert (found.kind, found.band in ("high", "medium")) == ("fake_site", True)
    assert all(finding.sentence and "…" not in finding.sentence for finding in found.findings)


@pytest.mark.parametrize("case", PAGES["near"], ids=lambda case: case["name"])
def test_a_lawful_neighbour_is_not_accused_of_posing(case: dict[str, Any]) -> None:
    found = _judge(case)
    assert found.kind != "fake_site" or found.band in ("low", "none")


@pytest.mark.parametrize("case", PAGES["fakes"], ids=lambda case: case["name"])
@pytest.mark.parametrize("host", ["cx.mem.gov.cn", "zscx.osta.org.cn", "cnse.e-cqs.cn", "yjj.haizhou.gov.cn"])
def test_the_same_page_on_an_official_host_is_no_fake(case: dict[str, Any], host: str) -> None:
    found = _judge({**case, "url": f"https://{host}/q", "facts": None})
    assert found.kind != "fake_site"


@pytest.mark.parametrize("case", PAGES["fakes"], ids=lambda case: case["name"])
def test_every_quote_stands_at_its_place_in_the_source(case: dict[str, Any]) -> None:
    source = read(_input(case)).source
    for finding in _judge(case).findings:
        if finding.start >= 0 and finding.where in ("html", "text"):
            assert source[finding.start : finding.end] == finding.quote


@pytest.mark.parametrize(
    "wrap", ["{}", "<div><div>{}</div></div>", "<!-- x -->{}<p>&nbsp;</p>"], ids=["plain", "nested", "noise"]
)
def test_markup_around_a_page_does_not_change_its_band(wrap: str) -> None:
    for case in PAGES["fakes"]:
        if "html" in case:
            assert _judge({**case, "html": wrap.format(case["html"])}).band == _judge(case).band


def test_what_a_fake_site_imitates_is_named() -> None:
    cases = {case["name"]: case for case in PAGES["fakes"]}
    assert _judge(cases["meaningless name"]).imitates == "cx.mem.gov.cn"
    assert _judge(cases["cnse"]).imitates == "cnse.samr.gov.cn"
    assert _judge(cases["bureau clone"]).imitates == "海州市应急管理局"


def test_facts_raise_the_score_and_are_quoted() -> None:
    case = next(case for case in PAGES["fakes"] if 50 <= _judge(case).score < 80)  # one that can still rise
    facts = {
        "domain_created": "2026-09-01",
        "ip_country": "US",
        "icp_in_footer": "京ICP备05031202号",
        "icp_real_owner": "应急管理部",
    }
    plain, known = _judge(case), _judge({**case, "facts": facts})
    assert known.score > plain.score
    assert {"site/young_host", "site/foreign_server", "site/icp_copied"} <= {
        finding.rule for finding in known.findings
    }


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_page_is_judged_and_quoted_truly(data: st.DataObject) -> None:
    html = data.draw(st.sampled_from([case["html"] for case in PAGES["fakes"] if "html" in case]))
    start = data.draw(st.integers(0, len(html)))
    noise = data.draw(st.text(alphabet='<>/="姓名证号应急管理部 \u200b&;#\n1T', max_size=12))
    given_page = PageInput(
        url="https://k3v8.example/", html=html[:start] + noise + html[start + data.draw(st.integers(0, 40)) :]
    )
    source = read(given_page).source
    for finding in judge(given_page).findings:
        if finding.start >= 0 and finding.where == "html":
            assert source[finding.start : finding.end] == finding.quote
