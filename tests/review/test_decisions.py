import pytest

from evidence import custody
from review import decisions, leads
from review.decisions import MOVES, STATE_LABELS, MoveRefused, decide, state_of


@pytest.fixture
def lead(store, judged):
    judged()
    leads.build(store)
    return leads.find(store, "cert.example")


PATHS = {
    "new": [], "confirmed": ["confirm"], "released": ["confirm", "second"], "dismissed": ["dismiss"],
    "doubtful": ["doubt"], "revoked": ["confirm", "revoke"],
}


def bring(store, lead, state):
    for move in PATHS[state]:
        decide(store, lead, move, "李四" if move == "second" else "张三", "理由")


@pytest.mark.parametrize("state", sorted(STATE_LABELS))
@pytest.mark.parametrize("move", sorted({move for _, move in MOVES}))  # taking back has its own tests
def test_the_table_is_the_law(store, lead, state, move):
    bring(store, lead, state)
    assert state_of(store, lead.id) == state
    if (state, move) in MOVES:
        decide(store, lead, move, "王五", "理由")
        assert state_of(store, lead.id) == MOVES[state, move]
    else:
        with pytest.raises(MoveRefused, match=STATE_LABELS[state]):
            decide(store, lead, move, "王五", "理由")
        assert state_of(store, lead.id) == state


def test_every_state_can_be_left():
    assert {of for of, _ in MOVES} == set(STATE_LABELS)


def test_the_second_person_is_another(store, lead):
    decide(store, lead, "confirm", "张三")
    with pytest.raises(MoveRefused, match="另一人"):
        decide(store, lead, "second", " 张三 ")
    decide(store, lead, "second", "李四")
    assert state_of(store, lead.id) == "released"


@pytest.mark.parametrize("move", sorted(decisions.NEEDS_REASON))
def test_some_moves_need_a_reason(store, lead, move):
    with pytest.raises(MoveRefused, match="理由"):
        decide(store, lead, move, "张三", "  ")


def test_nobody_decides_anonymously(store, lead):
    with pytest.raises(MoveRefused, match="经办人"):
        decide(store, lead, "confirm", " ")


def test_decisions_are_in_the_custody_chain(store, lead):
    decide(store, lead, "confirm", "张三")
    chain = list(custody.events(store.db))
    assert list(custody.broken_links(chain)) == []
    assert chain[-1].event == "decided"
    assert lead.id in str(chain[-1])


def test_own_last_decision_is_taken_back(store, lead):
    decisions.decide(store, lead, "dismiss", "张三", "看错了")
    decisions.decide(store, lead, "undo", "张三")
    assert decisions.state_of(store, lead.id) == "new"
    decisions.decide(store, lead, "confirm", "张三")
    with pytest.raises(MoveRefused, match="只有本人"):
        decisions.decide(store, lead, "undo", "李四")
    decisions.decide(store, lead, "undo", "张三")
    with pytest.raises(MoveRefused, match="没有可以收回"):
        decisions.decide(store, lead, "undo", "张三")
    assert [d.move for d in store.decisions(lead.id)] == ["dismiss", "undo", "confirm", "undo"]


def test_whoever_was_overtaken_is_told(store, lead):
    seen = decisions.last_decision(store, lead.id)
    decisions.decide(store, lead, "confirm", "张三", seen=seen)
    with pytest.raises(decisions.Overtaken, match="张三"):
        decisions.decide(store, lead, "dismiss", "李四", "不是", seen=seen)
    assert decisions.state_of(store, lead.id) == "confirmed"
