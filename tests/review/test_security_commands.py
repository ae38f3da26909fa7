"""`dajia unseal` and `dajia audit`: who took an original out is kept; known holes are told with the age of what is known."""

import json
import zipfile

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from evidence import ids
from evidence.store import Store
from exports.verify import verify
from review import advisories
from review.cli import cli

TABLE = "编号,内容\n1,街边电线杆上贴着“电工证免考”，电话 139 0000 0001，投诉人 某某\n"


def dajia(home, *arguments):
    return CliRunner().invoke(cli, ["--home", str(home.root), *map(str, arguments)], standalone_mode=False)


@pytest.fixture
def holder(tmp_path):
    """An invented key holder: certificate and key, PEM."""
    import datetime

    private = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "holder")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(1)
            .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650)).sign(private, hashes.SHA256()))
    (tmp_path / "c.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "k.pem").write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                           serialization.NoEncryption()))
    return tmp_path / "c.pem", tmp_path / "k.pem"


@pytest.mark.parametrize("sealed", [False, True], ids=["stored open", "sealed"])
def test_an_original_comes_out_by_name_and_as_it_was(home, tmp_path, holder, sealed):
    if sealed:
        home.config.write_text(f'[seal]\ncertificates = ["{holder[0]}"]\n', encoding="utf-8")
    table = tmp_path / "举报.csv"
    table.write_text(TABLE, encoding="utf-8")
    done = dajia(home, "import", "tips", table, "--by", "张三", "--how", "热线", "--no-fetch")
    assert done.exception is None, done.output
    with Store.open(home) as store:
        row = store.one("SELECT id, capture, sha256 FROM imports")
        held = store.capture(row["capture"]).artifacts[0]
        assert store.one("SELECT count(*) AS n FROM tips")["n"] == 1
    assert row["sha256"] == ids.sha256(table.read_bytes())
    assert (held.sha256 == row["sha256"]) is not sealed
    bare = dajia(home, "unseal", row["id"], "--person", "李四", "--out", tmp_path / "a.csv")
    assert ("--key" in str(bare.exception)) is sealed
    if sealed:
        done = dajia(home, "unseal", row["id"], "--person", "李四", "--out", tmp_path / "a.csv", "--certificate", holder[0], "--key", holder[1])
        assert done.return_value == 0, done.exception
    assert (tmp_path / "a.csv").read_bytes() == table.read_bytes()
    assert (tmp_path / "a.csv").stat().st_mode & 0o077 == 0
    with Store.open(home) as store:
        assert [r["actor"] for r in store.rows("SELECT actor FROM custody WHERE event = 'unsealed'")] == ["李四"]
    assert [c.detail for c in verify(home.root) if c.state != "verified"] == []
    again = dajia(home, "unseal", row["id"], "--person", "李四", "--out", tmp_path / "a.csv")
    assert "不会覆盖" in str(again.exception)


def record(name, events=(), versions=(), **more):
    return {"id": f"X-{name}", "modified": "2026-11-01T00:00:00Z", "summary": "一个漏洞", "affected": [
        {"package": {"ecosystem": "PyPI", "name": name}, "versions": list(versions),
         "ranges": [{"type": "ECOSYSTEM", "events": [dict([e]) for e in events]}] if events else []}], **more}


@pytest.mark.parametrize(("made", "version", "expected"), [
    (record("Some_Pack", [("introduced", "0"), ("fixed", "2.0")]), "1.9", "2.0"),
    (record("some-pack", [("introduced", "0"), ("fixed", "2.0")]), "2.0", None),
    (record("some.pack", [("introduced", "1.5"), ("fixed", "2.0")]), "1.4", None),
    (record("some-pack", [("introduced", "0"), ("last_affected", "1.9")]), "1.9", ""),
    (record("some-pack", [("introduced", "0"), ("last_affected", "1.9")]), "1.10", None),
    (record("some-pack", [("introduced", "0"), ("fixed", "1.0"), ("introduced", "1.5"), ("fixed", "1.7")]), "1.6", "1.7"),
    (record("some-pack", versions=["1.6"]), "1.6", ""),
    (record("some-pack", [("introduced", "0")], withdrawn="2026-01-01T00:00:00Z"), "1.6", None),
    (record("other", [("introduced", "0")]), "1.6", None),
    (record("some-pack", [("introduced", "0")]), "not a version", ""),
], ids=["before the fix", "at the fix", "before it came", "last affected", "after the last", "second range", "by name", "withdrawn",
        "another package", "cannot be compared"])
def test_a_version_is_held_against_the_ranges(tmp_path, made, version, expected):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    found = advisories.audit(path, {"some-pack": version})
    assert [h.fixed for h in found.holes] == ([] if expected is None else [expected])


def test_an_export_is_read_and_its_age_is_told(home, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr("a.json", json.dumps(record("scrapy", [("introduced", "0")], modified="2020-01-01T00:00:00Z")))
    done = dajia(home, "audit", "--advisories", tmp_path / "all.zip")
    assert done.return_value == 1
    assert "scrapy" in done.output
    assert "请换新的" in done.output


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b"PK\x03\x04broken"], ids=["empty", "no JSON", "no record", "torn zip"])
def test_what_is_no_advisory_file_is_refused(tmp_path, content):
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(advisories.AdvisoryError):
        advisories.audit(tmp_path / "f", {"scrapy": "1.0"})


def test_without_a_file_nothing_is_called_clean(home):
    done = dajia(home, "audit")
    assert done.return_value == 1
    assert "scrapy==" in done.output
    assert "未核对" in done.output + (done.stderr if done.stderr_bytes else "")
