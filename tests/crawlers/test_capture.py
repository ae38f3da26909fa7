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


def one(crawl):
    (row,) = crawl.rows("SELECT * FROM captures")
    return row


CASES = {
    "a missing page is gone": (lambda w: w.reply(b"<title>404</title>", 404), "gone", 404),
    "a closed host is gone": (lambda w: w.reply("<title>站点已关闭</title>".encode()), "gone", 200),
    "a domain for sale is parked": (lambda w: w.reply("<title>域名出售 a.example</title>".encode()), "parked", 200),
    "a captcha with status 200 is blocked": (lambda w: w.reply("<title>请输入验证码</title>".encode()), "blocked", 200),
    "a forbidden page is blocked": (lambda w: w.reply(b"", 403), "blocked", 403),
    "a login is a login": (lambda w: w.reply(b"", 401), "login", 401),
    "a broken server is an error": (lambda w: w.reply(b"", 500), "error", 500),
    "an installer is not read": (lambda w: w.reply(b"PK\3\4" * 999, kind="application/vnd.android.package-archive"), "refused", 200),
    "an attachment is not read": (
        lambda w: w.reply(b"x" * 999, headers=[("Content-Disposition", "attachment; filename=../../a.apk")]), "refused", 200),
    "a redirect into this machine is refused": (
        lambda w: w.reply(b"", 302, [("Location", "http://127.0.0.1:22/")]), "refused", 302),
    "a redirect to cloud metadata in disguise is refused": (
        lambda w: w.reply(b"", 302, [("Location", "http://2852039166/latest")]), "refused", 302),
    "a redirect to a file is refused": (lambda w: w.reply(b"", 302, [("Location", "file:///etc/passwd")]), "error", 302),
    "an endless redirect ends": (lambda w: w.reply(b"", 302, [("Location", "/again")]), "error", 302),
    "a page that reloads itself is kept": (
        lambda w: w.reply(b"<title>x</title><meta http-equiv=refresh content='0;url=/'>"), "partial", 200),
    "a lying coding is partial": (lambda w: w.reply(b"<title>x</title>", headers=[("Content-Encoding", "gzip")]), "partial", 200),
    "a page too long is cut and kept": (lambda w: w.reply(b"<title>x</title>" + b"a" * 3_000_000), "partial", 200),
    "a decompression bomb is cut": (
        lambda w: w.reply(gzip.compress(b"0" * 30_000_000), headers=[("Content-Encoding", "gzip")]), "partial", 200),
    "an empty page is an answer": (lambda w: w.reply(b""), "ok", 200),
    "a picture is an answer": (lambda w: w.reply(b"\x89PNG", kind="image/png"), "ok", 200),
}


def test_every_answer_has_its_honest_outcome(crawl, web):
    hosts = {f"c{n}.example": words for n, words in enumerate(CASES)}
    for host, words in hosts.items():
        web.pages[host] = lambda path, headers, words=words: CASES[words][0](web)
    crawl.home.config.write_text(crawl.home.config.read_text().replace("[crawl]", "max_bytes = 1000000\n[crawl]"))
    queue(crawl, *(f"http://{host}/" for host in hosts))
    ran = crawl.go("capture")
    rows = crawl.rows("SELECT * FROM captures")
    found = {hosts[r["asked_url"][7:-1]]: (r["outcome"], r["status"]) for r in rows}
    assert found == {words: case[1:] for words, case in CASES.items()}, ran.errors
    assert [r["asked_url"] for r in rows if not r["note"] and r["outcome"] != "ok"] == []
    assert {host for host, _ in web.log} == set(hosts), "nobody else was asked"


def test_hops_are_kept_with_their_bytes(crawl, web):
    web.pages["a.example"] = lambda path, headers: web.reply(b"go", 301, [("Location", "https://b.example/x")])
    web.pages["b.example"] = lambda path, headers: web.reply(b"<title>there</title>")
    queue(crawl, "http://a.example/")
    crawl.go("capture")
    with crawl.store() as store:
        capture, vault = store.capture(one(crawl)["id"]), Vault(crawl.home)
        assert [(h.url, h.status, h.location) for h in capture.hops] == [("http://a.example/", 301, "https://b.example/x")]
        assert (capture.asked_url, capture.url) == ("http://a.example/", "https://b.example/x")
        assert vault.read(capture.artifact("hop-1")) == b"go" and vault.read(capture.artifact("body")) == b"<title>there</title>"


def test_a_dead_host_is_an_error_with_its_reason(crawl):
    queue(crawl, "https://nobody.example/", "http://nobody2.example/")
    ran = crawl.go("capture")
    assert ran.code == 4, ran.errors
    assert {r["outcome"] for r in crawl.rows("SELECT outcome FROM captures")} == {"error"}


