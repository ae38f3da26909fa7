"""What must stay private: files from their first byte, passwords out of the configuration, originals closed for all but key holders."""

import datetime
import os
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from evidence import custody, ids, sealing
from evidence.archive import WarcWriter
from evidence.config import ConfigError, load
from evidence.home import Home
from evidence.store import Store


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_store_vault_and_folders_are_their_owners_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        home = Home.at(tmp_path / "home")
        with Store.open(home) as store:
            run = store.begin_run("daily", "2026-01-02")
            writer = WarcWriter.create(home, run, "capture")
            opened = mode(next(home.warc.glob("*.open")))
            store.add_warc(writer.close())
            custody.stamp_head(store.db, home.heads)
            files = [home.store, *home.root.glob("dajia.sqlite-*"), home.heads, *home.warc.glob("*.warc.gz")]
            assert {p.name: oct(mode(p)) for p in files} == {p.name: "0o600" for p in files}
        assert opened == 0o600
        folders = [home.root, home.warc, home.exports, home.logs, home.scratch]
        assert {p.name: oct(mode(p)) for p in folders} == {p.name: "0o700" for p in folders}
    finally:
        os.umask(before)


@pytest.mark.parametrize(("section", "text", "says"), [
    ("network", 'proxy = "http://user:pw@proxy.example:8080"', "env:NAME"),
    ("network", 'proxy = "env:NO_SUCH_VARIABLE"', "not set"),
    ("network", 'proxy = "file:{shown}"', "chmod 600"),
    ("network", 'proxy = "file:/no/such/file"', "cannot be read"),
    ("frontier", 'url = "redis://:pw@queue.example:6379/0"', "env:NAME"),
], ids=["proxy password", "unset variable", "file others read", "no file", "queue password"])
def test_a_secret_in_the_wrong_place_is_refused(tmp_path, section, text, says):
    home, shown = Home.at(tmp_path / "h").prepare(), tmp_path / "shown"
    shown.write_text("http://user:pw@proxy.example:8080", encoding="utf-8")
    shown.chmod(0o644)
    home.config.write_text(f"[{section}]\n{text.format(shown=shown)}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as told:
        load(home)
    assert section in str(told.value)


@pytest.mark.parametrize("how", ["env", "file"])
def test_a_secret_comes_from_the_environment_or_a_file_of_its_own(tmp_path, monkeypatch, how):
    home, kept = Home.at(tmp_path / "h").prepare(), tmp_path / "kept"
    address = "http://user:pw@proxy.example:8080"
    monkeypatch.setenv("OUR_PROXY", address)
    kept.write_text(address + "\n", encoding="utf-8")
    kept.chmod(0o600)
    home.config.write_text(f'[network]\nproxy = "{"env:OUR_PROXY" if how == "env" else f"file:{kept}"}"\n', encoding="utf-8")
    assert load(home).network.proxy == address


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """keys(name, kind) → (certificate, key): PEM files of an invented holder."""
    folder = tmp_path_factory.mktemp("keys")

    def make(name, private):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key()).serial_number(1)
                .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=3650)).sign(private, hashes.SHA256()))
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.BestAvailableEncryption(b"word")))
        return certificate, key
    return {"one": make("one", rsa.generate_private_key(65537, 2048)), "two": make("two", rsa.generate_private_key(65537, 2048)),
            "curve": make("curve", ec.generate_private_key(ec.SECP256R1()))}


ORIGINAL = "姓名,证件号\n某某,000000000000000000\n".encode() * 50


def test_every_holder_opens_a_sealed_original_and_nobody_else(keys):
    closed = sealing.closed(ORIGINAL, [str(keys["one"][0])])
    assert sealing.is_closed(closed, ids.sha256(ORIGINAL))
    assert "某某".encode() not in closed
    assert sealing.opened(closed, *keys["one"], b"word", ids.sha256(ORIGINAL)) == ORIGINAL
    for holder, password in (("two", b"word"), ("one", b"wrong"), ("curve", b"word")):
        with pytest.raises(sealing.SealError):
            sealing.opened(closed, *keys[holder], password, ids.sha256(ORIGINAL))


def test_a_sealed_original_opens_without_dajia(keys, tmp_path):
    """With the ordinary tool of any system: evidence must not depend on this program."""
    (tmp_path / "closed").write_bytes(sealing.closed(ORIGINAL, [str(keys["one"][0])]))
    done = subprocess.run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", tmp_path / "closed", "-recip", keys["one"][0], "-inkey",
                           keys["one"][1], "-passin", "pass:word"], capture_output=True)
    assert done.stdout == ORIGINAL, done.stderr


@pytest.mark.parametrize("name", ["curve", "missing", "empty"])
def test_a_certificate_that_cannot_seal_is_refused_by_name(keys, tmp_path, name):
    (tmp_path / "empty").touch()
    path = keys["curve"][0] if name == "curve" else tmp_path / name
    with pytest.raises(sealing.SealError, match=path.name):
        sealing.closed(ORIGINAL, [str(path)])
