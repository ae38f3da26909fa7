"""Short links are followed hop by hop, every hop stored, and only where they lead to one certain place."""

import pytest

from crawlers import shortlinks
from crawlers.answer import Answer
from crawlers.outcomes import jump_of
from evidence.archive import Vault

PAGES = {
    "a script": ("https://url.cn/5a", "<script>location.href='http://a-query.top/x'</script>", "http://a-query.top/x"),
    "a warning with one link": ("https://t.cn/A6", '<p>将要访问</p><a href="http://a-query.top/x">继续访问</a><a href="/help">帮助</a>',
                                "http://a-query.top/x"),
    "a warning with the address as words": ("https://t.cn/A6", "<p>将要访问 http://a-query.top/x 请注意</p>", "http://a-query.top/x"),
    "a parameter": ("https://link.zhihu.com/?target=https%3A//a-query.top/x", "<p>即将离开</p>", "https://a-query.top/x"),
    "several places": ("https://t.cn/A6", '<a href="http://a.top/">1</a><a href="http://b.top/">2</a>', ""),
    "only itself": ("https://t.cn/A6", '<a href="https://t.cn/">首页</a>', ""),
    "no web address": ("https://t.cn/A6", '<a href="weixin://dl">打开微信</a>', ""),
    "any other site": ("https://a-query.top/", '<a href="http://b.top/">b</a>', ""),
}


@pytest.mark.parametrize("words", PAGES)
def test_where_a_page_passes_its_visitor_on(words):
    url, html, target = PAGES[words]
    assert jump_of(Answer(url, f"<meta charset=utf-8>{html}".encode())) == target


def test_a_broken_table_is_told_with_its_field(tmp_path):
    for text, said in (("hosts: t.cn\nparameters: [url]\n", "field hosts"), ("hosts: [t.cn]\n", "parameters"), ("- x\n", "cannot be read")):
        path = tmp_path / f"{len(text)}.yml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(shortlinks.ShortlinksError, match=said):
            shortlinks.load(path)


def queue(crawl, *urls):
    from evidence import ids
    from evidence.frontier import Frontier

    crawl.begin()
    with crawl.store() as store:
        for url in urls:
            Frontier(store).add("plain", ids.url_key(url), {"url": url, "why": "qr", "origin": "t"}, run=crawl.run, host=ids.host_of(url))


def test_every_hop_of_a_short_link_is_stored(crawl, web):
    web.pages |= {
        "t.cn": lambda p, h: web.reply(b"", 302, [("Location", "https://url.cn/5a")]),
        "url.cn": lambda p, h: web.reply(b"<script>window.location.replace('https://suo.im/b')</script>"),
        "suo.im": lambda p, h: web.reply('<p>将要访问</p><a href="http://a-query.top/x">继续</a>'.encode()),
        "a-query.top": lambda p, h: web.reply(b"<title>there</title>")}
    queue(crawl, "https://t.cn/A6")
    crawl.go("capture")
    (row,) = crawl.rows("SELECT id FROM captures")
    with crawl.store() as store:
        capture, vault = store.capture(row["id"]), Vault(crawl.home)
        assert (capture.asked_url, capture.url, capture.title) == ("https://t.cn/A6", "http://a-query.top/x", "there")
        assert [(h.url, h.location) for h in capture.hops] == [
            ("https://t.cn/A6", "https://url.cn/5a"), ("https://url.cn/5a", "https://suo.im/b"), ("https://suo.im/b", "http://a-query.top/x")]
        assert b"suo.im/b" in vault.read(capture.artifact("hop-2")) and vault.read(capture.artifact("body")) == b"<title>there</title>"


def test_short_links_that_lead_in_a_circle_end(crawl, web):
    web.pages |= {"url.cn": lambda p, h: web.reply(b"<script>location.href='https://suo.im/b'</script>"),
                  "suo.im": lambda p, h: web.reply(b"<script>location.href='https://url.cn/a'</script>")}
    queue(crawl, "https://url.cn/a")
    assert crawl.go("capture").code == 0
    (row,) = crawl.rows("SELECT outcome, hops FROM captures")
    assert row["hops"].count('"url"') == 5


def test_a_short_link_into_this_machine_is_refused(crawl, web):
    web.pages["url.cn"] = lambda p, h: web.reply(b"<script>location.href='http://127.0.0.1:22/'</script>")
    queue(crawl, "https://url.cn/a")
    crawl.go("capture")
    (row,) = crawl.rows("SELECT outcome, note FROM captures")
    assert row["outcome"] == "refused" and "loopback" in row["note"]


def test_articles_that_expire_are_the_first_to_be_fetched(crawl):
    from crawlers import candidates
    from crawlers.session import Session

    crawl.begin()
    session = Session.open(crawl.home, crawl.run, "test")
    try:
        for url in ("http://a.top/", "https://mp.weixin.qq.com/s?signature=x", "http://b.top/"):
            assert candidates.add(session, url, "sighting", "s", candidates.PAID)
        leases = session.frontier.lease("plain", "w", 3, run=crawl.run)
        assert [lease.host for lease in leases] == ["mp.weixin.qq.com", "a.top", "b.top"]
        assert [lease.payload["ephemeral"] for lease in leases] == [True, False, False]
    finally:
        session.close()
