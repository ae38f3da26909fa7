"""Saved pages: what was in the file, where it says it came from, and never more than that."""

import io
import json
import tempfile
import zipfile
from gzip import compress
from gzip import decompress as gunzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.imports import BadFile, saved
from evidence.archive import WarcWriter
from evidence.home import Home

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PAGE = "<html><head><meta charset=gbk><title>证书查询</title></head><body>输入姓名</body></html>"


GBK = PAGE.encode("gbk")


def mhtml(html=GBK, charset="gbk", location="https://a-query.top/q?id=1", extra=""):
    import quopri

    body = quopri.encodestring(html).decode("ascii")
    return (f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {location}\r\nSubject: =?utf-8?B?6K+B5Lmm5p+l6K+i?=\r\n"
            "Date: Tue, 24 Nov 2026 09:30:00 +0800\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----B1"\r\n\r\n\r\n'
            f"------B1\r\nContent-Type: text/html; charset={charset}\r\nContent-ID: <frame-1@mhtml.blink>\r\n"
            f"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: {location}\r\n\r\n{body}\r\n{extra}"
            "------B1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
            "Content-Location: https://a-query.top/qr.png\r\n\r\niVBORw0KGgoAAAAAAAAAAA==\r\n------B1--\r\n").encode("ascii")


def test_an_mhtml_page_gives_its_bytes_address_time_and_pictures():
    found = saved.read(Path("页面.mhtml"), mhtml())
    (page,) = found.pages
    assert page.url == "https://a-query.top/q?id=1" and page.body.rstrip() == PAGE.encode("gbk"), "bytes as sent, not transcoded"
    assert page.content_type == "text/html; charset=gbk" and page.title == "证书查询"
    assert page.stated == "Tue, 24 Nov 2026 09:30:00 +0800"
    assert [(p.name, p.media_type) for p in page.pictures] == [("https://a-query.top/qr.png", "image/png")]
    assert found.problems == []


def test_the_main_page_is_told_from_its_frames():
    frame = "------B1\r\nContent-Type: text/html\r\nContent-Location: https://ad.example/\r\n\r\n<p>frame</p>\r\n"
    data = mhtml(extra=frame).replace(b"Snapshot-Content-Location: https://a-query.top/q?id=1", b"Snapshot-Content-Location: https://ad.example/")
    assert saved.read(Path("a.mhtml"), data).pages[0].body.strip() == b"<p>frame</p>"
    assert b"frame" not in saved.read(Path("a.mhtml"), mhtml(extra=frame)).pages[0].body


def test_the_person_knows_better_than_the_file():
    assert saved.read(Path("a.mhtml"), mhtml(), "http://told.example/").pages[0].url == "http://told.example/"


MARKS = {
    "a browser's mark": ("<!-- saved from url=(0023)https://a-query.top/q?i -->\n<html>", "https://a-query.top/q?i"),
    "SingleFile's mark": ("<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: https://a-query.top/x \n saved date: "
                          "Tue Nov 24 2026 09:30:00 GMT+0800 (x)\n--><head>", "https://a-query.top/x"),
    "a canonical link is the page's own claim": ('<html><head><link rel="canonical" href="https://cx.mem.gov.cn/"><meta property="og:url" '
                                                 'content="https://cx.mem.gov.cn/">', ""),
    "a mark that is no address": ("<!-- saved from url=(0014)about:internet -->\n<html>", ""),
}


@pytest.mark.parametrize("words", MARKS)
def test_the_address_of_an_html_file_is_what_its_saver_wrote(words):
    text, url = MARKS[words]
    (page,) = saved.read(Path("a.html"), text.encode()).pages
    assert page.url == url and page.body == text.encode()


def test_the_pictures_of_a_complete_page_lie_beside_it(tmp_path):
    (tmp_path / "证书_files").mkdir()
    (tmp_path / "证书_files" / "qr.png").write_bytes(PNG)
    (tmp_path / "证书_files" / "a.js").write_bytes(b"x")
    (tmp_path / "证书_files" / "out.png").symlink_to("/etc/passwd")
    (page,) = saved.read(tmp_path / "证书.html", PAGE.encode("gbk")).pages
    assert [p.name for p in page.pictures] == ["证书_files/qr.png"]


def test_a_screenshot_is_a_page_of_its_own():
    (page,) = saved.read(Path("微信截图.png"), PNG, "https://mp.weixin.qq.com/s/abc").pages
    assert (page.url, page.body, page.pictures[0].media_type) == ("https://mp.weixin.qq.com/s/abc", b"", "image/png")


