"""New names that look like official ones: told once, never called absent for want of an answer, queued for capture."""

import base64
import datetime
import gzip
import http.server
import json
import struct
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import ctlogs, feeds
from evidence import lookouts
from evidence.config import Config
from evidence.frontier import Frontier
from evidence.store import Store
from exports.verify_rows import row_claims
from review.cli import cli
from review.lookalikes import Wanted, generated, look_out

FAKE, OTHER = "cx-mem-gov-cn.top", "mem-gov-cn.cn"


@pytest.fixture
def config(name_server):
    def make(servers=None, **feed):
        return Config.model_validate({"network": {"resolvers": servers or [name_server.address], "connect_timeout": 0.4,
                                                  "allow": feed.pop("allow", [])}, "feeds": feed})
    return make


@pytest.fixture
def listed(tmp_path):
    def write(*names, name="新注册.txt", data=None):
        path = tmp_path / name
        path.write_bytes(data if data is not None else "\n".join(names).encode())
        return path
    return write


@pytest.fixture
def look(store, config):
    """look(Wanted(…)) in a run of its own."""
    def go(wanted, made=None, band=""):
        run = store.begin_run("lookalikes", "2026-11-25")
        return look_out(store, made or config(), run, wanted, band)
    return go


def names(seen):
    return {(n.name, n.state) for n in seen.new}


def queued(store):
    return [json.loads(r["payload"]) for r in store.rows("SELECT payload FROM frontier WHERE lane = 'plain' ORDER BY key")]


def test_what_a_list_holds_is_judged_resolved_and_queued(store, look, listed, name_server):
    name_server.names[FAKE] = {"A": ["203.0.113.5"]}
    seen = look(Wanted(files=(listed(FAKE, OTHER, "shop.example.com", "cx.mem.gov.cn", "not a name"),)))
    assert names(seen) == {(FAKE, "yes"), (OTHER, "no")} and dict(seen.addresses) == {"queued": 1}
    assert seen.scanned == 4 and seen.feeds == {"feed:新注册.txt": "ok"} and seen.problems == []
    (payload,) = queued(store)
    row = store.one("SELECT * FROM lookalikes WHERE name = ? AND state = 'yes'", FAKE)
    assert (payload["url"], payload["why"], payload["origin"]) == (f"http://{FAKE}/", "lookalike", row["id"])
    assert row["imitates"] == "cx.mem.gov.cn" and json.loads(row["addresses"]) == ["203.0.113.5"] and json.loads(row["reasons"])
    assert "1 行不是域名" in store.one("SELECT detail FROM v_coverage WHERE source = 'feed:新注册.txt'")["detail"]
    assert [c.state for c in row_claims(store.db) if c.state != "verified"] == [], "every row answers to the custody chain"


def test_only_what_is_new_is_told(store, look, listed, name_server):
    name_server.names[FAKE] = {"A": ["203.0.113.5"]}
    path = listed(FAKE, OTHER)
    look(Wanted(files=(path,)))
    asked = len(name_server.asked)
    again = look(Wanted(files=(path,)))
    assert again.new == [] and not again.addresses and (FAKE, "A") not in name_server.asked[asked:], "a known one is not asked again"
    name_server.names[OTHER] = {"A": ["203.0.113.6"]}
    later = look(Wanted())
    assert names(later) == {(OTHER, "yes")}, "a name that was listed before its site came up is watched on"


TROUBLE = {"a broken server": "SERVFAIL", "a refusing server": "REFUSED", "a silent one": "silent", "a garbled reply": "garbage"}


@pytest.mark.parametrize("words", TROUBLE)
def test_no_answer_is_unknown_and_never_no(store, look, listed, name_server, words):
    name_server.names[FAKE] = TROUBLE[words]
    seen = look(Wanted(files=(listed(FAKE),)))
    assert dict(seen.states) == {"unknown": 1} and lookouts.states(store, [FAKE]) == {FAKE: "unknown"} and queued(store) == []
    name_server.names[FAKE] = {"A": ["203.0.113.5"]}
    assert names(look(Wanted())) == {(FAKE, "yes")}, "it is asked again next time"


