"""What people do at the desk: decide, take back, decide on many, write, hand over, export, keep filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from evidence import config as settings
from evidence import ids
from evidence.archive import Vault
from evidence.records import Lead, Move, Note
from evidence.store import Store
from review import decisions, packaging
from review.desk import accounts, filters, outgoing
from review.desk.visit import Visit

MAX_BULK = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """One lead of a bulk act: its state and the one that would follow; `refused` says why it cannot be."""

    lead: Lead
    state: str
    then: str
    seen: str
    refused: str


def decide(visit: Visit) -> Response:
    """One decision; the page that was shown must still be the newest."""
    found = visit.store.lead(visit.named("lead"))
    move = _move(visit)
    decisions.decide(visit.store, found, move, visit.person.name, visit.form.get("reason", ""), visit.form.get("seen", "?"))
    packaging.after_decision(visit.store, found, settings.load(visit.home))  # whoever got a package hears of a revocation
    after = visit.form.get("after", "")
    stays = move in {"second", "undo", "revoke"} or not (after.isascii() and after.isalnum())
    return RedirectResponse(f"/lead/{found.id if stays else after}{_query(visit)}", 303)


def undo(visit: Visit) -> Response:
    """Take back one's own newest decision, wherever the person is by now."""
    found = visit.store.lead(visit.form.get("lead", ""))
    decisions.decide(visit.store, found, "undo", visit.person.name, "", visit.form.get("seen", "?"))
    packaging.after_decision(visit.store, found, settings.load(visit.home))
    return RedirectResponse(f"/lead/{found.id}{_query(visit)}", 303)


def undoable(store: Store, person: str) -> Any:
    """A person's newest decision that `undo` would take back, with its lead and what must still be newest; None when there is none."""
    row = store.one(
        "SELECT d.id, d.lead, d.move, d.at, l.subject FROM decisions d JOIN leads l ON l.id = d.lead WHERE d.reviewer = ? "
        "AND d.move <> 'undo' AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.undoes = d.id AND u.undoes <> '') "
        "ORDER BY d.at DESC, d.id DESC LIMIT 1", person)
    if row is None or store.one("SELECT 1 FROM decisions x WHERE x.lead = ? AND x.reviewer <> ? AND x.at > ?", row["lead"], person,
                                row["at"]):
        return None
    if store.one("SELECT 1 FROM packages WHERE lead = ? AND at > ?", row["lead"], row["at"]):
        return None
    return dict(row) | {"seen": decisions.last_decision(store, row["lead"])}


def _move(visit: Visit) -> Move:
    move = visit.form.get("move", "")
    if move not in decisions.MOVE_LABELS:
        raise decisions.MoveRefused(f"没有“{move[:20]}”这种处理")
    needed = accounts.MOVE_NEEDS[move]
    if not visit.person.may(needed):
        raise decisions.MoveRefused(f"“{decisions.MOVE_LABELS[move]}”需要“{accounts.ROLES[needed]}”角色")
    return move


def _query(visit: Visit) -> str:
    """The list the person works through, read and written anew: nothing of theirs reaches the address as it came."""
    query = visit.form.get("query", "")
    return filters.read(query).query() if query else ""


def bulk(visit: Visit) -> Response:
    """Several leads at once: first a preview, then, with `sure`, the same move on each or on none."""
    move, reason = _move(visit), visit.form.get("reason", "").strip()
    chosen = [_chosen(visit.store, item, move, reason) for item in visit.form.get("leads", "").split(",") if item]
    if len(chosen) > MAX_BULK:
        raise decisions.MoveRefused(f"一次最多处理 {MAX_BULK} 条，选了 {len(chosen)} 条")
    if visit.form.get("sure") != "1":
        return visit.page("bulk.html", chosen=chosen, move=move, reason=reason, query=visit.form.get("query", ""),
                          needs_reason=move in decisions.NEEDS_REASON and not reason)
    with visit.store.transaction():
        for one in chosen:
            decisions.decide(visit.store, one.lead, move, visit.person.name, reason, one.seen)
    for one in chosen:
        packaging.after_decision(visit.store, one.lead, settings.load(visit.home))
    return RedirectResponse(f"/leads{_query(visit)}", 303)


def _chosen(store: Store, item: str, move: Move, reason: str) -> Chosen:
    """`item` is a lead's id, with ":" and the newest decision seen once a preview was shown."""
    name, _, seen = item.partition(":")
    lead = store.lead(name)
    state = decisions.state_of(store, lead.id)
    then = decisions.MOVES.get((state, move), "")
    refused = "" if then else f"现为“{decisions.STATE_LABELS.get(state, state)}”，不能“{decisions.MOVE_LABELS[move]}”"
    return Chosen(lead, state, then, seen if ":" in item else decisions.last_decision(store, lead.id), refused)


def note(visit: Visit) -> Response:
    """A note, or handing the lead to someone who may work on it."""
    text, to = visit.form.get("text", "").strip()[:4000], visit.form.get("assigned", "").strip()
    found = visit.store.lead(visit.named("lead"))
    if not text and not to:
        raise decisions.MoveRefused("没有写内容")
    if to and not visit.store.one("SELECT 1 FROM desk_users WHERE name = ? AND disabled = 0 AND role <> 'viewer'", to):
        raise decisions.MoveRefused(f"没有可以处理线索的用户“{to[:40]}”")
    visit.store.add_note(Note(ids.new_id(), found.id, visit.person.name, text, to, ids.utc_now()))
    return RedirectResponse(f"/lead/{found.id}{_query(visit)}#notes", 303)


def export(visit: Visit) -> Response:
    """What would leave, to whom, masked how, what is missing; then, on asking, the packages."""
    found, config, vault = visit.store.lead(visit.named("lead")), settings.load(visit.home), Vault(visit.home)
    made: list[dict[str, Any]] = []
    if visit.request.method == "POST":
        wanted = [code for code in visit.form.get("agency", "").split(",") if code]
        if not wanted:
            raise decisions.MoveRefused("没有选收件机关")
        built = packaging.build(visit.store, vault, found, wanted, visit.home.exports / "packages", config,
                                again=visit.form.get("again", ""))
        made = [outgoing.described(one) for one in built]
    kept = {row["zip_sha256"]: row["id"] for row in visit.store.rows("SELECT id, zip_sha256 FROM packages WHERE lead = ?", found.id)}
    return visit.page("export.html", lead=found, out=outgoing.preview(visit.store, vault, found, config), made=made, kept=kept,
                      now=decisions.state_of(visit.store, found.id))


def keep_filter(visit: Visit) -> Response:
    """Keep the filter on show under a name."""
    wanted = filters.keep(visit.store, visit.person.name, visit.form.get("name", ""), visit.form.get("query", ""))
    return RedirectResponse(f"/leads{wanted.query()}", 303)


def drop_filter(visit: Visit) -> Response:
    """Forget a kept filter."""
    filters.drop(visit.store, visit.person.name, visit.form.get("name", ""))
    return RedirectResponse(f"/leads{_query(visit)}", 303)
