"""RFC 3161 tokens from a real authority on loopback: openssl behind a small HTTP server."""

import shutil
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from evidence import ids, timestamps
from evidence.archive import WarcWriter
from evidence.config import Config
from evidence.timestamps import Pending, TimestampError, ask, stamp_pending

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")

CNF = """[tsa]
default_tsa = t
[t]
dir = {dir}
serial = {dir}/serial
crypto_device = builtin
signer_cert = {dir}/tsa.pem
certs = {dir}/ca.pem
signer_key = {dir}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
[ext]
extendedKeyUsage = critical,timeStamping
basicConstraints = critical,CA:FALSE
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[req]
distinguished_name = dn
[dn]
"""


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def authority_at(folder):
    """A certificate authority and a time-stamp key under it."""
    folder.mkdir()
    (folder / "t.cnf").write_text(CNF.format(dir=folder))
    (folder / "serial").write_text("01\n")
    config = str(folder / "t.cnf")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{folder}/ca.key", "-out",
            f"{folder}/ca.pem", "-subj", "/CN=Test Root", "-days", "3", "-config", config, "-extensions", "ca")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{folder}/tsa.key", "-out",
            f"{folder}/tsa.csr", "-subj", "/CN=Test TSA", "-config", config)
    openssl("x509", "-req", "-in", f"{folder}/tsa.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key", "-CAcreateserial", "-out",
            f"{folder}/tsa.pem", "-days", "2", "-extfile", config, "-extensions", "ext")
    return folder


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    """A running authority; `.url`, `.root`, `.answer` (None: the honest one)."""
    root = tmp_path_factory.mktemp("tsa")
    folder = authority_at(root / "a")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            body = server.answer if server.answer is not None else reply_to(folder, query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answer, server.root, server.folder = None, str(folder / "ca.pem"), folder
    server.url = f"http://127.0.0.1:{server.server_port}/tsa"
    server.other = authority_at(root / "b")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def reply_to(folder, query):
    name = folder / f"{ids.new_id()}.tsq"
    name.write_bytes(query)
    openssl("ts", "-reply", "-queryfile", str(name), "-out", str(name) + ".tsr", "-config", str(folder / "t.cnf"), "-section", "t")
    return (folder / (name.name + ".tsr")).read_bytes()


def config(url, root, **named):
    return Config.model_validate({"timestamps": {"authorities": [{"name": "test", "url": url, "roots": [root]}], **named}})


@pytest.fixture
def stamping(tsa):
    tsa.answer = None
    return config(tsa.url, tsa.root)


def test_a_token_is_had_and_openssl_agrees(tsa, stamping, tmp_path):
    (tmp_path / "data").write_bytes(b"evidence")
    token, stamped = ask(stamping.timestamps.authorities[0], ids.sha256(b"evidence"))
    (tmp_path / "t.tsr").write_bytes(token)
    assert stamped.endswith("Z")
    openssl("ts", "-verify", "-data", str(tmp_path / "data"), "-in", str(tmp_path / "t.tsr"), "-CAfile", tsa.root)


def test_a_token_under_another_root_is_refused(tsa):
    other = config(tsa.url, str(tsa.other / "ca.pem")).timestamps.authorities[0]
    tsa.answer = None
    with pytest.raises(TimestampError, match="根证书下不成立"):
        ask(other, ids.sha256(b"x"))


@pytest.mark.parametrize("answer", [b"", b"<html>maintenance</html>", b"0" * 400_000], ids=["nothing", "a web page", "endless"])
def test_what_is_no_token_is_refused(tsa, stamping, answer):
    tsa.answer = answer
    with pytest.raises(TimestampError, match="test"):
        ask(stamping.timestamps.authorities[0], ids.sha256(b"x"))


def test_a_token_of_another_request_is_refused(tsa, stamping):
    old, _ = ask(stamping.timestamps.authorities[0], ids.sha256(b"x"))
    tsa.answer = old
    with pytest.raises(TimestampError, match="不成立"):
        ask(stamping.timestamps.authorities[0], ids.sha256(b"x"))  # the nonce differs


@pytest.fixture
def warc(store):
    run = store.begin_run("daily", "2026-01-02")
    writer = WarcWriter.create(store.home, run, "t")
    record = writer.close()
    store.add_warc(record)
    return record


def test_what_waits_is_stamped_once_and_kept_in_the_chain(store, warc, stamping):
    made, problems = stamp_pending(store, stamping)
    assert problems == []
    assert {t.subject_kind for t in made} == {"warc", "head"}
    assert timestamps.tokens(store.db, "warc", warc.name)[0].sha256 == warc.sha256
    assert not made[0].late
    assert [e["event"] for e in store.rows("SELECT event FROM custody ORDER BY seq DESC LIMIT 2")] == ["stamped", "stamped"]
    assert stamp_pending(store, stamping) == ([], [])


def test_offline_the_queue_stays_and_a_later_token_is_marked_late(store, warc, tsa):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    made, problems = stamp_pending(store, config(f"http://127.0.0.1:{closed}/", tsa.root))
    assert made == []
    assert "没有应答" in problems[0]
    tsa.answer = None
    waiting = Pending("warc", warc.name, warc.sha256, "2026-01-02T00:00:00.000000Z")
    reply, stamped = ask(config(tsa.url, tsa.root).timestamps.authorities[0], warc.sha256)
    assert timestamps.add(store, config(tsa.url, tsa.root), waiting, "test", reply, stamped).late


def test_a_root_that_cannot_be_read_is_named(tsa, tmp_path):
    tsa.answer = None
    with pytest.raises(TimestampError, match="roots"):
        ask(config(tsa.url, str(tmp_path / "none.pem")).timestamps.authorities[0], ids.sha256(b"x"))


@pytest.mark.parametrize(("change", "said"), [
    ({"name": "../x"}, "name"), ({"url": "ftp://a/"}, "url"), ({"roots": []}, "roots"),
], ids=["name", "url", "roots"])
def test_a_wrong_configuration_is_named(change, said):
    values = {"name": "a", "url": "http://a.example/", "roots": ["r.pem"]} | change
    with pytest.raises(ValueError, match=said):
        Config.model_validate({"timestamps": {"authorities": [values]}})