def test_a_wildcard_parent_is_told_and_its_name_still_looked_at(store, look, listed, name_server):
    name_server.wildcards["farm.top"] = {"A": ["203.0.113.9"]}
    seen = look(Wanted(files=(listed("cx-mem-gov-cn.farm.top"),)))
    (one,) = [n for n in seen.new if n.state == "yes"]
    assert one.wildcard and dict(seen.addresses) == {"queued": 1}


def test_an_ending_that_answers_for_anything_proves_nothing(store, look, listed, name_server):
    name_server.wildcards["top"] = {"A": ["203.0.113.9"]}
    seen = look(Wanted(files=(listed(FAKE),)))
    assert dict(seen.states) == {"unknown": 1} and queued(store) == []
    name_server.names[FAKE] = {"A": ["203.0.113.5"]}
    assert names(look(Wanted())) == {(FAKE, "yes")}, "another address than everybody's is an answer"


def test_without_name_servers_it_ends_soon_and_says_so(store, look, config):
    import time

    began = time.monotonic()
    seen = look(Wanted(watchlist=True), config(servers=["127.0.0.1:1"]))
    assert time.monotonic() - began < 15
    assert not seen.resolved and "没有应答不等于没有注册" in seen.problems[0] and seen.scanned > 5_000
    assert store.one("SELECT count(*) AS n FROM lookalikes WHERE state = 'no'")["n"] == 0


def test_generated_names_are_ranked_and_leave_the_official_zone(look, name_server):
    made = generated(["cx.mem.gov.cn"], False)
    assert {one.imitates for one in made} == {"cx.mem.gov.cn"} and len(made) > 100
    assert not [one.name for one in made if one.name.endswith(".gov.cn")]
    name_server.names["cx-mem-gov-cn.com"] = {"A": ["203.0.113.5"]}
    assert ("cx-mem-gov-cn.com", "yes") in names(look(Wanted(hosts=("https://cx.mem.gov.cn/special",))))


BAD_LISTS = {
    "a web page": (b"<html>not found</html>", "layout", "不是每行一个域名"),
    "a torn gzip": (gzip.compress(b"a.cn\n" * 1000)[:-9], "degraded", "gzip 不完整"),
    "no gzip after all": (b"\x1f\x8bgarbage", "degraded", "不是完好的 gzip"),
    "nothing": (b"\n\n", "empty", ""),
}


@pytest.mark.parametrize("words", BAD_LISTS)
def test_a_list_that_is_none_is_told(words, listed):
    data, state, said = BAD_LISTS[words]
    feed = feeds.from_file(listed(data=data))
    assert feed.state == state and said in feed.detail


def test_a_list_that_is_not_there_is_unreachable(tmp_path, look):
    seen = look(Wanted(files=(tmp_path / "none.txt",)))
    assert seen.feeds == {"feed:none.txt": "unreachable"} and "none.txt" in seen.problems[0]


def test_a_packed_list_is_read(listed):
    two = gzip.compress(b"a.cn\n") + gzip.compress(b"b.cn\n")
    assert list(feeds.from_file(listed(data=two, name="a.gz")).lines) == [b"a.cn", b"b.cn"]


# -- certificate logs ---------------------------------------------------------------------------------------------


def certificate(*dns):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, dns[0])])
    now = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
            .not_valid_before(now).not_valid_after(now + datetime.timedelta(90))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in dns]), critical=False)
            .sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def entry(*dns, pre=False):
    der = certificate(*dns)
    body = len(der).to_bytes(3, "big") + der
    head = struct.pack(">BBQH", 0, 0, 1, 1 if pre else 0)
    leaf = head + (b"\0" * 32 + b"\0\0\1x" if pre else body) + b"\0\0"
    return {"leaf_input": base64.b64encode(leaf).decode(), "extra_data": base64.b64encode(body if pre else b"\0\0\0").decode()}