def test_robots_of_a_page_are_obeyed_and_told(crawl, web):
    web.pages["a.example"] = lambda path, headers: web.reply(b"secret")
    web.pages["robots:a.example"] = lambda path, headers: web.reply(b"User-agent: *\nDisallow: /", kind="text/plain")
    queue(crawl, "http://a.example/")
    crawl.go("capture")
    assert (one(crawl)["outcome"], web.asked("a.example")) == ("refused", []) and "robots" in one(crawl)["note"]


def test_a_jump_page_of_an_engine_is_followed(crawl, web):
    page = b"<meta charset=utf-8><script>window.location.replace(\"http://t.example/p\")</script>"
    web.pages |= {"www.sogou.com": lambda path, headers: web.reply(page), "t.example": lambda p, h: web.reply(b"<title>t</title>")}
    queue(crawl, "https://www.sogou.com/link?url=hedX")
    crawl.go("capture")
    row = one(crawl)
    assert (row["url"], row["title"], row["asked_url"]) == ("http://t.example/p", "t", "https://www.sogou.com/link?url=hedX")


def test_a_server_that_drips_is_cut_at_the_time_limit(crawl, web):
    import time

    web.pages["a.example"] = lambda path, headers: web.reply(b"<title>slow</title>" + b"." * 40, headers=[("X-Drip", "1")])
    crawl.home.config.write_text(crawl.home.config.read_text().replace("timeout = 5.0", "timeout = 2.0", 1))
    queue(crawl, "http://a.example/")
    began = time.monotonic()
    crawl.go("capture")
    assert time.monotonic() - began < 8
    assert one(crawl)["outcome"] == "partial" and one(crawl)["truncated"]


def test_a_killed_capture_stage_goes_on_and_nothing_is_doubled(crawl, web):
    web.pages |= {f"s{n}.example": lambda path, headers: web.reply(PAGE, kind="text/html") for n in range(150)}
    queue(crawl, *(f"http://s{n}.example/" for n in range(150)))
    for stop in (10, 100, 180):
        process = crawl.start("capture")
        for line in process.stdout:
            if len(web.log) >= stop or '"end"' in line:
                break
        process.kill()
        process.communicate(timeout=10)
    assert crawl.go("capture").code == 0
    assert crawl.rows("SELECT count(*) AS n, count(DISTINCT asked_url) AS d FROM captures") == [{"n": 150, "d": 150}]
    with crawl.store() as store:
        from evidence.recovery import recover
        recover(store)
        vault = Vault(crawl.home)
        for row in store.rows("SELECT id FROM captures"):
            assert vault.read(store.capture(row["id"]).artifact("body")) == PAGE


def test_a_full_disk_stops_the_stage_with_a_message_and_the_next_one_goes_on(crawl, web):
    import random
    bodies = [random.Random(n).randbytes(200_000) for n in range(12)]
    web.pages |= {f"s{n}.example": lambda path, headers, n=n: web.reply(bodies[n], kind="image/png") for n in range(12)}
    queue(crawl, *(f"http://s{n}.example/" for n in range(12)))
    ran = crawl.go("capture", file_limit=1_000_000)
    assert ran.code == 3 and ran.of("error"), (ran.events, ran.errors)
    assert not [r for r in crawl.rows("SELECT outcome FROM captures") if r["outcome"] != "ok"], "our disk is not their error"
    assert crawl.go("capture").code == 0
    assert crawl.rows("SELECT count(*) AS n FROM captures WHERE outcome = 'ok'") == [{"n": 12}]


def test_a_page_fetched_lately_is_not_fetched_again_unless_it_failed(crawl, web):
    web.pages |= {"a.example": lambda p, h: web.reply(PAGE), "b.example": lambda p, h: web.reply(b"", 500)}
    queue(crawl, "http://a.example/", "http://b.example/")
    crawl.go("capture")
    crawl.begin()
    from crawlers import candidates
    from crawlers.session import Session

    session = Session.open(crawl.home, crawl.run, "test")
    try:
        assert not candidates.add(session, "https://A.example/#x", "link", "t", 1)
        assert candidates.add(session, "http://b.example/", "link", "t", 1)
        assert not candidates.add(session, "javascript:alert(1)", "link", "t", 1)
    finally:
        session.close()


def test_the_archive_holds_no_credentials_and_no_proxy_address(crawl, web, tmp_path):
    kept = tmp_path / "proxy"
    kept.write_text(web.proxy.replace("http://", "http://user:geheim@"), encoding="utf-8")
    kept.chmod(0o600)
    crawl.configure(proxy=f"file:{kept}")
    web.pages["a.example"] = lambda p, h: web.reply(PAGE)
    queue(crawl, "http://a.example/")
    crawl.go("capture")
    assert one(crawl)["ip"] == ""
    for path in crawl.home.warc.glob("*.gz"):
        text = gzip.decompress(path.read_bytes())
        assert b"Proxy-Authorization" not in text and b"geheim" not in text
