import pytest

from evidence import custody
from review import decisions, leads
from review.decisions import MOVE_LABELS, MOVES, STATE_LABELS, MoveRefused, decide, state_of


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
@pytest.mark.parametrize("move", sorted(MOVE_LABELS))
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
