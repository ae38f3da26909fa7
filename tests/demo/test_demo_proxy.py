"""The proxy of the demo web on real sockets: both kinds of requests, TLS, host pages, and clients that misbehave."""

import contextlib
import gzip
import http.client
import io
import socket
import ssl
import threading

import pytest
import zxingcpp
from PIL import Image

from demo.messages import Reply

PAGE = "<html><head><title>页</title></head><body>" + "特种作业 " * 2000 + "</body></html>"


@pytest.fixture
def small(sites, serve):
    sites("a.example", {"i.html": PAGE}, pages={"/": {"file": "i.html"}}, ip="203.0.113.7")
    sites("old.example", {"i.html": PAGE}, https=False, pages={"/": {"file": "i.html"}})
    return serve()


def raw(port, *lines):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall("\r\n".join(lines).encode())
        return sock.makefile("rb").read()


def test_plain_requests_carry_the_whole_address(small):
    got = small.ask("http://old.example/")
    assert (got.status, got.text) == (200, PAGE)
    assert "Date" in got.headers
    assert "ETag" not in got.headers


def test_a_tunnel_ends_in_tls_with_the_hosts_own_certificate(small):
    connection, _ = small.connection("https://a.example/")
    connection.connect()
    certificate = connection.sock.getpeercert()
    connection.close()
    assert certificate["subjectAltName"] == (("DNS", "a.example"),)
    assert (("commonName", "Demo Web CA"),) in certificate["issuer"]
    assert small.ask("https://a.example/").text == PAGE


@pytest.mark.parametrize("url", ["https://a.example/", "http://old.example/"])
def test_connections_are_kept_alive(small, url):
    connection, target = small.connection(url)
    for method, body in (("GET", None), ("POST", b"x=1"), ("HEAD", None), ("GET", None)):
        connection.request(method, target, body, {"Host": url.split("/")[2]})
        answer = connection.getresponse()
        assert (answer.status, answer.read() == b"") == (200, method == "HEAD")
        assert answer.headers["Connection"] == "keep-alive"
    connection.close()


@pytest.mark.parametrize("url", ["http://nobody.example/", "http://a.example:8080/", "http://10.0.0.1/", "http://[::1]/"])
def test_who_is_not_there_is_answered_as_by_a_gateway_and_logged(small, url):
    assert small.ask(url).status == 502
    line, = small.lines()
    assert (line["host"], line["status"], line["method"]) == (url.split("/")[2].removesuffix(":8080").strip("[]"), 502, "GET")


@pytest.mark.parametrize("place", ["nobody.example:443", "old.example:443", "a.example:8443", "a.example:x", ""])
def test_tunnels_to_nobody_are_refused_and_logged(small, place):
    answer = raw(small.port, f"CONNECT {place} HTTP/1.1", "", "")
    assert answer.startswith((b"HTTP/1.1 502 ", b"HTTP/1.1 400 "))
    assert small.lines()[0]["status"] in {400, 502}


def test_every_request_is_one_line(small):
    small.ask("https://a.example/x?q=%E4%B8%AD")
    small.ask("http://old.example/")
    tunnel, first, second = small.lines()
    assert (tunnel["method"], tunnel["host"], tunnel["path"], tunnel["status"]) == ("CONNECT", "a.example", "a.example:443", 200)
    assert first["at"].endswith("Z")
    assert {k: first[k] for k in ("host", "method", "path", "status", "scheme")} == {
        "host": "a.example", "method": "GET", "path": "/x?q=%E4%B8%AD", "status": 404, "scheme": "https"}
    assert (second["host"], second["scheme"]) == ("old.example", "http")


def test_a_host_with_https_sends_plain_visitors_there(small):
    got = small.ask("http://a.example/x?y=1")
    assert (got.status, got.headers["Location"]) == (301, "https://a.example/x?y=1")


def test_a_host_header_alone_reaches_the_host_and_the_proxy_itself_explains(small):
    assert "特种作业".encode() in raw(small.port, "GET / HTTP/1.1", "Host: old.example", "Connection: close", "", "")
    assert "代理".encode() in raw(small.port, "GET / HTTP/1.1", "Host: 127.0.0.1", "Connection: close", "", "")


