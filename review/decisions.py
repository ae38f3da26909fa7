"""What people may decide, as a table: state × move → state.

A score makes a lead; a person confirms it; a subject with a real operator takes a second person
before anything leaves. Everything can be undone, and the undoing is a decision too.
"""

from __future__ import annotations

from evidence import ids
from evidence.records import Decision, Lead, Move
from evidence.store import Store

# (state, move) -> state that follows. States are those of the view v_lead_state.
MOVES: dict[tuple[str, Move], str] = {
    ("new", "confirm"): "confirmed",
    ("new", "dismiss"): "dismissed",
    ("new", "doubt"): "doubtful",
    ("doubtful", "confirm"): "confirmed",
    ("doubtful", "dismiss"): "dismissed",
    ("confirmed", "second"): "released",
    ("confirmed", "doubt"): "doubtful",
    ("confirmed", "revoke"): "revoked",
    ("released", "revoke"): "revoked",
    ("dismissed", "reopen"): "new",
    ("revoked", "reopen"): "new",
}
MOVE_LABELS: dict[Move, str] = {
    "confirm": "确认", "second": "复核同意", "dismiss": "排除", "doubt": "存疑", "reopen": "重新打开", "revoke": "撤销",
    "undo": "收回",
}
STATE_LABELS = {
    "new": "待复核", "confirmed": "已确认", "released": "已复核", "dismissed": "已排除", "doubtful": "存疑",
    "revoked": "已撤销",
}
NEEDS_REASON: frozenset[Move] = frozenset({"dismiss", "doubt", "revoke", "reopen"})


class MoveRefused(Exception):
    """A move the table does not allow; the message says which ones it does."""


def allowed(state: str) -> list[Move]:
    """The moves open to a lead in `state`."""
    return [move for (of, move) in MOVES if of == state]


def state_of(store: Store, lead_id: str) -> str:
    """The lead's present state."""
    row = store.one("SELECT state FROM v_lead_state WHERE lead = ?", lead_id)
    return str(row["state"]) if row else "new"


class Overtaken(MoveRefused):
    """Somebody else decided since the page was shown."""


def last_decision(store: Store, lead_id: str) -> str:
    """The id of the newest decision on a lead, whatever it was; "" when there is none."""
    row = store.one("SELECT id FROM decisions WHERE lead = ? ORDER BY at DESC, id DESC LIMIT 1", lead_id)
    return str(row["id"]) if row else ""


def decide(
    store: Store, lead: Lead, move: Move, reviewer: str, reason: str = "", seen: str | None = None,
) -> Decision:
    """Record one person's move, bound to the verdict on record; MoveRefused when it is not open to them.

    `seen` is the newest decision the person knew of ("" for none): Overtaken when there is a newer one.
    """
    reviewer, reason = reviewer.strip(), reason.strip()
    if not reviewer:
        raise MoveRefused("没有写明经办人：请用 --reviewer 姓名")
    if move in NEEDS_REASON and not reason:
        raise MoveRefused(f"“{MOVE_LABELS[move]}”必须写明理由：请用 --reason")
    with store.transaction():
        if seen is not None and seen != (newest := last_decision(store, lead.id)):
            by = next((d for d in store.decisions(lead.id) if d.id == newest), None)
            raise Overtaken(f"线索 {lead.id} 刚由{by.reviewer if by else '他人'}处理过，请看过再定")
        if move == "undo":
            return _undo(store, lead, reviewer)
        state = state_of(store, lead.id)
        if (state, move) not in MOVES:
            open_moves = "、".join(f"{m}（{MOVE_LABELS[m]}）" for m in allowed(state)) or "无"
            raise MoveRefused(f"线索 {lead.id} 现为“{STATE_LABELS.get(state, state)}”，不能“{MOVE_LABELS[move]}”；"
                              f"可以：{open_moves}")
        if move == "second":
            _other_person(store, lead, reviewer)
        best = store.one("SELECT verdict FROM v_lead_best WHERE lead = ?", lead.id)
        decision = Decision(ids.new_id(), lead.id, move, reviewer, reason,
                            str(best["verdict"]) if best else lead.first_verdict, ids.utc_now())
        store.add_decision(decision)
    return decision


def _undo(store: Store, lead: Lead, reviewer: str) -> Decision:
    """Take back one's own newest decision, as long as nothing left the house since."""
    taken = {d.undoes for d in store.decisions(lead.id)}
    standing = [d for d in store.decisions(lead.id) if d.move != "undo" and d.id not in taken]
    if not standing:
        raise MoveRefused(f"线索 {lead.id} 没有可以收回的决定")
    last = standing[-1]
    if last.reviewer != reviewer:
        raise MoveRefused(f"最近的决定由{last.reviewer}作出，只有本人可以收回；要改变请另作决定")
    if store.one("SELECT 1 FROM packages WHERE lead = ? AND at > ?", lead.id, last.at):
        raise MoveRefused(f"线索 {lead.id} 已经生成移送材料，不能收回；请用“撤销”")
    decision = Decision(ids.new_id(), lead.id, "undo", reviewer, f"收回“{MOVE_LABELS[last.move]}”", last.verdict,
                        ids.utc_now(), last.id)
    store.add_decision(decision)
    return decision


def _other_person(store: Store, lead: Lead, reviewer: str) -> None:
    taken = {d.undoes for d in store.decisions(lead.id)}
    confirmed = [d for d in store.decisions(lead.id) if d.move == "confirm" and d.id not in taken]
    if confirmed and confirmed[-1].reviewer == reviewer:
        raise MoveRefused(f"复核须由另一人进行：{reviewer} 已是初审人")
