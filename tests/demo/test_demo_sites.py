"""Site files: what is wrong is told with file and field, what is right is read as written."""

import pytest

from demo import sites as reading
from demo import standin
from demo.index import Index
from demo.sites import SiteError

WRONG = {
    "unknown field": ({"charsett": "gbk"}, ["unknown field 'charsett'", "charset"]),
    "unknown charset": ({"charset": "klingon"}, ["charset", "klingon"]),
    "https is no truth value": ({"https": "ja"}, ["https", "'ja'"]),
    "address is none": ({"ip": "300.1.1.1"}, ["ip", "300.1.1.1"]),
    "pages are a list": ({"pages": ["/"]}, ["pages: must be a mapping"]),
    "path without slash": ({"pages": {"a.html": {"text": "x"}}}, ["pages.a.html", "starts with /"]),
    "page of no kind": ({"pages": {"/": {"status": 404}}}, ["pages./", "exactly one of", "file"]),
    "page of two kinds": ({"pages": {"/": {"text": "x", "qr": "y"}}}, ["pages./", "exactly one of"]),
    "page is a text": ({"pages": {"/": "i.html"}}, ["pages./", "exactly one of"]),
    "unknown page field": ({"pages": {"/": {"text": "x", "moble": "y"}}}, ["pages./", "'moble'", "mobile"]),
    "missing file": ({"pages": {"/": {"file": "nowhere.html"}}}, ["pages./.file", "no file 'nowhere.html'"]),
    "missing variant": ({"pages": {"/": {"file": "i.html", "mobile": "m.html"}}}, ["pages./.mobile", "m.html"]),
    "size is a text": ({"pages": {"/": {"bytes": "many"}}}, ["pages./.bytes", "int"]),
    "lines are a text": ({"pages": {"/": {"picture": "one"}}}, ["pages./.picture", "list"]),
    "entry without url": ({"index": [{"title": "x"}]}, ["index[0]", "url: /path"]),
    "entry of an unknown page": ({"pages": {"/": {"text": "x"}}, "index": [{"url": "/"}, {"url": "/z"}]}, ["index[1].url", "/z"]),
    "entry of an unknown engine": ({"pages": {"/": {"text": "x"}}, "index": [{"url": "/", "engines": ["gogle"]}]},
                                   ["index[0].engines", "'gogle'", "so360"]),
    "paid at an unknown engine": ({"pages": {"/": {"text": "x"}}, "index": [{"url": "/", "paid": ["x"]}]}, ["index[0].paid", "'x'"]),
    "engines are a text": ({"pages": {"/": {"text": "x"}}, "index": [{"url": "/", "engines": "so360"}]}, ["index[0].engines", "list"]),
    "unknown entry field": ({"pages": {"/": {"text": "x"}}, "index": [{"url": "/", "tilte": "x"}]}, ["index[0]", "'tilte'", "title"]),
}


@pytest.mark.parametrize(("fields", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_site_is_told_with_file_and_field(sites, fields, said):
    path = sites("a.example", {"i.html": "x"}, **fields)
    with pytest.raises(SiteError) as told:
        reading.load(sites.folder)
    for part in [str(path), *said]:
        assert part in str(told.value)
    assert len(str(told.value)) < 600


@pytest.mark.parametrize("content", [b"a: [", b"- x\n", b"\xff\xfe", b""], ids=["broken yaml", "a list", "no utf-8", "empty"])
def test_a_file_that_cannot_be_read_is_named(sites, content):
    path = sites("a.example")
    path.write_bytes(content)
    with pytest.raises(SiteError, match=r"site\.yml"):
        reading.load(sites.folder)


def test_an_empty_folder_is_no_web(tmp_path):
    with pytest.raises(SiteError, match=r"no \*/site\.yml"):
        reading.load(tmp_path)


def test_a_folder_that_is_no_host_name_is_named(sites):
    sites("a" * 70 + ".example")
    with pytest.raises(SiteError, match="no host name"):
        reading.load(sites.folder)


def test_international_names_are_kept_as_they_are_asked_for(sites):
    sites("证书查询.example", pages={"/": {"text": "x"}}, index=[{"url": "/"}])
    host, = reading.load(sites.folder)
    assert host == "xn--" + host[4:]
    assert reading.load(sites.folder)[host].index[0].url == f"https://{host}/"


def test_an_entry_takes_from_the_page_what_it_does_not_say(sites):
    page = "<title> 办证 &amp; 查询 </title><script>var secret=1</script><p>正文<b>一</b></p>"
    sites("a.example", {"i.html": page, "s.html": "<title>给搜索者</title>卖"}, https=False, pages={
        "/": {"file": "i.html"}, "/s": {"file": "i.html", "searched": "s.html"}, "/q": {"qr": "x"}},
        index=[{"url": "/"}, {"url": "/s"}, {"url": "/q", "engines": [], "paid": ["baidu"]}])
    first, second, third = reading.load(sites.folder)["a.example"].index
    assert (first.url, first.title, first.snippet) == ("http://a.example/", "办证 & 查询", "正文 一")
    assert "secret" not in first.words
    assert first.engines == {"so360", "baidu", "toutiao"}
    assert second.title == "给搜索者"
    assert (third.title, third.engines, third.paid) == ("a.example", frozenset(), {"baidu"})


def test_a_stand_in_under_a_wrong_name_is_told(monkeypatch):
    from demo.engines import so360
    monkeypatch.setattr(so360.So360, "name", "so361")
    with pytest.raises(TypeError, match=r"engines/so360\.py.*name = 'so360'"):
        standin.load(Index([]), {})


def test_every_module_is_found_by_lying_there():
    assert [one.name for one in standin.load(Index([]), {})] == list(reading.STANDINS)
    assert set(reading.ENGINES.values()) == {"engines", "boards"}
    assert set(reading.STANDINS) - set(reading.ENGINES) == {"rdap", *reading.WALLS}
