"""Many leads packaged at once: by several processes, each recorded, and one that cannot be packaged stops no other."""

import json

import pytest

from evidence import ids
from evidence.archive import WarcWriter
from evidence.config import Config
from evidence.home import Home
from evidence.records import Capture, Decision, Lead, Verdict
from evidence.store import Store
from exports import pdf
from exports.verify import verify
from review import packaging
from review.cli import main


@pytest.fixture(autouse=True)
def no_pdf(monkeypatch):
    """Without PDF, as on a machine without a Chinese font: it is not what is tested here."""
    monkeypatch.setattr(pdf, "_families", lambda: frozenset({"DejaVu Sans"}))


def lead_on(store, run, writer, host, moves):
    at, capture = ids.utc_now(), ids.new_id()
    body = writer.response(capture_id=capture, url=f"http://{host}/", status=200, headers=[], body=f"<p>免考包过 {host}</p>".encode(),
                           media_type="text/html", started=at)
    store.add_capture(Capture(capture, run, f"http://{host}/", f"http://{host}/", at, at, "http", "desktop", "ok", 200, artifacts=(body,)))
    verdict = Verdict(ids.new_id(), capture, run, "r", "ad", "high", 80.0, body.sha256, at)
    store.add_verdict(verdict)
    lead = Lead(ids.new_id(), "ad", host, "host", verdict.id, at)
    store.add_lead(lead)
    store.add_lead_verdict(lead.id, verdict.id)
    for move, who in moves:
        store.add_decision(Decision(ids.new_id(), lead.id, move, who, "", verdict.id, ids.utc_now()))
    return lead


@pytest.fixture
def home(tmp_path):
    """Five released leads, one that one person confirmed, one whose evidence was altered since."""
    home = Home.at(tmp_path / "home").prepare()
    both = (("confirm", "甲"), ("second", "乙"))
    with Store.open(home, actor="test") as store:
        run = store.begin_run("daily", "2026-03-09", {})
        writer = WarcWriter.create(home, run, "capture")
        for n in range(5):
            lead_on(store, run, writer, f"h{n}.example", both)
        lead_on(store, run, writer, "half.example", both[:1])
        store.add_warc(writer.close())
        other = WarcWriter.create(home, run, "other")
        lead_on(store, run, other, "broken.example", both)
        store.add_warc(closed := other.close())
        path = home.warc / closed.name
        path.write_bytes(path.read_bytes()[:-80])
    return home


def test_several_processes_build_what_one_would(home, tmp_path):
    with Store.open(home, actor="test") as store:
        leads = packaging.waiting(store)
        assert {lead.subject for lead in leads} == {*(f"h{n}.example" for n in range(5)), "broken.example"}
        told = list(packaging.build_many(store, leads, ["wangxinban", "tongguanju"], tmp_path / "out", Config(), workers=2))
        assert [lead.subject for lead, _, problem in told if problem] == ["broken.example"]
        made = [built for _, some, _ in told for built in some]
        assert len(made) == 10
        assert store.one("SELECT count(*) AS n FROM packages")["n"] == 10
        assert [lead.subject for lead in packaging.waiting(store)] == ["broken.example"]
    for built in made:
        assert {c.state for c in verify(built.zip, built.manifest_sha256)} == {"verified"}
    assert not [p for p in home.scratch.iterdir() if p.name.startswith("evidence-")]


def code_of(arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_the_command_packages_what_waits_and_says_what_failed(home, capsys):
    asked = ["--home", str(home.root), "export", "packages", "--agency", "wangxinban", "--workers", "1", "--json"]
    assert code_of(asked) == 1
    said = capsys.readouterr()
    assert len([json.loads(line) for line in said.out.splitlines()]) == 5
    assert "线索" in said.err
    assert code_of(asked) == 1
    assert capsys.readouterr().out == ""


def test_a_lead_that_one_person_confirmed_does_not_leave(home, capsys):
    assert code_of(["--home", str(home.root), "export", "packages", "half.example", "--agency", "wangxinban"]) == 1
    assert "两人确认" in capsys.readouterr().err
    assert not list((home.exports / "packages").glob("*.zip"))


def test_one_lead_leaves_nothing_in_the_scratch_folder(home, tmp_path):
    from evidence.archive import Vault

    with Store.open(home, actor="test") as store:
        lead = next(found for found in packaging.waiting(store) if found.subject == "h0.example")
        packaging.build(store, Vault(home), lead, ["wangxinban"], tmp_path / "out", Config())
    assert not [p for p in home.scratch.iterdir() if p.name.startswith("evidence-")]
