"""A lead that was delivered and then revoked is taken back at the same recipients, and nowhere else."""

import json

import pytest
from click.testing import CliRunner
from docx import Document

from evidence.archive import Vault
from evidence.config import Config
from evidence.records import Contact
from exports.verify import registered_claims, verify
from exports.withdrawal import WithdrawalError
from review import decisions, leads, packaging


@pytest.fixture
def delivered(store, judged, monkeypatch):
    """A released lead with two packages on record; returns the lead."""
    judged("http://kuaizheng.example/", body_sha256="", contacts=(Contact("phone", "13900001234"),))
    leads.build(store)
    lead = leads.find(store, "kuaizheng.example")
    decisions.decide(store, lead, "confirm", "李初审")
    decisions.decide(store, lead, "second", "周复核")
    made = packaging.build(store, Vault(store.home), lead, (), store.home.exports / "packages", Config())
    assert {b.agency for b in made} == {"wangxinban", "tongguanju"}
    return lead


def test_a_revoked_lead_is_taken_back_at_every_recipient(store, delivered):
    sent = {r["agency"]: r["manifest_sha256"] for r in store.rows("SELECT agency, manifest_sha256 FROM packages")}
    decisions.decide(store, delivered, "revoke", "王复查", "核实为持证培训机构")
    assert packaging.withdrawal_due(store, delivered)
    made = packaging.after_decision(store, delivered, Config())
    assert {b.agency for b in made} == {"withdrawal-wangxinban", "withdrawal-tongguanju"}
    for built in made:
        assert {c.state for c in verify(built.zip)} == {"verified"}
        assert {c.state for c in registered_claims(store.home, built.path)} == {"verified"}
        told = json.loads((built.path / "data/withdrawal.json").read_text(encoding="utf-8"))
        assert told["action"] == "withdraw"
        assert told["packages"][0]["manifest_sha256"] == sent[told["agency"]]
        text = "\n".join(p.text for p in Document(str(built.path / "data/letter.docx")).paragraphs)
        assert "撤回" in text
        assert "核实为持证培训机构" in text
        assert sent[told["agency"]] in text
    assert packaging.after_decision(store, delivered, Config()) == []  # once


def test_nothing_is_taken_back_that_was_never_sent(store, judged):
    judged("http://other.example/")
    leads.build(store)
    lead = leads.find(store, "other.example")
    decisions.decide(store, lead, "confirm", "李初审")
    decisions.decide(store, lead, "revoke", "王复查", "误判")
    assert not packaging.withdrawal_due(store, lead)
    with pytest.raises(WithdrawalError, match="没有移送过"):
        packaging.withdraw(store, lead, store.home.exports, Config())


def test_a_lead_that_stands_is_not_taken_back(store, delivered):
    with pytest.raises(WithdrawalError, match="没有被撤销"):
        packaging.withdraw(store, delivered, store.home.exports, Config())


def test_the_preview_says_to_whom_why_and_what_is_missing(store, delivered):
    lines = "\n".join(packaging.preview(store, delivered, ()))
    assert "12377" in lines
    assert "不作猜测" in lines
    assert "缺：" in lines
    assert "另可移送：" in lines


def test_deciding_on_the_command_line_makes_the_notices(store, delivered):
    from review.commands.decide import command

    store.close()
    done = CliRunner().invoke(command, [delivered.id, "revoke", "--reviewer", "王复查", "--reason", "误判"], obj=store.home,
                              standalone_mode=False)
    assert done.exception is None
    assert done.output.count("撤回通知") == 2
