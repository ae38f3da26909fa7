"""The capture stage: every lease ends in one capture with an honest outcome, whatever the server does."""

import gzip

from evidence.archive import Vault

PAGE = "<html><head><meta charset='gbk'><title>办证</title></head><body><p>免考拿证 139 0000 0002</p></body></html>".encode("gbk")


def queue(crawl, *urls, lane="plain"):
    from evidence import ids
    from evidence.frontier import Frontier

    crawl.begin()
    with crawl.store() as store:
        for url in urls:
            Frontier(store).add(lane, ids.url_key(url), {"url": url, "why": "manual", "origin": "t"}, run=crawl.run,
                                host=ids.host_of(url))


def test_the_bytes_of_a_gzipped_gbk_page_are_kept_as_received(crawl, web):
    coded = gzip.compress(PAGE, mtime=0)
    web.pages["a.example"] = lambda path, headers: web.reply(
        coded, kind="text/html", headers=[("Content-Encoding", "gzip"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    queue(crawl, "https://a.example/")
    ran = crawl.go("capture")
    assert ran.code == 0, ran.errors
    (row,) = crawl.rows("SELECT id FROM captures")
    with crawl.store() as store:
        capture, vault = store.capture(row["id"]), Vault(crawl.home)
        body = capture.artifact("body")
        assert vault.read(body) == coded and vault.decoded(body) == PAGE
        assert [v for k, v in capture.headers if k == "Set-Cookie"] == ["a=1", "b=2"]
        assert (capture.title, capture.outcome) == ("办证", "ok")
    assert crawl.rows("SELECT name FROM warcs")
