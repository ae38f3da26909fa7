"""The environment record: what a machine could have falsified is looked at, and each check says how it ended."""

import json
import socket
import struct
import threading
import time

import pytest

from evidence.config import Config
from review import environment, machine


@pytest.fixture
def time_server():
    """An NTP server on loopback whose clock is `shift` seconds ahead; `answer` may spoil its reply."""
    class Server:
        shift, place = 0.0, ""

        @staticmethod
        def answer(reply):
            return reply

    talk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    talk.bind(("127.0.0.1", 0))
    Server.place = f"127.0.0.1:{talk.getsockname()[1]}"

    def serve():
        while True:
            asked, whom = talk.recvfrom(512)
            if asked == b"stop":
                return
            now = struct.pack("!Q", int((time.time() + Server.shift + 2_208_988_800) * 2**32))
            reply = b"\x24\x02\x06\xec" + bytes(20) + asked[40:48] + now + now
            if (made := Server.answer(reply)) is not None:
                talk.sendto(made, whom)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Server
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"stop", talk.getsockname())
    thread.join()
    talk.close()


def looked(**network):
    made = machine.look(Config.model_validate({"network": {"connect_timeout": 1} | network, "browser": {"enabled": False}}))
    return made, {c["name"]: c for c in made["checks"]}


@pytest.mark.parametrize(("shift", "result"), [(0.0, "pass"), (-1.5, "pass"), (7.25, "fail"), (-3600.0, "fail")])
def test_the_clock_is_compared_and_its_source_named(time_server, shift, result):
    time_server.shift = shift
    made, checks = looked(time_server=time_server.place)
    assert made["clock_offset_seconds"] == pytest.approx(shift, abs=0.5)
    assert checks["时钟"]["result"] == result
    assert time_server.place in made["clock"]


@pytest.mark.parametrize("answer", [
    lambda r: r[:40], lambda r: b"\x24\x00" + r[2:], lambda r: b"\xe4" + r[1:], lambda r: b"\x23" + r[1:],
    lambda r: r[:24] + b"12345678" + r[32:], lambda r: b"", lambda r: None,
], ids=["short", "kiss of death", "not synchronised", "a client's", "of another question", "empty", "silent"])
def test_a_time_server_that_does_not_say_gives_no_offset(time_server, answer):
    time_server.answer = answer
    made, checks = looked(time_server=time_server.place, connect_timeout=0.2)
    assert made["clock_offset_seconds"] is None
    assert checks["时钟"]["result"] == "fail"
    assert "仅为抓取机时钟的陈述" in made["clock"]


@pytest.mark.parametrize(("text", "sent"), [
    ("127.0.0.1 localhost\n::1 ip6-localhost ip6-loopback\n# 10.0.0.1 www.mem.gov.cn\n", []),
    ("192.0.2.9 cx.mem.gov.cn  # 改写\n", ["cx.mem.gov.cn → 192.0.2.9"]),
    ("0.0.0.0 a.example b.example\n", ["a.example → 0.0.0.0", "b.example → 0.0.0.0"]),
    ("127.0.0.1 cx.mem.gov.cn\n", ["cx.mem.gov.cn → 127.0.0.1"]),
    ("", []), ("\xff\xfe what is this\n", ["what → ÿþ", "is → ÿþ", "this → ÿþ"]),
], ids=["usual", "an official name elsewhere", "several", "blocked at home", "empty", "no hosts file"])
def test_names_that_the_hosts_file_sends_elsewhere(tmp_path, text, sent):
    (tmp_path / "hosts").write_text(text, encoding="utf-8")
    made = machine._hosts(tmp_path / "hosts")
    assert made["redirects"] == sent
    assert made["check"][0] is (not sent)


def test_an_unreadable_hosts_file_is_not_a_clean_one(tmp_path):
    assert machine._hosts(tmp_path / "none")["check"][0] is None


@pytest.mark.parametrize(("answer", "result"), [
    ({"A": ["93.184.216.34"]}, "pass"), ({"A": ["10.1.2.3"]}, "fail"), ("SERVFAIL", "fail"), ({}, "fail"),
], ids=["public", "inside", "failure", "nothing"])
def test_what_the_resolvers_answer_is_kept(name_server, answer, result):
    name_server.names["www.example.test"] = answer
    made, checks = looked(resolvers=[name_server.address], control="www.example.test")
    assert checks["域名解析"]["result"] == result
    assert next(iter(made["resolvers"].values()))["name"] == "www.example.test"


def test_what_was_not_looked_at_is_not_called_well(monkeypatch):
    monkeypatch.setattr(machine, "_said", lambda command, seconds=5.0: "")
    machine.fonts.cache_clear()
    _, checks = looked()
    machine.fonts.cache_clear()
    assert {checks[n]["result"] for n in ("域名解析", "时钟", "浏览器", "中文字体")} == {"not-checked"}


def test_the_record_is_plain_data_with_a_digest_of_every_program(tmp_path):
    told = environment.describe(Config.model_validate({"browser": {"enabled": False}, "operator": {"unit": "某办"}}))
    assert json.loads(json.dumps(told)) == told
    assert {"dajia", "python"} <= set(told["programs"])
    assert all(len(d) == 64 for d in told["programs"].values())
    assert told["operator"]["unit"] == "某办"
    assert {c["result"] for c in told["checks"]} <= {"pass", "fail", "not-checked"}


@pytest.mark.browser
def test_the_browser_is_named_with_the_digest_of_its_program():
    made = machine.look(Config())
    check = next(c for c in made["checks"] if c["name"] == "浏览器")
    if check["result"] == "pass":
        assert made["browser"].startswith("Chromium ")
        assert len(made["browser_sha256"]) == 64
