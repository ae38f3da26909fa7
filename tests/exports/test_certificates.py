"""The sheet of certificate numbers: covered by default, in full only for the one authority that issues them, and then on record."""

import csv
import json

import openpyxl
import pytest
from click.testing import CliRunner

from exports.certificates import covered
from review.commands.export import command

GOOD = "11010519491231002X"
CARD = f"""<html><head><title>证书查询</title></head><body><h1>特种作业操作证查询结果</h1>
<table><tr><td>姓名</td><td>钱七七</td></tr><tr><td>证书编号</td><td>T{GOOD}</td></tr><tr><td>作业类别</td><td>电工作业</td></tr>
<tr><td>有效期至</td><td>2027-03-09</td></tr><tr><td>签发机关</td><td>某省应急管理厅</td></tr></table></body></html>"""
AD = "<html><title>安全员证</title><body><p>真实案例：闽建安B（2019）0012345，网上可查，免考包过</p></body></html>"


@pytest.fixture
def home(world):
    """Two fake checkers and an ad; one checker is released. Gives the home."""
    world.release(world.lead("cx-a.example", kind="fake_site", html=CARD, captures=False))
    world.lead("cx-b.example", kind="fake_site", html=CARD.replace("1949", "1950"), captures=False)
    world.lead("ad.example", html=AD, captures=False)
    world.decide(world.lead("school.example", html=CARD, captures=False), "dismiss")
    world.seal()
    return world.home


def run(home, *arguments):
    return CliRunner().invoke(command, ["certificates", *arguments], obj=home, standalone_mode=False)


COVERED = {
    f"T{GOOD}": "T110105**********2X", "T110105********002X": "T110105**********2X", "闽建安B(2019)0012345": "闽建安B(2019)*****45",
    "晋A012008000001": "晋A012008****01", "AQ20210309001": "AQ2********01", "12345": "*****",
}


@pytest.mark.parametrize(("number", "shown"), COVERED.items(), ids=COVERED)
def test_the_middle_of_a_number_is_hidden(number, shown):
    assert len(covered(number)) == len(number)
    assert covered(number) == shown


def test_by_default_numbers_and_holders_are_covered_and_dismissed_leads_left_out(home, tmp_path):
    out = tmp_path / "seen.csv"
    done = run(home, "--out", str(out))
    assert done.exception is None, done.exception
    text = out.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert {r["对象（已失活）"] for r in rows} == {"cx-a[.]example", "cx-b[.]example", "ad[.]example"}
    assert GOOD not in text
    assert "钱七七" not in text
    by_site = {r["对象（已失活）"]: r for r in rows}
    assert by_site["cx-a[.]example"]["格式核对"] == "格式、校验位相符"
    assert by_site["cx-b[.]example"]["格式核对"] == "格式或校验位不符"
    assert by_site["cx-a[.]example"]["所写发证机关"] == "某省应急管理厅"
    assert by_site["ad[.]example"]["证书种类"] == "安管人员考核证（建安）"


def test_in_full_only_what_two_people_released_goes_to_who_issues_it_and_the_chain_says_who_and_why(home, tmp_path, store):
    out = tmp_path / "full.xlsx"
    done = run(home, "--out", str(out), "--agency", "yingji", "--full", "--reviewer", "王某", "--reason", "比对筛查")
    assert done.exception is None, done.exception
    page = openpyxl.load_workbook(out).active
    cells = [[str(c) for c in row if c is not None] for row in page.iter_rows(values_only=True)]
    said = "\n".join(" ".join(row) for row in cells)
    assert f"T{GOOD}" in said
    assert "cx-b" not in said  # not released
    assert "建安B" not in said  # not theirs
    event = store.one("SELECT actor, detail FROM custody WHERE event = 'exported' AND subject_id = 'full.xlsx'")
    told = json.loads(event["detail"])
    assert (event["actor"], told["full"], told["agency"], told["reason"], told["numbers"]) == ("王某", True, "yingji", "比对筛查", 1)


@pytest.mark.parametrize("arguments", [
    ("--full",), ("--full", "--agency", "yingji"), ("--full", "--agency", "yingji", "--reviewer", "王某"),
    ("--full", "--reviewer", "王某", "--reason", "x"), ("--out", "x.txt"),
], ids=["nothing", "no person", "no reason", "no agency", "another format"])
def test_in_full_takes_an_agency_a_person_and_a_reason(home, tmp_path, arguments):
    done = run(home, *arguments)
    assert done.exception is not None
    assert list(home.exports.rglob("*certificates*")) == []
