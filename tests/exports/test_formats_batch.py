"""Batch forms: the recipient's own columns in its own order, addresses whole but inert, gaps named."""

import csv
import re

import openpyxl
import pytest

from exports import batches, formats, recipients
from exports.order import Order, OrderError

ABLE = [code for code, agency in recipients.agencies().items() if agency.batch is not None]


@pytest.fixture(scope="module")
def released(lasting):
    """Five released leads and one that is not."""
    leads = [lasting.lead(f"n{n}.example", kind="fake_site", imitates="某查询系统", captures=False) for n in range(3)]
    leads.append(lasting.lead("ad.example", captures=False, findings=(("ad/no_exam", 40.0, "免考", "=1+1 页面承诺“免考”"),)))
    for lead in leads:
        lasting.release(lead)
    lasting.waiting = lasting.lead("noch.example", kind="fake_site", captures=False)
    lasting.seal()
    lasting.released = leads
    return lasting


def order(world, agency, tmp_path, leads=None):
    return Order(world.store, world.vault, world.config, world.day, tmp_path, agency=agency,
                 leads=tuple(world.released if leads is None else leads))


def test_some_recipients_have_a_batch_form():
    assert {"wangxinban", "tongguanju"} <= set(ABLE)


@pytest.mark.parametrize("agency", ABLE)
def test_the_columns_are_the_recipients_in_its_order(released, tmp_path, agency):
    asked = order(released, agency, tmp_path, batches.due(released.store, agency) or released.released[:1])
    titles = [c.title for c in recipients.agencies()[agency].columns]
    formats.get("batch").write(asked, tmp_path / "b.xlsx")
    form = openpyxl.load_workbook(tmp_path / "b.xlsx")["批次表"]
    assert [c.value for c in form[1]] == titles
    formats.get("batch_csv").write(asked, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "b.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.reader(source))
    assert rows[0] == titles
    assert len(rows) == form.max_row == len(asked.leads) + 1


def test_addresses_are_whole_but_nothing_acts(released, tmp_path):
    formats.get("batch").write(order(released, "wangxinban", tmp_path), tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    cells = [c for row in book["批次表"].iter_rows() for c in row if c.value]
    assert "http://n0.example/" in [c.value for c in cells]  # the form asks for the address itself
    assert not [c for c in cells if c.hyperlink or c.data_type == "f"]
    assert {c.quotePrefix for c in cells[len(recipients.agencies()["wangxinban"].columns):]} == {True}


def test_what_stands_behind_each_row_and_what_is_missing_is_told(released, tmp_path):
    asked = order(released, "tongguanju", tmp_path)
    formats.get("batch").write(asked, tmp_path / "b.xlsx")
    check = openpyxl.load_workbook(tmp_path / "b.xlsx")["线索对照"]
    assert [row[1].value for row in check.iter_rows(min_row=2)] == list(asked.leads)
    assert "域名注册商" in check["E2"].value
    assert any("接入服务商" in note for note in asked.notes)


@pytest.mark.parametrize("name", ["batch", "batch_csv"])
def test_a_lead_that_is_not_released_stops_the_whole_form(released, tmp_path, name):
    with pytest.raises(OrderError, match="未经两人复核"):
        formats.get(name).write(order(released, "wangxinban", tmp_path, [released.waiting]), tmp_path / "b")


def test_who_gets_which_leads(released):
    assert batches.due(released.store, "wangxinban") == released.released
    assert batches.due(released.store, "wangxinban", "2999-01-01") == []
    assert batches.due(released.store, "cnnic") == []  # asked by nobody yet
    released.package(released.released[1], "cnnic")
    assert batches.due(released.store, "cnnic") == [released.released[1]]


def test_slices_keep_order_and_limit():
    pieces = batches.slices([str(n) for n in range(7)], 3)
    assert [len(p) for p in pieces] == [3, 3, 1]
    assert [x for p in pieces for x in p] == [str(n) for n in range(7)]


@pytest.mark.parametrize(("code", "said"), [("gibtesnicht", "没有收件机关"), *(
    (code, "没有批次表") for code, a in recipients.agencies().items() if a.batch is None)])
def test_a_recipient_without_a_form_is_told(code, said):
    with pytest.raises(OrderError, match=re.escape(said)):
        batches.agency(code)
