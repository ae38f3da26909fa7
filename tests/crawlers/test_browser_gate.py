"""The gate alone, without a browser: raw bytes in, raw bytes out, nothing unchecked in between."""

import asyncio
import gzip
import socket
import types

import pytest

from crawlers.browsing.dialing import Dialer, NotReached, Origin
from crawlers.browsing.gate import Gate
from crawlers.browsing.gatekey import GateKey
from crawlers.browsing.recording import Limits, Recording
from evidence.config import Config


class Server:
    """Answers every connection with what `answers` says for the request target, raw, and closes when told "CLOSE"."""

    def __init__(self, answers):
        self.answers, self.asked, self.connections = answers, [], 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc):
        self.server.close()

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next((int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")), 0)
                self.asked.append(head + (await reader.readexactly(length) if length else b""))
                answer = self.answers[head.split(b" ")[1].decode().rpartition("/")[2]]
                writer.write(answer.removesuffix(b"CLOSE"))
                await writer.drain()
                if answer.endswith(b"CLOSE"):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


def dialer(port=0, **network):
    config = Config.model_validate({"network": {"connect_timeout": 2.0, "allow": [f"127.0.0.1:{port}"]} | network})
    return Dialer(types.SimpleNamespace(config=config, proxy_for=lambda url: config.network.proxy))


class Passed:
    """One client connection through a gate: `say` sends requests, `reply` is everything that came back."""

    def __init__(self, tmp_path, answers, seconds=3.0, **limits):
        self.tmp_path, self.answers, self.seconds, self.limits = tmp_path, answers, seconds, Limits(**limits)

    def say(self, *requests, pause=0.0):
        return asyncio.run(self._say(requests, pause))

    async def _say(self, requests, pause):
        async with Server(self.answers) as server:
            recording = Recording(self.limits)
            gate = Gate(dialer(server.port), recording, GateKey.make(self.tmp_path).context, self.seconds)
            await gate.open()
            reader, writer = await asyncio.open_connection("127.0.0.1", int(gate.address.rpartition(":")[2]))
            reply = b""
            for request in requests:
                writer.write(request.replace(b"PORT", str(server.port).encode()))
                await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(self.seconds + 2):
                    while not reply.endswith(b"END") and (data := await reader.read(65536)):
                        reply += data
            except TimeoutError:
                reply += b"(no end)"
            writer.close()
            await gate.close()
            await asyncio.sleep(0)
        self.server, self.recording = server, recording
        return reply


GET = b"GET http://127.0.0.1:PORT/%b HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX-Odd-Case: yes\r\nProxy-Connection: keep-alive\r\n\r\n"


def test_answers_pass_unchanged_and_are_recorded_without_their_chunks(tmp_path):
    chunked = (b"HTTP/1.1 203 Sort Of\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
               b"3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
    passed = Passed(tmp_path, {"c": chunked + b"CLOSE"})
    reply = passed.say(GET % b"c")
    assert reply == chunked
    (exchange,) = passed.recording.exchanges
    assert (exchange.status, exchange.reason, bytes(exchange.body)) == (203, "Sort Of", b"abcdefg")
    assert exchange.headers[:2] == (("X-A", "1"), ("x-a", "2")) and exchange.ip == "127.0.0.1" and not exchange.cut


def test_requests_pass_with_their_own_lines_and_none_of_the_gates(tmp_path):
    passed = Passed(tmp_path, {"a": b"HTTP/1.1 200 ok\r\nContent-Length: 3\r\n\r\nEND"})
    passed.say(GET % b"a")
    (asked,) = passed.server.asked
    assert asked == f"GET /a HTTP/1.1\r\nHost: 127.0.0.1:{passed.server.port}\r\nX-Odd-Case: yes\r\n\r\n".encode()


def test_a_connection_serves_several_requests_and_survives_a_server_that_hung_up(tmp_path):
    ok = b"HTTP/1.1 200 ok\r\nContent-Length: %d\r\n\r\n%b"
    passed = Passed(tmp_path, {"a": ok % (1, b"a"), "b": ok % (1, b"bCLOSE"), "c": ok % (3, b"END")})
    reply = passed.say(GET % b"a", GET % b"b", GET % b"c", pause=0.3)
    assert reply.count(b"200 ok") == 3
    assert [bytes(e.body) for e in passed.recording.exchanges] == [b"a", b"b", b"END"] and passed.server.connections == 2


def test_a_body_that_is_sent_reaches_the_server(tmp_path):
    passed = Passed(tmp_path, {"p": b"HTTP/1.1 200 ok\r\nContent-Length: 3\r\n\r\nEND"})
    passed.say(b"POST http://127.0.0.1:PORT/p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
    assert passed.server.asked[0].endswith(b"\r\n\r\nhello")


SHORT = {
    "a body shorter than it says": (b"HTTP/1.1 200 ok\r\nContent-Length: 99\r\n\r\nabcCLOSE", "disconnect", b"abc"),
    "a body that ends with the connection": (b"HTTP/1.1 200 ok\r\n\r\nabcCLOSE", "", b"abc"),
    "a body that never ends": (b"HTTP/1.1 200 ok\r\nContent-Length: 99\r\n\r\nabc", "time", b"abc"),
    "a body beyond the limit": (b"HTTP/1.1 200 ok\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000, "length", b""),
    "a bomb, kept as it came": (b"HTTP/1.1 200 ok\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"0" * 99_000, mtime=0) + b"CLOSE",
                                "bomb", gzip.compress(b"0" * 99_000, mtime=0)),
    "an installer": (b"HTTP/1.1 200 ok\r\nContent-Type: application/vnd.android.package-archive\r\n\r\nPK", "download", b""),
    "an attachment": (b"HTTP/1.1 200 ok\r\nContent-Disposition: Attachment; filename=../../a\r\n\r\nPK", "download", b""),
}


@pytest.mark.parametrize(("answer", "cut", "body"), SHORT.values(), ids=SHORT.keys())
def test_what_is_short_is_said_to_be(tmp_path, answer, cut, body):
    passed = Passed(tmp_path, {"a": answer}, seconds=0.5, body=5000)
    passed.say(GET % b"a")
    (exchange,) = passed.recording.exchanges
    assert (exchange.cut, bytes(exchange.body)) == (cut, body)


FAILED = {
    "no answer": (b"", b"", "timeout: "),
    "a line that is no HTTP": (b"SSH-2.0-x\r\n\r\nCLOSE", b"", "broken: "),
    "a head of 300 kB": (b"HTTP/1.1 200 ok\r\nX: " + b"y" * 300_000 + b"\r\n\r\n", b"", "broken: "),
    "an address in disguise": (b"", b"GET http://0x7f.1:22/ HTTP/1.1\r\n\r\n", "refused: 127.0.0.1 is loopback"),
    "metadata": (b"", b"GET http://169.254.169.254/latest HTTP/1.1\r\n\r\n", "refused: 169.254.169.254 is link-local"),
    "this machine by name": (b"", b"GET http://localhost:PORT/a HTTP/1.1\r\n\r\n", "refused: localhost"),
}


@pytest.mark.parametrize(("answer", "request_line", "why"), FAILED.values(), ids=FAILED.keys())
def test_what_did_not_come_is_told_with_its_reason_and_answered_502(tmp_path, answer, request_line, why):
    passed = Passed(tmp_path, {"a": answer}, seconds=0.5)
    reply = passed.say(request_line or GET % b"a")
    (exchange,) = passed.recording.exchanges
    assert exchange.failed.startswith(why) and not exchange.status
    assert reply.startswith(b"HTTP/1.1 502 ")


def test_a_page_that_is_being_captured_goes_nowhere(tmp_path):
    passed = Passed(tmp_path, {"a": b"HTTP/1.1 200 ok\r\nContent-Length: 3\r\n\r\nEND"})
    made = Recording(Limits())
    made.frozen = True
    passed.limits = Limits()

    async def go():
        async with Server(passed.answers) as server:
            gate = Gate(dialer(server.port), made, GateKey.make(tmp_path).context, 1.0)
            await gate.open()
            reader, writer = await asyncio.open_connection("127.0.0.1", int(gate.address.rpartition(":")[2]))
            asked = (GET % b"a").replace(b"PORT", str(server.port).encode())
            writer.write(asked.replace(b"X-Odd-Case: yes", b"Upgrade-Insecure-Requests: 1"))
            reply = await reader.read()
            writer.close()
            await gate.close()
            return reply, server.asked

    reply, asked = asyncio.run(go())
    assert reply.startswith(b"HTTP/1.1 204 ") and asked == []


REBINDING = {
    "a private address": ["10.0.0.7"], "a public one beside this machine": ["203.0.113.9", "127.0.0.1"],
    "metadata over IPv6": ["fd00:ec2::254"], "this machine inside IPv6": ["::ffff:127.0.0.1"],
}


@pytest.fixture
def names(monkeypatch):
    """Stands in for the machine's resolver: each lookup of a name takes the next of its answers."""
    answers, asked = {}, []

    def lookup(host, port, *more, **named):
        if host in answers:
            asked.append(host)
            found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
            return [(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 0)) for a in found]
        return real(host, port, *more, **named)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return answers, asked


@pytest.mark.parametrize("addresses", REBINDING.values(), ids=REBINDING.keys())
def test_a_name_that_leads_home_is_refused(names, addresses):
    names[0]["a.example"] = [addresses]
    with pytest.raises(NotReached, match=r"refused: a\.example resolves to"):
        asyncio.run(dialer().dial(Origin("http", "a.example", 80)))


def test_a_name_that_answers_differently_the_second_time_gains_nothing(names):
    names[0]["a.example"] = [["198.18.0.1"], ["127.0.0.1"]]
    with pytest.raises(NotReached, match=r"198\.18\.0\.1"):
        asyncio.run(dialer().dial(Origin("http", "a.example", 80)))
    names[0]["b.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    with pytest.raises(AssertionError, match=r"reach '93\.184\.216\.34'"):  # the very address that was checked is dialled
        asyncio.run(dialer().dial(Origin("http", "b.example", 80)))
    assert names[1].count("b.example") == 1


def test_a_proxy_resolves_and_is_given_its_password(monkeypatch):
    async def go():
        async with Server({"a.example:443": b"HTTP/1.1 407 no\r\n\r\nCLOSE"}) as server:
            monkeypatch.setenv("OUR_PROXY", f"http://u:p%40ss@127.0.0.1:{server.port}")
            with pytest.raises(NotReached, match="blocked: the proxy answered 407"):
                await dialer(proxy="env:OUR_PROXY").dial(Origin("https", "a.example", 443))
            return server.asked

    (asked,) = asyncio.run(go())
    assert b"Proxy-Authorization: Basic dTpwQHNz\r\n" in asked
    with pytest.raises(NotReached, match="only http:// proxies"):
        asyncio.run(dialer(proxy="socks5://127.0.0.1:1").dial(Origin("https", "a.example", 443)))
