"""Bulk scanning: the fast pass never loses what the judge would report, and bad input is counted or refused clearly."""

import gzip
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.lookalikes import watchlist
from classifiers.name_tokens import tokens
from classifiers.names import judge_name
from classifiers.scan import Counts, ScanError, scan_file, scan_lines

_WORDS = [t.text for t in tokens().by_text.values() if not t.misspelt] + [
    "abc",
    "rn",
    "0",
    "7",
    "x",
    "新",
    "ёo",
    "www",
    "gоv",
]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(
                st.tuples(st.sampled_from(_WORDS), st.sampled_from(["", "-", ".", "2"])), min_size=1, max_size=5
            ),
            st.sampled_from([".com", ".cn", ".com.cn", ".top", ".网址"]),
        ),
        max_size=30,
    )
)
def test_the_fast_pass_loses_nothing_the_judge_would_report(rows: list) -> None:
    names = ["".join(word + joint for word, joint in words).strip(".-") + suffix for words, suffix in rows]
    expected = [found.name for name in names if (found := judge_name(name))]
    got = [judge_name(hit["name"]) for hit in scan_lines(names)]
    assert [found.name for found in got if found] == expected


def test_the_fast_pass_finds_every_generated_candidate_the_judge_reports() -> None:
    names = [one.name for one in watchlist(suffixes=("com", "top"))]
    expected = [name for name in names if judge_name(name)]
    assert [hit["name"] for hit in scan_lines(names)] == expected


def test_a_hit_has_the_documented_shape() -> None:
    (hit,) = scan_lines(["plain.example", "cx-mem-gov.com"])
    assert list(hit) == ["name", "imitates", "band", "score", "reasons"]
    assert hit["name"] == "cx-mem-gov.com"
    assert hit["imitates"] == "cx.mem.gov.cn"


def test_bad_lines_are_counted_and_never_stop_the_scan() -> None:
    counts = Counts()
    lines = [
        "not a host",
        "",
        "# note",
        "a..b",
        b"\xff\xfe.cn",
        "x" * 300 + ".cn",
        "cx-mem-gov.com\r\n",
        "http://tzzycx.cn/a?b",
        "*.memgov.top",
    ]
    hits = [hit["name"] for hit in scan_lines(lines, counts)]
    assert hits == ["cx-mem-gov.com", "http://tzzycx.cn/a?b", "*.memgov.top"]
    assert counts.bad == 4
    assert counts.names == 3
    assert counts.examples


def _packed(tmp_path: Path, data: bytes, name: str) -> Path:
    file = tmp_path / name
    file.write_bytes(data)
    return file


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"plain.example\ncx-mem-gov.com\nosta-zscx.cn", id="plain, no last newline"),
        pytest.param(gzip.compress(b"plain.example\ncx-mem-gov.com\nosta-zscx.cn\n"), id="gzip"),
        pytest.param(
            gzip.compress(b"plain.example\ncx-mem") + gzip.compress(b"-gov.com\nosta-zscx.cn\n"),
            id="two gzip members",
        ),
        pytest.param(b"PLAIN.example\r\nCX-MEM-GOV.COM\r\nosta-zscx.cn\r\n", id="capitals and carriage returns"),
    ],
)
def test_files_are_read_plain_or_packed(tmp_path: Path, data: bytes) -> None:
    counts = Counts()
    hits = [hit["name"].lower() for hit in scan_file(_packed(tmp_path, data, "list"), counts)]
    assert hits == ["cx-mem-gov.com", "osta-zscx.cn"]
    assert (counts.names, counts.hits, counts.bad) == (3, 2, 0)


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"memgov.top\n"))))
    assert [hit["name"] for hit in scan_file("-")] == ["memgov.top"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(gzip.compress(b"a.example\n" * 9000)[:-30], "不完整", id="cut short"),
        pytest.param(gzip.compress(b"a.example\n" * 9000)[:10] + b"garbage" * 20, "gzip", id="damaged"),
    ],
)
def test_a_damaged_archive_is_refused_and_named(tmp_path: Path, data: bytes, said: str) -> None:
    file = _packed(tmp_path, data, "list.gz")
    with pytest.raises(ScanError, match=said) as caught:
        list(scan_file(file))
    assert "list.gz" in str(caught.value)


def test_a_missing_file_or_a_folder_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="找不到"):
        list(scan_file(tmp_path / "none"))
    with pytest.raises(ScanError, match="文件夹"):
        list(scan_file(tmp_path))