def warc(*answers, gzip=True):
    """A WARC as another archiver leaves it; answers are (url, type, body, status?, headers?)."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(folder).prepare()
        writer = WarcWriter.create(home, "r", "t")
        for url, kind, body, *more in answers:
            writer.response(capture_id="c", url=url, status=more[0] if more else 200, body=body, started="2026-11-24T01:30:00Z",
                            headers=[("Content-Type", kind), *(more[1] if len(more) > 1 else [])])
        data = (home.warc / writer.close().name).read_bytes()
    return data if gzip else gunzip(data)


def test_a_warc_gives_its_pages_with_status_time_and_pictures():
    data = warc(("https://a-query.top/", "text/html; charset=gbk", PAGE.encode("gbk")), ("https://a-query.top/qr.png", "image/png", PNG),
                ("https://a-query.top/old", "text/html", b"", 302), ("https://a-query.top/a.js", "text/javascript", b"1"),
                ("https://b.top/", "text/html", compress(b"<p>b</p>"), 200, [("Content-Encoding", "gzip")]))
    for bytes_ in (data, warc(("https://a-query.top/", "text/html", PAGE.encode()), gzip=False)):
        assert saved.read(Path("a.warc.gz"), bytes_).pages[0].url == "https://a-query.top/"
    one, two = saved.read(Path("a.warc.gz"), data).pages
    assert one.body == PAGE.encode("gbk") and one.status == 200 and one.stated == "2026-11-24T01:30:00Z"
    assert [p.name for p in one.pictures] == ["https://a-query.top/qr.png"]
    assert two.body == b"<p>b</p>"


def test_a_torn_warc_keeps_what_came_before_the_tear():
    data = warc(("https://a.top/", "text/html", PAGE.encode()), ("https://b.top/", "text/html", PAGE.encode() * 40))
    found = saved.read(Path("a.warc.gz"), data[:-60])
    assert found.pages[0].url == "https://a.top/"
    whole = warc(("https://a.top/", "text/html", PAGE.encode()))
    found = saved.read(Path("a.warc.gz"), whole + b"\x1f\x8bgarbage")
    assert [p.url for p in found.pages] == ["https://a.top/"] and len(found.problems) == 1


def packed(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def test_a_wacz_gives_the_pages_it_lists():
    inside = warc(("https://a.top/", "text/html", PAGE.encode()), ("https://frame.top/", "text/html", b"<p>frame</p>"))
    listed = {"archive/data.warc.gz": inside, "pages/pages.jsonl": "\n".join(map(json.dumps, (
        {"format": "json-pages-1.0"}, {"url": "https://a.top/", "ts": "2026-11-24T01:30:00Z"})))}
    assert [p.url for p in saved.read(Path("a.wacz"), packed(listed)).pages] == ["https://a.top/"]
    del listed["pages/pages.jsonl"]
    assert len(saved.read(Path("a.wacz"), packed(listed)).pages) == 2


BAD = {
    "no page at all": (b"hello, just words", "认不出"),
    "a program": (b"MZ\x90\0" * 50, "认不出"),
    "a workbook": (packed({"xl/workbook.xml": "x"}), "import tips"),
    "a damaged ZIP": (b"PK\x03\x04" + b"\0" * 90, "WACZ"),
    "a gzip of something else": (b"\x1f\x8b\x08\0" + b"\0" * 40, "读不下去|没有一个网页"),
    "an mhtml without a page": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain"
                                b"\r\n\r\nhi\r\n--x--\r\n", "没有网页正文"),
}


@pytest.mark.parametrize("words", BAD)
def test_a_file_that_is_no_saved_page_is_told(words):
    data, said = BAD[words]
    with pytest.raises(BadFile, match=said) as caught:
        saved.read(Path("文件.bin"), data)
    assert "文件.bin" in str(caught.value)


NOW = "2026-11-25T00:00:00.000000Z"
TIMES = {
    "an MHTML date": ("Tue, 24 Nov 2026 09:30:00 +0800", "2026-11-24T01:30:00.000000Z"),
    "a WARC date": ("2026-11-24T01:30:00Z", "2026-11-24T01:30:00.000000Z"),
    "a script's date": ("Tue Nov 24 2026 09:30:00 GMT+0800 (中国标准时间)", "2026-11-24T01:30:00.000000Z"),
    "a time without a zone is no moment": ("2026-11-24 09:30:00", NOW),
    "a time to come is not believed": ("2027-01-01T00:00:00Z", NOW),
    "nonsense": ("soon", NOW), "nothing": ("", NOW), "a year before the web": ("1970-01-01T00:00:00Z", NOW),
}


@pytest.mark.parametrize("words", TIMES)
def test_a_stated_time_is_taken_only_where_it_is_one(words):
    stated, expected = TIMES[words]
    assert saved.moment(stated, NOW) == expected


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["utf-8", "gb18030"]))
@settings(max_examples=60, deadline=None)
def test_any_body_survives_its_way_through_mhtml(body, charset):
    body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip(b"\n \t") or b"x"
    page = saved.read(Path("a.mhtml"), mhtml(html=body, charset=charset)).pages[0]
    assert page.body.replace(b"\r\n", b"\n").rstrip(b"\n") == body.rstrip(b"\n")


_ARCHIVE = warc(("https://a.top/", "text/html", PAGE.encode()))
_GOOD = (mhtml(), packed({"archive/a.warc": gunzip(_ARCHIVE)}), _ARCHIVE)


@given(st.binary(max_size=500), st.integers(0, 400), st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_damaged_files_are_read_or_told_and_never_break(noise, at, cut):
    for data in [noise, *(g[:at] + noise[:cut] + g[at + cut:] for g in _GOOD)]:
        try:
            found = saved.read(Path("a"), data)
        except BadFile as told:
            assert "a：" in str(told) or "a 的" in str(told)
        else:
            assert all(isinstance(p.body, bytes) for p in found.pages)