def test_old_hosts_send_gbk_and_leave_the_charset_to_the_page(sites, serve):
    page = '<meta http-equiv="Content-Type" content="text/html; charset=gbk">叉车证 👍'
    sites("gbk.example", {"i.html": page, "a.js": "var a='证';"}, charset="gbk", https=False,
          pages={"/": {"file": "i.html"}, "/a.js": {"file": "a.js"}})
    served = serve()
    got = served.ask("http://gbk.example/")
    assert got.headers["Content-Type"] == "text/html"
    assert "叉车证".encode("gbk") in got.body
    assert b"&#128077;" in got.body
    script = served.ask("http://gbk.example/a.js")
    assert (script.headers["Content-Type"], script.body) == ("application/javascript; charset=gbk", "var a='证';".encode("gbk"))


def test_servers_have_habits_and_the_body_is_the_same(sites, serve):
    hosts = [f"h{n}.example" for n in range(12)]
    for host in hosts:
        sites(host, {"i.html": PAGE}, pages={"/": {"file": "i.html"}})
    served, habits, servers = serve(), set(), set()
    for host in hosts:
        got = served.ask(f"https://{host}/", Accept_Encoding="gzip")
        coded, chunked = got.headers.get("Content-Encoding", ""), got.headers.get("Transfer-Encoding", "")
        body = gzip.decompress(got.body) if coded else got.body
        assert body.decode() == PAGE
        assert served.ask(f"https://{host}/").body == PAGE.encode()
        habits.add((coded, chunked))
        servers.add(got.headers["Server"])
    assert {coded for coded, _ in habits} == {"", "gzip"}
    assert {chunked for _, chunked in habits} == {"", "chunked"}
    assert len(servers) > 2


def test_phones_and_visitors_from_a_search_may_see_another_page(sites, serve):
    sites("c.example", {"d.html": "desk", "m.html": "phone", "s.html": "searched"},
          pages={"/": {"file": "d.html", "mobile": "m.html", "searched": "s.html"}})
    served = serve()
    phone = "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) Chrome/141.0.0.0 Mobile Safari/537.36"
    assert served.ask("https://c.example/").text == "desk"
    assert served.ask("https://c.example/", User_Agent=phone).text == "phone"
    for referer in ("https://www.baidu.com/link?url=x", "https://www.so.com/s?q=1", "https://m.sm.cn/s?q=1"):
        assert served.ask("https://c.example/", Referer=referer).text == "searched"
    assert served.ask("https://c.example/", Referer="https://notbaidu.example/").text == "desk"


def test_pictures_codes_downloads_redirects_and_texts(sites, serve):
    sites("m.example", https=False, pages={
        "/qr.png": {"qr": "https://s.example/r?id=5"}, "/ad.png": {"picture": ["电工证 免考", "139 0000 0001"]},
        "/app.apk": {"bytes": 200_000, "type": "application/vnd.android.package-archive", "attachment": "查询.apk"},
        "/go": {"redirect": "/到?a=1", "status": 301}, "/robots.txt": {"text": "User-agent: *\nDisallow: /x\n"},
        "/gone": {"text": "没有了", "status": 410}, "/a?id=1": {"text": "one"}, "/a": {"text": "any"}, "/中文": {"text": "han"}})
    served = serve()
    code, = zxingcpp.read_barcodes(Image.open(io.BytesIO(served.ask("http://m.example/qr.png").body)))
    assert code.text == "https://s.example/r?id=5"
    card = served.ask("http://m.example/ad.png")
    assert card.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(card.body)).width > 200
    app = served.ask("http://m.example/app.apk")
    assert (len(app.body), app.body[:4]) == (200_000, b"PK\x03\x04")
    assert app.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E6%9F%A5%E8%AF%A2.apk"
    assert served.ask("http://m.example/app.apk").body == app.body
    went = served.ask("http://m.example/go")
    assert (went.status, went.headers["Location"]) == (301, "/%E5%88%B0?a=1")
    assert served.ask("http://m.example/robots.txt").text.startswith("User-agent")
    assert served.ask("http://m.example/gone").status == 410
    assert [served.ask(f"http://m.example{p}").text for p in ("/a?id=1", "/a?id=2", "/%E4%B8%AD%E6%96%87")] == ["one", "any", "han"]