class Log:
    """An RFC 6962 log on loopback: `entries`, how many it gives at once, from where on, and what it says its size is."""

    def __init__(self):
        self.entries, self.at_once, self.oldest, self.size, self.asked, self.status = [], 3, 0, None, [], 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                status, said = outer.answer(urlsplit(self.path))
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.place}/2026h2"

    def answer(self, parts):
        self.asked.append(parts.path + "?" + parts.query)
        if self.status != 200:
            return self.status, {}
        if parts.path.endswith("/get-sth"):
            return 200, {"tree_size": len(self.entries) if self.size is None else self.size}
        query = parse_qs(parts.query)
        start, end = int(query["start"][0]), int(query["end"][0])
        if start < self.oldest:
            return 400, {"error_message": "pruned"}
        return 200, {"entries": self.entries[start:min(end + 1, start + self.at_once)]}


@pytest.fixture
def log():
    made = Log()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def read(store, look, config, log):
    def go(skip_gap=False, **feed):
        return look(Wanted(logs=(log.url,), skip_gap=skip_gap), config(allow=[log.place], **feed))
    return go


def windows(store):
    return [(r["first"], r["next"], r["size"], r["missed"]) for r in store.rows("SELECT * FROM ct_windows ORDER BY at")]


def test_a_log_is_read_on_from_where_the_last_run_stopped(store, read, log, name_server):
    name_server.names[FAKE] = {"A": ["203.0.113.5"]}
    log.entries = [entry(f"site{n}.example.com") for n in range(7)]
    first = read(ct_backlog=5)
    assert windows(store) == [(2, 7, 7, 0)] and first.scanned == 5 and first.new == []
    log.entries += [entry("a.example.com"), entry(f"*.{FAKE}", FAKE, pre=True), {"leaf_input": "broken"}]
    second = read(ct_backlog=5)
    assert windows(store)[1] == (7, 10, 10, 0) and names(second) == {(FAKE, "yes")}
    assert queued(store)[0]["url"] == f"https://{FAKE}/", "it has a certificate"
    assert "1 条读不懂" in store.one("SELECT detail FROM source_runs ORDER BY at DESC LIMIT 1")["detail"]
    assert read().feeds == {f"ct:{log.place}/2026h2": "empty"} and second.problems == []


def test_what_was_not_read_to_the_end_is_an_alarm_and_goes_on_next_time(store, read, log):
    log.entries = [entry(f"s{n}.example.com") for n in range(9)]
    seen = read(ct_entries=4, ct_backlog=9)
    assert windows(store) == [(0, 4, 9, 0)] and "还差 5 条" in seen.problems[0]
    read(ct_entries=9)
    assert windows(store)[1] == (4, 9, 9, 0)


def test_entries_that_are_gone_are_an_alarm_until_a_person_skips_them(store, read, log):
    log.entries = [entry("a.example.com")] * 3
    read(ct_backlog=3)
    log.entries, log.oldest = [entry("a.example.com")] * 12, 8
    stuck = read(ct_backlog=2)
    assert "第 3 条起读不到" in stuck.problems[0] and windows(store)[1] == (3, 3, 12, 0)
    skipped = read(ct_backlog=2, skip_gap=True)
    assert windows(store)[2] == (10, 12, 12, 7) and "跳过 7 条" in skipped.problems[0]


ALARMS = {
    "a log that shrank": ({"size": 1}, "变短了", "degraded"),
    "a log that does not answer": ({"status": 503}, "读不到日志", "unreachable"),
    "a log of another kind": ({"size": "many"}, "static-CT", "unreachable"),
    "a log that gives nothing": ({"at_once": 0, "size": 9}, "给不出内容", "degraded"),
}


@pytest.mark.parametrize("words", ALARMS)
def test_every_way_a_log_can_fail_is_an_alarm(store, read, log, words):
    log.entries = [entry("a.example.com")] * 3
    read(ct_backlog=3)
    change, said, state = ALARMS[words]
    for name, value in change.items():
        setattr(log, name, value)
    seen = read(ct_backlog=3)
    assert said in seen.problems[0] and list(seen.feeds.values()) == [state]
    if state == "unreachable":
        assert len(windows(store)) == 1, "the cursor stays where it was"


