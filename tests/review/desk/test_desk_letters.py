"""Writing down on the follow-up page what was filed and answered: over the wire, with a file, and what is refused."""

import pytest

from evidence import followup, ids
from evidence.archive import Vault

PAPER = "%PDF-1.4 受理回执\x00".encode()


def posted(who, lead, fields, file=None, length=None):
    """A multipart form as a browser posts it."""
    edge = "----edge7"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in ({"csrf": who.csrf} | fields).items()]
    if file:
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n'
                     'Content-Type: application/pdf\r\n\r\n'.encode() + file[1] + b"\r\n")
    body = b"".join(parts) + f"--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"} | ({"Content-Length": str(length)} if length else {})
    return who.ask("POST", f"/lead/{lead}/letter", body, headers)


@pytest.fixture
def confirmed(desk):
    """(desk, a lead two people stand behind)."""
    lead = desk.leads["fake"]
    with desk.store() as store:
        from review import decisions
        found = store.lead(lead)
        if decisions.state_of(store, lead) == "new":
            decisions.decide(store, found, "confirm", "李初审")
            decisions.decide(store, found, "second", "周复核")
    return desk, lead


def test_a_receipt_is_uploaded_sealed_and_offered_again(confirmed):
    desk, lead = confirmed
    who = desk.client("李初审")
    assert 'enctype="multipart/form-data"' in who.get(f"/followup?lead={lead}").text
    assert posted(who, lead, {"step": "filed", "agency": "wangxinban"}).status == 303
    assert posted(who, lead, {"step": "accepted", "agency": "wangxinban", "number": "7号"}, ("../回执<b>.pdf", PAPER)).status == 303
    with desk.store() as store:
        made = next(x for x in followup.letters(store, lead) if x.step == "accepted")
        assert (made.person, made.number, made.sha256) == ("李初审", "7号", ids.sha256(PAPER))
        assert "/" not in made.file
        assert Vault(desk.home).read(store.capture(made.capture).artifact("letter-file")) == PAPER
    page = who.get("/followup").text
    assert "<b>.pdf" not in page
    assert f"/raw/{made.capture}/letter-file" in page
    assert who.get(f"/raw/{made.capture}/letter-file").status == 200
    assert not list(desk.home.scratch.glob("upload-*"))


@pytest.mark.parametrize(("fields", "status"), [
    ({"step": "again", "agency": "wangxinban"}, 400), ({"step": "filed", "agency": "nobody"}, 400), ({"step": "accepted", "agency": "wangxinban"}, 400),
    ({"step": "filed", "agency": "wangxinban", "day": "2999-01-01"}, 400), ({"step": "filed", "agency": "wangxinban", "csrf": "x"}, 403),
], ids=["no step of theirs", "nobody", "an answer before a filing", "a day to come", "another's token"])
def test_what_cannot_be_written_down_is_refused_and_nothing_is_kept(confirmed, fields, status):
    desk, lead = confirmed
    who = desk.client("李初审")
    who.get("/followup")
    answer = posted(who, lead, fields, ("a.pdf", PAPER))
    assert answer.status == status
    with desk.store() as store:
        assert followup.letters(store, lead) == []
        assert store.rows("SELECT 1 FROM captures WHERE why = 'import-file'") == []


def test_a_viewer_sees_no_form_and_may_not_write(confirmed):
    desk, lead = confirmed
    who = desk.client("吴浏览")
    assert 'id="letter"' not in who.get(f"/followup?lead={lead}").text
    assert posted(who, lead, {"step": "filed", "agency": "wangxinban"}).status == 403


def test_a_file_too_large_is_refused_before_it_is_taken_in(confirmed, monkeypatch):
    from review.desk import upload

    monkeypatch.setattr(upload, "MAX_UPLOAD", 1000)
    desk, lead = confirmed
    who = desk.client("李初审")
    who.get("/followup")
    answer = posted(who, lead, {"step": "filed", "agency": "wangxinban"}, ("a.pdf", b"x" * 5000))
    assert (answer.status, "过长" in answer.text) == (403, True)