def test_a_host_without_robots_says_404(small):
    assert small.ask("https://a.example/robots.txt").status == 404


HOSTILE = {
    "nothing": b"",
    "no http": b"\x16\x03\x01 hello\r\n\r\n",
    "only a line": b"GET http://a.example/ HTTP/1.1\r\n",
    "absurd version": b"GET / HTTP/9.9\r\n\r\n",
    "long line": b"GET http://a.example/" + b"a" * 80_000 + b" HTTP/1.1\r\n\r\n",
    "many headers": b"GET http://old.example/ HTTP/1.1\r\n" + b"a: b\r\n" * 300 + b"\r\n",
    "no host": b"GET http:/// HTTP/1.1\r\n\r\n",
    "broken literal": b"GET http://[::1/ HTTP/1.1\r\n\r\n",
    "negative length": b"POST http://old.example/ HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    "split location": b"GET http://old.example/\x85x HTTP/1.1\r\n\r\n",
    "no tls in the tunnel": b"CONNECT a.example:443 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "unknown method": b"BREW http://old.example/ HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE)
def test_clients_that_talk_nonsense_harm_nobody(small, sent, capfd):
    sock = socket.create_connection(("127.0.0.1", small.port), timeout=10)
    with sock, contextlib.suppress(OSError):  # it may hang up in the middle of our sentence
        sock.sendall(sent)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65_536):
            pass
    assert small.ask("http://old.example/").status == 200
    assert "Traceback" not in capfd.readouterr().err


def test_clients_that_break_off_harm_nobody(sites, serve, capfd):
    sites("big.example", pages={"/f": {"bytes": 50_000_000}})
    served = serve()
    for _ in range(5):
        connection, target = served.connection("https://big.example/f")
        connection.request("GET", target)
        assert len(connection.getresponse().read(10_000)) == 10_000
        connection.close()
    with socket.create_connection(("127.0.0.1", served.port)) as sock:
        sock.sendall(b"CONNECT big.example:443 HTTP/1.1\r\n\r\n")
        sock.recv(100)
        context = ssl.create_default_context()
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(sock, server_hostname="big.example")  # does not trust the demo's authority
    assert served.ask("https://big.example/none").status == 404
    assert "Traceback" not in capfd.readouterr().err


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(small):
    with socket.create_connection(("127.0.0.1", small.port), timeout=5) as sock:
        sock.sendall(b"POST http://old.example/ HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"a=1")
        assert sock.makefile("rb").read().startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("url", ["http://old.example/", "https://a.example/"])
def test_a_server_may_answer_what_is_no_http(small, monkeypatch, url):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\ntorn"
    monkeypatch.setattr("demo.web.Web.answer", lambda self, request: Reply([answer[:20], answer[20:]], raw=True))
    with pytest.raises(http.client.IncompleteRead) as torn:
        small.ask(url)
    assert torn.value.partial == b"torn"


def test_streams_without_a_length_end(small, monkeypatch):
    monkeypatch.setattr("demo.web.Web.answer", lambda self, request: Reply(iter([b"one ", b"", b"two"])))
    assert small.ask("http://old.example/").body == b"one two"
    assert raw(small.port, "GET http://old.example/ HTTP/1.0", "", "").endswith(b"\r\n\r\none two")


def test_many_ask_at_once(small):
    wrong = []

    def work():
        connection, target = small.connection("https://a.example/")
        for _ in range(40):
            connection.request("GET", target, headers={"Host": "a.example"})
            if connection.getresponse().read().decode() != PAGE:
                wrong.append(1)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong
    assert len([line for line in small.lines() if line["method"] == "GET"]) == 480