def test_names_of_a_log_survive_a_resolver_that_is_down(store, look, config, log, name_server):
    log.entries = [entry(FAKE)]
    look(Wanted(logs=(log.url,)), config(servers=["127.0.0.1:1"], allow=[log.place]))
    assert lookouts.states(store, [FAKE]) == {FAKE: "unknown"}
    name_server.names[FAKE] = {"A": ["203.0.113.5"]}
    assert names(look(Wanted())) == {(FAKE, "yes")}


@given(st.binary(max_size=200), st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_entry_is_names_or_unreadable(leaf, extra):
    told = {"leaf_input": base64.b64encode(leaf).decode(), "extra_data": base64.b64encode(extra).decode()}
    found = ctlogs.entry_names(told)
    assert found is None or isinstance(found, list)


@given(st.lists(st.from_regex(r"(\*\.)?[a-z]{1,8}\.(cn|com)", fullmatch=True), min_size=1, max_size=4), st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_names_of_a_certificate_come_out_once_without_stars(dns, pre):
    assert ctlogs.entry_names(entry(*dns, pre=pre)) == list(dict.fromkeys(n.removeprefix("*.") for n in dns))


# -- the command and the daily run --------------------------------------------------------------------------------


def configure(home, name_server, more=""):
    home.prepare()
    home.config.write_text(f'[network]\nresolvers = ["{name_server.address}"]\nconnect_timeout = 0.5\n{more}\n', encoding="utf-8")


def invoke(home, *arguments):
    return CliRunner().invoke(cli, ["--home", str(home.root), "lookalikes", *arguments], standalone_mode=False)


def test_the_command_lists_without_network(home):
    result = invoke(home, "cx.mem.gov.cn", "--no-dns", "--json")
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert result.return_value == 0 and len(rows) > 100 and rows[0]["imitates"] == "cx.mem.gov.cn" and not home.store.exists()


def test_the_command_tells_what_is_new_and_leaves_it_to_the_next_run(home, name_server, listed):
    configure(home, name_server)
    name_server.names[FAKE] = {"A": ["203.0.113.5"]}
    path = str(listed(FAKE, OTHER))
    result = invoke(home, "--feed", path)
    assert result.return_value == 0 and FAKE in result.output and OTHER not in result.output and "1 个已列入抓取" in result.output
    assert "没有新出现的仿冒域名" in invoke(home, "--feed", path).output
    with Store.open(home) as store:
        run = store.begin_run("daily", "2026-11-25")
        assert Frontier(store).adopt(run) == 1


def test_unknowns_are_never_told_as_nothing(home, name_server, listed):
    configure(home, name_server)
    name_server.names[FAKE] = "SERVFAIL"
    assert "解析不全" in invoke(home, "--feed", str(listed(FAKE))).output


MISTAKES = {
    "nothing to look at": ([], "feeds"),
    "no such file": (["--feed", "/nowhere/x.txt"], "/nowhere/x.txt"),
    "no host": (["not a host"], "主机名"),
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_users_mistake_is_told(home, name_server, words):
    arguments, said = MISTAKES[words]
    configure(home, name_server)
    result = invoke(home, *arguments)
    assert said in str(result.exception)


def test_the_configured_feeds_are_a_stage_of_the_daily_run(home, name_server, listed, monkeypatch):
    import io

    from review import daily as chain
    from review.processes import Outcome
    from review.progress import Reporter

    name_server.names[FAKE] = {"A": ["203.0.113.5"]}
    configure(home, name_server, f'[feeds]\nfiles = ["{listed(FAKE)}", "/nowhere/x.txt"]')
    asked = []
    monkeypatch.setattr(chain, "crawl", lambda stage, *a, **k: asked.append(stage) or Outcome(0))
    monkeypatch.setattr(chain, "export_daily", lambda *a, **k: {})
    out = io.StringIO()
    result = chain.daily(home, Reporter(out))
    assert asked[:2] == ["discover", "capture"] and "新列入抓取 1 个" in out.getvalue()
    assert result.code == 1 and any("x.txt" in p for p in result.problems), "a feed that is not there is no quiet day"
    assert result.sources["feed:新注册.txt"] == "ok" and result.sources["feed:x.txt"] == "unreachable"
