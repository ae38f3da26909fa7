"""Packages and a real time-stamp authority on loopback: stamped when sealed, or queued and laid beside later, called late."""

import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from evidence import custody, ids
from evidence.archive import Vault, WarcWriter
from evidence.config import Config
from evidence.home import Home
from evidence.records import Capture, Decision, Lead, Verdict
from evidence.store import Store
from exports.verify import verify
from review import packaging, stamping

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")

CNF = """[t]
serial = {dir}/serial
signer_cert = {dir}/tsa.pem
signer_key = {dir}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
[ext]
extendedKeyUsage = critical,timeStamping
[ca]
basicConstraints = critical,CA:TRUE
[req]
distinguished_name = dn
[dn]
"""


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A running authority; `.closed` True answers nothing, as from behind a closed network."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "t.cnf").write_text(CNF.format(dir=folder))
    (folder / "serial").write_text("01\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", folder / "t.cnf"]
    openssl("req", "-x509", *key, "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-subj", "/CN=Root", "-extensions", "ca")
    openssl("req", *key, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", "/CN=TSA")
    openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial", "-out",
            folder / "tsa.pem", "-extfile", folder / "t.cnf", "-extensions", "ext")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = folder / f"{ids.new_id()}.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            if server.closed:
                self.send_error(503)
                return
            openssl("ts", "-reply", "-queryfile", query, "-out", query.with_suffix(".tsr"), "-config", folder / "t.cnf", "-section", "t")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(query.with_suffix(".tsr").read_bytes())

        def log_message(self, *_):
            """Nothing is written."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.closed, server.root = False, folder / "ca.pem"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.config = Config.model_validate({"timestamps": {"authorities": [
        {"name": "local", "url": f"http://127.0.0.1:{server.server_port}/", "roots": [str(server.root)]}]}})
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def released(tmp_path, authority):
    """A store with one lead that two people released."""
    authority.closed = False
    with Store.open(Home.at(tmp_path / "home").prepare(), actor="test") as store:
        run, at, capture = store.begin_run("daily", "2026-03-09", {}), ids.utc_now(), ids.new_id()
        writer = WarcWriter.create(store.home, run, "capture")
        body = writer.response(capture_id=capture, url="http://a.example/", status=200, headers=[], body="<p>免考包过</p>".encode(),
                               media_type="text/html", started=at)
        store.add_warc(writer.close())
        store.add_capture(Capture(capture, run, "http://a.example/", "http://a.example/", at, at, "http", "desktop", "ok", 200, artifacts=(body,)))
        verdict = Verdict(ids.new_id(), capture, run, "r", "ad", "high", 80.0, body.sha256, at)
        store.add_verdict(verdict)
        lead = Lead(ids.new_id(), "ad", "a.example", "host", verdict.id, at)
        store.add_lead(lead)
        store.add_lead_verdict(lead.id, verdict.id)
        for move, who in (("confirm", "甲"), ("second", "乙")):
            store.add_decision(Decision(ids.new_id(), lead.id, move, who, "", verdict.id, at))
        yield store, lead


def build(store, lead, authority, folder):
    return packaging.build(store, Vault(store.home), lead, ["wangxinban"], folder, authority.config)[0]


def test_a_package_is_stamped_when_sealed_and_openssl_agrees(released, authority, tmp_path):
    store, lead = released
    assert stamping.stamp(store, authority.config)[1] == []  # the WARC and the head of the chain
    made = build(store, lead, authority, tmp_path / "out")
    said = openssl("ts", "-verify", "-data", made.path / "tagmanifest-sha256.txt", "-in", made.path / "timestamps/local.tsr", "-CAfile", authority.root)
    assert "Verification: OK" in said
    listed = json.loads((made.path / "data/timestamps/tokens.json").read_text())
    assert [row["subject"].endswith(".warc.gz") for row in listed] == [True]
    warc = store.home.warc / listed[0]["subject"]
    assert "OK" in openssl("ts", "-verify", "-data", warc, "-in", made.path / listed[0]["file"], "-CAfile", authority.root)
    assert {c.state for c in verify(made.zip, roots=[authority.root])} == {"verified"}
    assert "openssl ts -verify" in (made.path / "HOW-TO-VERIFY.txt").read_text(encoding="utf-8")


def test_behind_a_closed_network_the_token_is_queued_and_comes_late(released, authority, tmp_path):
    store, lead = released
    authority.closed = True
    made = build(store, lead, authority, tmp_path / "out")
    assert any("列入待签" in note for note in made.notes)
    assert not (made.path / "timestamps").exists()
    assert stamping.stamp(store, authority.config)[0] == 0
    authority.closed = False
    count, problems = stamping.stamp(store, authority.config)
    assert (count, problems) == (3, [])  # WARC, package, head
    beside = list((tmp_path / "out").glob("*.late-local.tsr"))
    assert len(beside) == 1
    claims = verify(made.zip, roots=[authority.root])
    assert {c.state for c in claims} == {"verified"}
    assert any(c.subject == beside[0].name and "补签" in c.detail for c in claims)


def test_the_head_of_the_chain_is_stamped_outside_the_database(released, authority):
    store, _ = released
    head = custody.stamp_head(store.db, store.home.heads)
    assert head in store.home.heads.read_text(encoding="utf-8")
    stamping.stamp(store, authority.config)
    row = store.one("SELECT subject_id, sha256 FROM tokens WHERE subject_kind = 'head'")
    stamped = store.one("SELECT hash FROM custody WHERE seq = ?", int(row["subject_id"]))["hash"]
    assert row["sha256"] == ids.sha256(stamped.encode())
    assert {c.state for c in verify(store.home.root, roots=[authority.root])} == {"verified"}
