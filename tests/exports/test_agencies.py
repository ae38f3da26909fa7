"""Recipients and law as data: every file is whole, dated and printable; a mistake in one is told with file and field."""

import itertools
from datetime import date

import pytest
import yaml

from exports import law, recipients
from exports.fields import FIELDS
from exports.glossary import explained
from exports.recipients import FOLDER, AgencyError, agencies, load, national, provincial


def test_the_recipients_of_the_field_are_there():
    assert {a.kind for a in agencies().values()} == {"cyberspace", "telecom", "registry", "search", "platform", "police", "market",
                                                     "safety", "housing"}
    assert [code for code, a in agencies().items() if a.default] == ["tongguanju", "wangxinban"]


@pytest.mark.parametrize("code", sorted(agencies()))
def test_a_recipient_is_whole(code):
    agency = agencies()[code]
    assert agency.checked >= date(2026, 1, 1)
    assert agency.source
    assert all(f.where for f in agency.fields if f.required)
    for kind in agency.takes:
        assert agency.requests[kind]
        assert agency.citations(kind, date(2026, 11, 1)), "no article in force today"
    assert all(c.field in FIELDS for c in agency.columns)
    assert "{province}" in agency.addressee or not agency.by_province


@pytest.mark.parametrize(("day", "article", "sure"), [
    (date(2025, 12, 31), "第四十六条", True), (date(2026, 1, 1), "第四十八条", False),
], ids=["the day before the amendment", "the day of it"])
def test_the_version_in_force_on_the_day_is_printed(day, article, sure):
    cited = law.cite("cybersecurity_law", "no_crime_sites", day)
    assert (cited.article, cited.sure) == (article, sure)
    assert ("请以现行官方文本核对" in cited.text) is not sure


def test_a_day_before_the_law_cites_nothing():
    assert law.cite("anti_telecom_fraud", "resolution_and_redirect_logs", date(2020, 1, 1)) is None


def test_an_article_nobody_knows_is_refused():
    with pytest.raises(law.LawError, match="no_such_article"):
        law.cite("criminal_law", "no_such_article", date(2026, 1, 1))


@pytest.mark.parametrize("key", sorted(law.statutes()))
def test_versions_of_a_statute_do_not_overlap(key):
    by_article = {}
    for version in law.statutes()[key].versions:
        assert version.until is None or version.since <= version.until
        for article in version.articles:
            by_article.setdefault(article, []).append(version)
    for versions in by_article.values():
        ordered = sorted(versions, key=lambda v: v.since)
        assert all(a.until and a.until < b.since for a, b in itertools.pairwise(ordered))


@pytest.mark.parametrize(("change", "said"), [
    (lambda a: a["fields"][0].update(field="adress_url"), "没有字段 'adress_url'"), (lambda a: a.pop("basis"), "basis"),
    (lambda a: a["fields"][0].update(field="registar"), "是不是 'registrar'"), (lambda a: a.update(colour="red"), "colour"),
    (lambda a: a["basis"][0].update(article="nowhere"), "nowhere"), (lambda a: a["requests"].pop("ad"), "requests 缺少 ad"),
    (lambda a: a.update(takes=["cat"]), "takes"),
], ids=["unknown field", "missing part", "misspelt field", "unknown key", "unknown article", "no request", "unknown kind"])
def test_a_mistake_in_a_file_is_told_with_file_and_field(tmp_path, change, said):
    raw = yaml.safe_load((FOLDER / "wangxinban.yml").read_text(encoding="utf-8"))
    change(raw)
    (tmp_path / "test.yml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(AgencyError, match=said) as problem:
        load(tmp_path / "test.yml")
    assert "test.yml" in str(problem.value)


def test_broken_yaml_names_its_line(tmp_path):
    (tmp_path / "test.yml").write_text("name: a\n  b: [", encoding="utf-8")
    with pytest.raises(AgencyError, match=r"(?s)^test\.yml：不是.*line 2"):
        load(tmp_path / "test.yml")


def test_addressees():
    agency = agencies()["tongguanju"]
    assert provincial(agency, "福建省", "x").name == "福建省通信管理局"
    assert provincial(agency, "", "x").name == agency.national
    assert national(agency).province == ""
    assert provincial(agencies()["cnnic"], "福建省", "x").province == ""
    assert recipients.provincial(agencies()["wangxinban"], "福建省", "x").name.startswith("福建省互联网信息办公室")


@pytest.mark.parametrize(("text", "words"), [
    ("免考包过", ["免考", "包过"]), ("官网可查", ["官网可查"]), ("正常培训", []), ("包过，免考，再免考", ["包过", "免考"]),
], ids=["two", "the longer word", "none", "order and once"])
def test_slang_is_explained(text, words):
    assert [term for term, _ in explained(text)] == words
