"""Every kind of tampering on stores, WARCs and packages is caught and named; untouched packages raise no alarm.

The stand-alone verifier is the file inside the package, run as its recipient runs it: `python3 -I verify.py`.
"""

import base64
import gzip
import hashlib
import json
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import zipfile

import pytest

from evidence import custody, ids
from exports import package
from exports.packaging import bag
from exports.verifier import bags, standalone, warcs
from exports.verify import registered_claims, verify

HTML = "<html><title>电工证免考包过</title><body><p>低压电工操作证，免考、包过，微信 banzheng_test</p></body></html>"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One store with two packaged leads; every test tampers with copies."""
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    from evidence.home import Home
    from evidence.records import Package
    from evidence.store import Store

    spec = spec_from_file_location("exports_world", Path(__file__).with_name("conftest.py"))
    fixtures = module_from_spec(spec)
    spec.loader.exec_module(fixtures)
    root = tmp_path_factory.mktemp("matrix")
    with Store.open(Home.at(root / "home").prepare(), actor="test") as store:
        world = fixtures.World(store)
        world.source("so360")
        built = []
        for host in ("kuaizheng.example", "naozheng.example"):
            lead = world.lead(host, html=HTML)
            world.release(lead)
            world.fact(host, "ip", {"ip": "203.0.113.7", "country": "中国"}, raw="x")
            built.append(lead)
        world.seal()
        custody.stamp_head(store.db, store.home.heads)
        packages = [package.build(store, world.vault, lead, "wangxinban", root / "out", world.config) for lead in built]
        for lead, one in zip(built, packages, strict=True):
            store.add_package(Package(ids.new_id(), lead, one.agency, str(one.zip), one.zip_sha256, one.manifest_sha256,
                                      ids.utc_now()))
    world.packages = packages
    return world


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made.packages[0].path, tmp_path / made.packages[0].path.name)


@pytest.fixture
def home(made, tmp_path):
    from evidence.home import Home

    return Home.at(shutil.copytree(made.home.root, tmp_path / "home"))


def flip(path, at=None, seed=7):
    data = bytearray(path.read_bytes())
    data[random.Random(seed).randrange(len(data)) if at is None else at] ^= 1
    path.write_bytes(data)


def alone(path, *arguments):
    """What the verify.py inside the package says, run isolated and without third-party packages."""
    script = path / "verify.py" if (path / "verify.py").is_file() else None
    text = standalone() if script is None else script.read_text(encoding="utf-8", errors="replace")
    done = subprocess.run([sys.executable, "-I", "-S", "-", str(path), "--json", *arguments], input=text.encode() if script is None
                          else standalone().encode(), capture_output=True)
    assert done.returncode in (0, 1, 5), done.stderr.decode()
    return [tuple(json.loads(line).values()) for line in done.stdout.decode().splitlines()], done.returncode


def relist(folder):
    """What a careful forger does: every list and the seal made anew over what is there now."""
    sha = {p.relative_to(folder).as_posix(): ids.sha256(p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
    (folder / bags.MANIFEST).write_bytes(bags.listing(sha, [n for n in sha if n.startswith("data/")]))
    info = (folder / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    sizes = [p.stat().st_size for p in (folder / "data").rglob("*") if p.is_file()]
    oxum = f"Payload-Oxum: {sum(sizes)}.{len(sizes)}"
    (folder / "bag-info.txt").write_text("".join(f"{oxum if line.startswith('Payload-Oxum') else line}\n" for line in info),
                                         encoding="utf-8")
    for name in (bags.MANIFEST, "bag-info.txt"):
        sha[name] = ids.sha256((folder / name).read_bytes())
    (folder / bags.TAGS).write_bytes(bags.listing(sha, [n for n in sha if bags.is_tag_file(n)]))
    bag.put_seal(folder, {})


def edit_json(folder, name, change):
    path = folder / "data/evidence" / name
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    relist(folder)


def png(folder):
    return sorted(folder.rglob("screenshot-first.png"))[0]


def swapped_screenshot(folder):
    png(folder).write_bytes(sorted(folder.rglob("screenshot-first.png"))[-1].read_bytes())
    relist(folder)


def rehashed_event(value):
    event = value["events"][0]
    event["actor"] = "别人"
    keys = ("seq", "at", "event", "subject_kind", "subject_id", "digest", "actor", "detail", "prev")
    event["hash"] = ids.digest([event[k] for k in keys])


def rewritten_wacz(change):
    def tamper(folder):
        path = folder / "data/evidence.wacz"
        with zipfile.ZipFile(path) as box:
            files = {n: box.read(n) for n in box.namelist()}
        change(files)
        listed = json.loads(files["datapackage.json"])
        for row in listed["resources"]:
            if row["path"] in files:
                row |= {"hash": "sha256:" + ids.sha256(files[row["path"]]), "bytes": len(files[row["path"]])}
        files["datapackage.json"] = json.dumps(listed).encode()
        digest = "sha256:" + ids.sha256(files["datapackage.json"])
        files["datapackage-digest.json"] = json.dumps({"path": "datapackage.json", "hash": digest}).encode()
        with zipfile.ZipFile(path, "w") as box:
            for name, data in files.items():
                box.writestr(name, data)
        relist(folder)
    return tamper


def members(data):
    import io

    return [plain for _, _, plain, _ in warcs.members(io.BytesIO(data))]


def remade(plains):
    return b"".join(gzip.compress(p, mtime=0) for p in plains)


def in_warc(change):
    def tamper(files):
        files["archive/data.warc.gz"] = remade(change(members(files["archive/data.warc.gz"])))
    return tamper


def truthful(plain, old, new):
    """A record whose payload is changed and whose digests are made anew."""
    head, _, block = plain.partition(b"\r\n\r\n")
    block = block[:-4].replace(old, new)
    payload = block.partition(b"\r\n\r\n")[2]
    lines = []
    for line in head.split(b"\r\n"):
        name = line.partition(b":")[0].lower()
        value = {b"warc-block-digest": b"sha256:" + base64.b32encode(hashlib.sha256(block).digest()),
                 b"warc-payload-digest": b"sha256:" + base64.b32encode(hashlib.sha256(payload).digest()),
                 b"x-dajia-payload-sm3": hashlib.new("sm3", payload).hexdigest().encode(),
                 b"content-length": str(len(block)).encode()}.get(name)
        lines.append(line if value is None else line.partition(b":")[0] + b": " + value)
    return b"\r\n".join(lines) + b"\r\n\r\n" + block + b"\r\n\r\n"


def without(plain, word):
    return b"\r\n".join(line for line in plain.split(b"\r\n") if word not in line)


def only(kind, change):
    """Apply `change` to the first record of a kind."""
    def tamper(plains):
        at = next(n for n, p in enumerate(plains) if b"WARC-Type: " + kind in p[:200])
        return [*plains[:at], change(plains[at]), *plains[at + 1:]]
    return tamper


PACKAGE = {
    "flipped byte in the letter": (lambda f: flip(f / "data/letter.docx"), "data/letter.docx"),
    "flipped byte in bagit.txt": (lambda f: flip(f / "bagit.txt"), "bagit.txt"),
    "flipped byte in verify.py": (lambda f: flip(f / "verify.py"), "verify.py"),
    "flipped byte in the manifest": (lambda f: flip(f / bags.MANIFEST), bags.MANIFEST),
    "flipped byte in the tag manifest": (lambda f: flip(f / bags.TAGS), bags.TAGS),
    "flipped byte in the seal": (lambda f: flip(f / bags.SEAL), bags.SEAL),
    "digest of another case": (lambda f: (f / bags.MANIFEST).write_text((f / bags.MANIFEST).read_text().upper()), bags.MANIFEST),
    "missing picture": (lambda f: png(f).unlink(), "screenshot-first.png"),
    "missing manifest": (lambda f: (f / bags.MANIFEST).unlink(), bags.MANIFEST),
    "missing tag manifest": (lambda f: (f / bags.TAGS).unlink(), bags.TAGS),
    "missing seal": (lambda f: (f / bags.SEAL).unlink(), bags.SEAL),
    "unlisted file in the payload": (lambda f: (f / "data/more.txt").write_text("x"), "data/more.txt"),
    "unlisted file beside it": (lambda f: (f / "more.txt").write_text("x"), "more.txt"),
    "file renamed": (lambda f: (f / "data/list.csv").rename(f / "data/liste.csv"), "data/liste.csv"),
    "file emptied": (lambda f: (f / "data/record.docx").write_bytes(b""), "data/record.docx"),
    "bytes appended": (lambda f: (f / "data/letter.pdf").write_bytes((f / "data/letter.pdf").read_bytes() + b" "), "data/letter.pdf"),
    "a link in place of a file": (
        lambda f: ((f / "data/list.csv").unlink(), (f / "data/list.csv").symlink_to("/etc/hostname")), "data/list.csv"),
    "swapped screenshot, lists made anew": (swapped_screenshot, "screenshot-first.png"),
    "verdict for other bytes, lists made anew": (
        lambda f: edit_json(f, "verdicts.json", lambda v: v[0]["record"].update(body_sha256="0" * 64)), "verdicts.json"),
    "verdict for other bytes, its digest made anew too": (
        lambda f: edit_json(f, "verdicts.json", lambda v: (v[0]["record"].update(body_sha256="0" * 64),
                                                           v[0].update(digest=ids.digest(v[0]["record"])))), "研判"),
    "capture record edited": (
        lambda f: edit_json(f, "captures.json", lambda v: v[0]["record"].update(ip="203.0.113.99")), "captures.json"),
    "fact edited, digest made anew": (lambda f: edit_json(f, "facts.json", lambda v: (
        v[0]["record"]["value"].update(country="US"), v[0].update(digest=ids.digest(v[0]["record"])))), "facts.json"),
    "decision of another person": (
        lambda f: edit_json(f, "decisions.json", lambda v: v[0]["record"].update(reviewer="别人")), "decisions.json"),
    "custody event edited": (lambda f: edit_json(f, "custody.json", lambda v: v["events"][0].update(actor="别人")), "custody.json"),
    "custody events reordered": (lambda f: edit_json(f, "custody.json", lambda v: v["events"].reverse()), "custody.json"),
    "custody extract cut short": (lambda f: edit_json(f, "custody.json", lambda v: v["events"].pop()), "custody.json"),
    "record list that is no JSON": (lambda f: ((f / "data/evidence/facts.json").write_text("{"), relist(f)), "facts.json"),
    "record list of another shape": (lambda f: edit_json(f, "captures.json", lambda v: v.insert(0, ["x"])), "captures.json"),
    "page in the WACZ rewritten, every digest made anew": (
        rewritten_wacz(in_warc(only(b"response", lambda p: truthful(p, "免考".encode(), "要考".encode())))), "evidence.wacz"),
    "record in the WACZ without its digest": (rewritten_wacz(in_warc(only(
        b"response", lambda p: b"\r\n".join(x for x in p.split(b"\r\n") if b"Digest" not in x)))), "evidence.wacz"),
    "record dropped from the WACZ": (rewritten_wacz(in_warc(lambda p: p[:1] + p[2:])), "evidence.wacz"),
    "records of the WACZ reordered": (rewritten_wacz(in_warc(lambda p: [p[0], *reversed(p[1:])])), "evidence.wacz"),
    "date of a record in the WACZ": (rewritten_wacz(in_warc(only(
        b"response", lambda p: p.replace(b"WARC-Date: 20", b"WARC-Date: 19", 1)))), "evidence.wacz"),
    "address of a record in the WACZ": (rewritten_wacz(in_warc(only(
        b"response", lambda p: p.replace(b"WARC-Target-URI: http", b"WARC-Target-URI: http://other.example/#", 1)))), "evidence.wacz"),
    "WACZ without its WARC": (rewritten_wacz(lambda files: files.pop("archive/data.warc.gz")), "evidence.wacz"),
    "unlisted file in the WACZ": (rewritten_wacz(lambda files: files.update({"extra.txt": b"x"})), "evidence.wacz"),
    "index of the WACZ emptied": (rewritten_wacz(lambda files: files.update({"indexes/index.cdx": b""})), "evidence.wacz"),
    "WACZ that is no zip": (lambda f: ((f / "data/evidence.wacz").write_bytes(b"PK"), relist(f)), "evidence.wacz"),
}


@pytest.mark.parametrize(("tamper", "named"), PACKAGE.values(), ids=PACKAGE)
def test_tampering_with_a_package_is_named_and_the_stand_alone_verifier_agrees(folder, tamper, named):
    tamper(folder)
    claims = verify(folder)
    assert [c for c in claims if c.state != "verified" and named in c.subject], [c for c in claims if c.state != "verified"]
    told, code = alone(folder)
    assert told == [tuple(c) for c in claims]
    assert code == 1


def test_every_file_flipped_at_several_places_is_named(made, folder):
    chance = random.Random(11)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        for at in {0, len(data) - 1, chance.randrange(len(data))}:
            flip(path, at)
            named = [c.subject for c in verify(folder) if c.state != "verified"]
            assert path.relative_to(folder).as_posix() in named, (path.name, at)
            path.write_bytes(data)


def test_any_byte_of_the_zip_container_is_covered(made, tmp_path):
    """Headers, directory and end record: a flipped bit anywhere makes a claim."""
    source = made.packages[0].zip
    data, chance = source.read_bytes(), random.Random(5)
    directory = struct.unpack("<L", data[-6:-2])[0]
    places = [*chance.sample(range(directory, len(data)), 60), *range(40), *(chance.randrange(len(data)) for _ in range(40))]
    target = tmp_path / source.name
    for at in places:
        broken = bytearray(data)
        broken[at] ^= 1 << chance.randrange(8)
        target.write_bytes(broken)
        assert {c.state for c in verify(target)} != {"verified"}, at


def rezipped(folder, target, method=zipfile.ZIP_DEFLATED, extra=()):
    with zipfile.ZipFile(target, "w", method) as box:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            box.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
        for name, data in extra:
            box.writestr(name, data)
    return target


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("extra", "said"), [
    ((), "容器不是原件"), ((("../../escape.txt", "x"),), "路径越出"), ((("/etc/passwd", "x"),), "绝对路径"),
    ((("C:/x.txt", "x"),), "绝对路径"),
    ((("a\\..\\b", "x"),), "路径越出"), ((("BAG/data/letter.docx", "x"),), "同名"), ((("other/x.txt", "x"),), "文件夹之外"),
], ids=["packed again", "climbs out", "absolute", "drive letter", "backslashes", "duplicate", "outside"])
def test_zips_of_others_are_read_with_suspicion(folder, tmp_path, extra, said):
    extra = [(name.replace("BAG", folder.name), data) for name, data in extra]
    target = rezipped(folder, tmp_path / f"{folder.name}.zip", extra=extra)
    claims = verify(target)
    assert any(said in c.detail for c in claims if c.state != "verified")
    told, code = alone(target)
    assert (told, code) == ([tuple(c) for c in claims], 1)


@pytest.mark.parametrize("content", [
    pytest.param(lambda box: box.writestr("b/bagit.txt", b"\0" * (80 << 20)), id="one huge file"),
    pytest.param(lambda box: [box.writestr(f"b/{n}", b"") for n in range(20001)], id="too many files"),
])
def test_bombs_are_not_unpacked(tmp_path, content):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as box:
        content(box)
    claims = verify(tmp_path / "bomb.zip")
    assert [c.state for c in claims] == ["altered"]
    assert "未打开" in claims[0].detail


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\5\6" + b"\0" * 18, b"\x1f\x8b" + b"x" * 40, b"no zip at all" * 9],
                         ids=["empty", "stub", "empty zip", "gzip", "text"])
def test_what_is_no_package_is_refused_in_one_claim(tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    claims = verify(tmp_path / "x.zip")
    assert {c.state for c in claims} == {"altered"}
    told, code = alone(tmp_path / "x.zip")
    assert (told, code) == ([tuple(c) for c in claims], 1)


def test_a_package_remade_as_a_whole_is_found_by_its_registered_digest(made, folder):
    (folder / "data/letter.docx").write_bytes(b"another letter")
    relist(folder)
    registered = made.packages[0].manifest_sha256
    assert {c.state for c in verify(folder)} == {"verified"}  # the lists agree with one another …
    claims = verify(folder, registered)  # … but not with what was registered
    assert [c.subject for c in claims if c.state == "altered"] == [bags.TAGS]
    told, code = alone(folder, "--manifest", registered)
    assert (told, code) == ([tuple(c) for c in claims], 1)
    assert any(c.state == "altered" and c.subject == bags.TAGS for c in registered_claims(made.home, folder))


def test_the_store_that_built_a_package_knows_it(made, folder):
    assert {c.state for c in registered_claims(made.home, folder)} == {"verified"}
    edit_json(folder, "custody.json", rehashed_event)
    assert any("保管链不符" in c.detail for c in registered_claims(made.home, folder))


# -- stores -----------------------------------------------------------------------------------
def sql(statement, *drop, **named):
    def tamper(home):
        db = sqlite3.connect(home.store)
        for trigger in drop:
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute(statement, named)
        db.commit()
        db.close()
    return tamper


def replaced(home):
    """`INSERT OR REPLACE` from a plain client, with the one trigger dropped that stops it."""
    db = sqlite3.connect(home.store)
    db.execute("DROP TRIGGER decisions_no_replace")
    kept = db.execute("SELECT sql FROM sqlite_master WHERE name = 'decisions_no_update'").fetchone()
    assert kept
    columns = [r[1] for r in db.execute("PRAGMA table_info(decisions)")]
    shown = ", ".join("'别人'" if c == "reviewer" else c for c in columns)
    db.execute(f"INSERT OR REPLACE INTO decisions SELECT {shown} FROM decisions")
    db.commit()
    db.close()


def restored(change):
    """The forger puts the triggers back, so that only the chain can tell."""
    def tamper(home):
        db = sqlite3.connect(home.store)
        triggers = [r[0] for r in db.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
        for name in [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("PRAGMA foreign_keys = OFF")
        change(db)
        for text in triggers:
            db.execute(text)
        db.commit()
        db.close()
    return tamper


def run(statement):
    return restored(lambda db: db.execute(statement))


def rewritten_chain(db):
    """Every event after an edit hashed anew: the chain holds, the head stamped outside does not."""
    rows = list(custody.events(_rows(db)))
    prev = custody.GENESIS
    from dataclasses import replace
    for number, event in enumerate(rows):
        event = replace(event, prev=prev, actor="别人" if number == 1 else event.actor)
        prev = custody.event_hash(event)
        db.execute("UPDATE custody SET actor = ?, prev = ?, hash = ? WHERE seq = ?", (event.actor, event.prev, prev, event.seq))


def _rows(db):
    db.row_factory = None
    return db


def warc_of(home):
    return next(p for p in sorted(home.warc.iterdir()) if p.name.endswith(".warc.gz"))


def warc_change(change):
    def tamper(home):
        path = warc_of(home)
        path.write_bytes(remade(change(members(path.read_bytes()))))
    return tamper


STORE = {
    "row edited": (run("UPDATE captures SET ip = '203.0.113.99'"), "captures"),
    "derived column edited": (run("UPDATE captures SET host = 'other.example'"), "captures"),
    "row deleted": (run("DELETE FROM site_facts WHERE rowid = (SELECT min(rowid) FROM site_facts)"), "fact site"),
    "row added past the program": (run("INSERT INTO checks VALUES ('x', 'y', 'down', '', '', '2026-01-01T00:00:00Z')"), "checks"),
    "row replaced by INSERT OR REPLACE": (replaced, "decisions"),
    "finding edited": (run("UPDATE findings SET quote = '包过'"), "verdicts"),
    "contact deleted": (run("DELETE FROM artifacts WHERE name = 'screenshot-full'"), "captures"),
    "hit edited": (run("UPDATE sightings SET rank = 1, query = '别的'"), "结果页"),
    "verdict moved to other bytes": (run(f"UPDATE verdicts SET body_sha256 = '{'0' * 64}'"), "研判"),
    "column that is no JSON": (run("UPDATE site_facts SET value = '{'"), "site_facts"),
    "lock dropped": (sql("SELECT 1", "captures_no_update"), "captures_no_update"),
    "event edited": (run("UPDATE custody SET actor = '别人' WHERE seq = 3"), "第 3 号"),
    "event removed": (run("DELETE FROM custody WHERE seq = 3"), "第 4 号"),
    "events swapped": (restored(lambda db: [db.execute("UPDATE custody SET seq = seq + 1000 WHERE seq = 3"),
                                            db.execute("UPDATE custody SET seq = 3 WHERE seq = 4"),
                                            db.execute("UPDATE custody SET seq = 4 WHERE seq = 1003")]), "第 3 号"),
    "chain cut short": (run("DELETE FROM custody WHERE seq > 5"), "custody-heads.log"),
    "chain written anew": (restored(rewritten_chain), "custody-heads.log"),
    "heads file broken": (lambda home: home.heads.write_text("{}\n"), "custody-heads.log"),
    "not a database any more": (lambda home: home.store.write_bytes(b"SQLite format 3\0" + b"x" * 5000), "dajia.sqlite"),
    "WARC missing": (lambda home: warc_of(home).unlink(), ".warc.gz"),
    "WARC not listed": (lambda home: (home.warc / "other.warc.gz").write_bytes(b"x"), "other.warc.gz"),
    "registered digest of a WARC edited": (run(f"UPDATE warcs SET sha256 = '{'0' * 64}'"), ".warc.gz"),
    "flipped byte in a WARC": (lambda home: flip(warc_of(home)), ".warc.gz"),
}
WARC = {
    "record dropped": (warc_change(lambda p: p[:3] + p[4:]), "抓取"),
    "exchange dropped": (warc_change(lambda p: p[:1] + p[3:]), "抓取"),
    "records reordered": (warc_change(lambda p: [p[0], p[3], p[4], p[1], p[2], *p[5:]]), "抓取"),
    "warcinfo dropped": (warc_change(lambda p: p[1:]), "warc.gz"),
    "date changed": (warc_change(only(b"response", lambda p: p.replace(b"WARC-Date: 20", b"WARC-Date: 19", 1))), "request"),
    "address changed": (warc_change(only(
        b"response", lambda p: p.replace(b"WARC-Target-URI: http", b"WARC-Target-URI: ftp", 1))), "request"),
    "capture changed": (warc_change(only(b"response", lambda p: p.replace(b"X-Dajia-Capture: ", b"X-Dajia-Capture: f", 1))), "request"),
    "digests removed": (warc_change(only(b"response", lambda p: without(p, b"Digest"))), "response"),
    "SM3 removed": (warc_change(only(b"response", lambda p: without(p, b"SM3"))), "response"),
    "payload rewritten, digests made anew": (warc_change(only(b"response", lambda p: truthful(p, b"</p>", b"</q>"))), "抓取"),
    "payload rewritten": (warc_change(only(b"response", lambda p: p.replace(b"</p>", b"</q>"))), "response"),
    "record doubled": (warc_change(lambda p: [*p, p[1], p[2]]), "response"),
    "last record torn": (lambda home: warc_of(home).write_bytes(warc_of(home).read_bytes()[:-20]), "warc.gz"),
    "bytes appended": (lambda home: warc_of(home).write_bytes(warc_of(home).read_bytes() + b"x" * 30), "warc.gz"),
    "compressed anew": (lambda home: warc_of(home).write_bytes(remade(members(warc_of(home).read_bytes()))), "warc.gz"),
    "screenshot swapped": (warc_change(lambda p: _swapped(p)), "抓取"),
    "HTTP header changed": (warc_change(only(b"response", lambda p: p.replace(b"Content-Type: text/html", b"Content-Type: text/evil", 1))),
                            "response"),
    "HTTP status changed": (warc_change(only(b"response", lambda p: p.replace(b"HTTP/1.1 200", b"HTTP/1.1 404", 1))), "response"),
    "request line changed": (warc_change(only(b"request", lambda p: p.replace(b"GET /", b"PUT /", 1))), "request"),
    "record id used twice": (warc_change(lambda p: [*p[:3], _with_id_of(p[3], p[1]), *p[4:]]), "response"),
    "declared length changed": (warc_change(only(b"response", lambda p: p.replace(b"Content-Length: ", b"Content-Length: 1", 1))), "response"),
    "type of a record changed": (warc_change(only(b"response", lambda p: p.replace(b"WARC-Type: response", b"WARC-Type: resource", 1))), "request"),
    "date that is none": (warc_change(only(b"response", lambda p: p.replace(b"WARC-Date: 2", b"WARC-Date: x", 1))), "response"),
    "SM3 of other bytes": (warc_change(only(b"response", lambda p: p.replace(b"X-Dajia-Payload-SM3: ", b"X-Dajia-Payload-SM3: 0", 1))), "response"),
    "said to be truncated": (warc_change(only(b"response", lambda p: p.replace(b"\r\n", b"\r\nWARC-Truncated: length\r\n", 1))), "warc.gz"),
    "said to be as on the wire": (warc_change(only(b"response", lambda p: p.replace(b"Headers: reconstructed", b"Headers: wire", 1))), "warc.gz"),
    "file emptied": (lambda home: warc_of(home).write_bytes(b""), "warc.gz"),
    "first member no gzip": (lambda home: flip(warc_of(home), 1), "warc.gz"),
}


def _with_id_of(plain, other):
    own = next(line for line in other.split(b"\r\n") if line.startswith(b"WARC-Record-ID"))
    return b"\r\n".join(own if line.startswith(b"WARC-Record-ID") else line for line in plain.split(b"\r\n"))


def _swapped(plains):
    shots = [n for n, p in enumerate(plains) if b"urn:dajia:screenshot-first" in p[:400]]
    plains[shots[0]], plains[shots[-1]] = plains[shots[-1]], plains[shots[0]]
    return plains


@pytest.mark.parametrize(("tamper", "named"), [*STORE.values(), *WARC.values()], ids=[*STORE, *WARC])
def test_tampering_with_a_store_is_named(home, tamper, named):
    tamper(home)
    claims = [c for c in verify(home.root) if c.state != "verified"]
    assert [c for c in claims if named in c.subject], claims
    assert [c for c in verify(home.store) if c.state != "verified"]


@pytest.mark.parametrize(("tamper", "named"), WARC.values(), ids=WARC)
def test_tampering_with_a_warc_is_named_beside_its_store_and_by_its_digest(made, home, tamper, named):
    registered = hashlib.sha256(warc_of(made.home).read_bytes()).hexdigest()
    tamper(home)
    path = warc_of(home)
    assert [c for c in verify(path) if c.state in {"altered", "missing"}]
    claims = verify(path, registered)
    assert claims[0].state == "altered"
    told, code = alone(path, "--manifest", registered)
    assert (told, code) == ([tuple(c) for c in claims], 1)


def test_the_matrix_has_twenty_five_kinds_for_each():
    """Stores, WARCs and packages: what is listed above, beside zips of others, bombs, tokens and remade packages."""
    assert len(STORE) + len(WARC) >= 50
    assert min(len(PACKAGE), len(WARC)) >= 25


def test_a_warc_without_a_registered_digest_is_not_verifiable(made, tmp_path):
    copy = shutil.copy(warc_of(made.home), tmp_path / "x.warc.gz")
    claims = verify(tmp_path / "x.warc.gz")
    assert [c.state for c in claims] == ["verified", "not-verifiable"]
    assert alone(tmp_path / "x.warc.gz")[1] == 5
    assert copy


def test_untouched_stores_raise_no_alarm(home):
    assert {c.state for c in verify(home.root)} == {"verified"}
    assert {c.state for c in verify(warc_of(home))} == {"verified"}


def test_every_fact_table_is_compared_with_the_chain(made):
    """A new fact table is compared as it stands, or listed: none is skipped in silence."""
    from evidence.migrations import FACT_TABLES
    from exports.verify_rows import PARTS

    told = {c.subject for c in verify(made.home.root)}
    assert {t for t in FACT_TABLES if t not in PARTS and t != "custody"} <= {s.removesuffix("（库表）") for s in told}


def test_no_false_alarm_on_two_hundred_untouched_packages(made, tmp_path):
    """Small bags with every odd but lawful name and size."""
    chance = random.Random(3)
    for number in range(200):
        root = tmp_path / f"bag-{number}"
        (root / "data").mkdir(parents=True)
        for n in range(chance.randrange(1, 5)):
            (root / "data" / f"{'x' * chance.randrange(1, 60)}-{n}.bin").write_bytes(chance.randbytes(chance.choice([0, 1, 17, 4096])))
        digest = bag.close_bag(root, {"External-Identifier": f"{number} x", "Source-Organization": "某办"}, {"HOW-TO-VERIFY.txt": "说明\n"})
        bag.put_seal(root, {})
        bag.zip_bag(root, tmp_path / f"{root.name}.zip")
        for place in (root, tmp_path / f"{root.name}.zip"):
            assert {c.state for c in verify(place, digest)} == {"verified"}
    for one in made.packages:
        told, code = alone(one.zip)
        assert code == 0
        assert {state for _, state, _ in told} == {"verified"}


def test_the_verifier_inside_is_the_one_that_runs_here(made):
    import ast

    text = (made.packages[0].path / "verify.py").read_text(encoding="utf-8")
    assert text == standalone()
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module} | {
        a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert imported <= set(sys.stdlib_module_names)
    named = [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    assert len(named) == len(set(named))
