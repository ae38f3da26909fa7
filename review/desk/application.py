"""The desk's routes: each reads one page of the store, or records one act of a logged-in person."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from evidence import config as settings
from evidence import ids
from evidence.archive import ArchiveError, Vault
from evidence.home import Home
from evidence.reading import NotStored
from evidence.records import Note
from evidence.store import Store
from exports import dossier
from exports.pictures import PictureError
from review import clock, decisions, leads, packaging
from review import followup as tracking
from review.console import BAND_LABELS, KIND_LABELS
from review.desk import accounts, lead_page, pictures, queue
from review.desk.security import COOKIE, SecurityHeaders, form_of, refused
from review.links import ROLE_LABELS
from review.progress import STATE_LABELS as SOURCE_LABELS

FOLDER = Path(__file__).parent
MAX_BULK = 200
Handler = Callable[["Visit"], Response]


class Visit:
    """One request by one person, with the store open for its length. `form` holds a posted form's fields."""

    def __init__(self, request: Request, home: Home, store: Store, who: accounts.Visitor | None, form: dict[str, str]) -> None:
        self.request, self.home, self.store, self.who, self.form = request, home, store, who, form

    @property
    def person(self) -> accounts.Visitor:
        """The logged-in person; routes that use it are only reached with one."""
        assert self.who is not None
        return self.who

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A rendered template."""
        return HTMLResponse(_TEMPLATES.get_template(template).render(who=self.who, path=self.request.url.path, **values), status)


def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)
    made.globals |= {"STATES": decisions.STATE_LABELS, "MOVES": decisions.MOVE_LABELS, "SOURCES": SOURCE_LABELS, "BANDS": BAND_LABELS,
                     "KINDS": KIND_LABELS, "ROLES": accounts.ROLES, "GANG_ROLES": ROLE_LABELS}
    made.filters |= {"local": clock.local, "safe_url": lead_page.shown_address}
    return made


_TEMPLATES = _environment()


def application(home: Home) -> Starlette:
    """The ASGI application over one home."""
    def at(path: str, handler: Handler, methods: tuple[str, ...] = ("GET",), role: str = "viewer") -> Route:
        return Route(path, _wrapped(home, handler, role), methods=list(methods))
    routes = [
        at("/", today), at("/leads", listing), at("/lead/{lead}", lead), at("/gangs", gangs), at("/gang/{gang}", gang),
        at("/followup", followup), at("/picture/{capture}/{artifact}", picture), at("/gang/{gang}/picture.svg", gang_picture),
        at("/raw/{capture}/{artifact}", raw, role="first"),
        at("/lead/{lead}/decide", decide, ("POST",), "first"), at("/lead/{lead}/note", note, ("POST",), "first"),
        at("/bulk", bulk, ("POST",), "first"), at("/lead/{lead}/export", export, ("GET", "POST"), "second"),
        at("/login", login, ("GET", "POST"), ""), at("/logout", logout, ("POST",)),
        Mount("/static", StaticFiles(directory=FOLDER / "static")),
    ]
    return Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)])


def _wrapped(home: Home, handler: Handler, role: str) -> Callable[[Request], Any]:
    @functools.wraps(handler)
    async def route(request: Request) -> Response:
        form = await form_of(request) if request.method == "POST" else {}
        return await run_in_threadpool(_answer, home, handler, role, request, form)
    return route


def _answer(home: Home, handler: Handler, role: str, request: Request, form: dict[str, str]) -> Response:
    with Store.open(home, actor="desk") as store:
        who = accounts.visitor(store, request.cookies.get(COOKIE, ""))
        visit = Visit(request, home, store, who, form)
        if role and who is None:
            return RedirectResponse("/login", 303)
        if reason := refused(request, form, who.csrf if who else "", needs_token=bool(role)):
            return visit.page("message.html", 403, title="未执行", text=reason)
        if role and not visit.person.may(role):
            return visit.page("message.html", 403, title="没有权限", text=f"需要“{accounts.ROLES[role]}”角色")
        try:
            return handler(visit)
        except (NotStored, leads.NoSuchLead, dossier.DossierError, ArchiveError, PictureError) as problem:
            return visit.page("message.html", 404, title="没有找到", text=str(problem.args[0] if problem.args else problem))
        except decisions.Overtaken as problem:
            return visit.page("message.html", 409, title="已有人处理", text=str(problem))
        except decisions.MoveRefused as problem:
            return visit.page("message.html", 400, title="未执行", text=str(problem))


def login(visit: Visit) -> Response:
    """The login form, and what comes of it."""
    if visit.request.method == "GET":
        return visit.page("login.html", problem="")
    try:
        who = accounts.login(visit.store, visit.form.get("name", "").strip(), visit.form.get("password", ""))
    except accounts.AccountError as problem:
        return visit.page("login.html", 403, problem=str(problem))
    answer = RedirectResponse("/", 303)
    answer.set_cookie(COOKIE, who.token, max_age=accounts.SESSION_SECONDS, httponly=True, samesite="strict",
                      secure=visit.request.url.scheme == "https")
    return answer


def logout(visit: Visit) -> Response:
    """End the session."""
    accounts.logout(visit.store, visit.person.token)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


def today(visit: Visit) -> Response:
    """Coverage first, then counts, then the queue."""
    run, sources = queue.coverage(visit.store)
    rows, more = queue.listed(visit.store, queue.Filter(state="new"))
    blind = [s for s in sources if s["state"] not in {"ok", "empty", "disabled"}]
    return visit.page("today.html", run=run, sources=sources, blind=blind, counts=queue.counts(visit.store), rows=rows, more=more,
                      recent=queue.recent(visit.store))


def listing(visit: Visit) -> Response:
    """The queue with filters and search."""
    wanted = queue.Filter.of(visit.request.query_params)
    rows, more = queue.listed(visit.store, wanted)
    return visit.page("leads.html", rows=rows, more=more, wanted=wanted, recent=queue.recent(visit.store))


def lead(visit: Visit) -> Response:
    """One lead, all sides of it."""
    name = visit.request.path_params["lead"]
    page = lead_page.build(visit.store, Vault(visit.home), name)
    before, after = queue.neighbours(visit.store, name, queue.Filter.of(visit.request.query_params))
    page.moves = [(m, label) for m, label in page.moves if visit.person.may(accounts.MOVE_NEEDS[m])]
    return visit.page("lead.html", p=page, before=before, after=after, recent=queue.recent(visit.store, visit.person.name))


def decide(visit: Visit) -> Response:
    """One decision; the page that was shown must still be the newest."""
    found = visit.store.lead(visit.request.path_params["lead"])
    _decide(visit, found.id, visit.form.get("seen"))
    packaging.after_decision(visit.store, found, settings.load(visit.home))  # whoever got a package hears of a revocation
    return RedirectResponse(_next(visit, found.id), 303)


def _decide(visit: Visit, lead_id: str, seen: str | None) -> None:
    move = visit.form.get("move", "")
    if move not in decisions.MOVE_LABELS:
        raise decisions.MoveRefused(f"没有“{move}”这种处理")
    needed = accounts.MOVE_NEEDS[move]
    if not visit.person.may(needed):
        raise decisions.MoveRefused(f"“{decisions.MOVE_LABELS[move]}”需要“{accounts.ROLES[needed]}”角色")
    decisions.decide(visit.store, visit.store.lead(lead_id), move, visit.person.name, visit.form.get("reason", ""), seen)


def _next(visit: Visit, lead_id: str) -> str:
    after = visit.form.get("after", "")
    return f"/lead/{after}" if after.isalnum() and visit.form.get("move") not in {"undo", "second"} else f"/lead/{lead_id}"


def bulk(visit: Visit) -> Response:
    """Several leads at once: first a preview, then, with `sure`, the same move on each."""
    chosen = [i for i in visit.form.get("leads", "").split(",") if i][:MAX_BULK]
    rows = [visit.store.lead(i) for i in chosen]
    if visit.form.get("sure") != "1":
        return visit.page("bulk.html", rows=rows, form=visit.form, states={r.id: decisions.state_of(visit.store, r.id) for r in rows})
    with visit.store.transaction():
        for row in rows:
            _decide(visit, row.id, None)
    for row in rows:
        packaging.after_decision(visit.store, row, settings.load(visit.home))
    return RedirectResponse("/leads", 303)


def note(visit: Visit) -> Response:
    """A note, or handing the lead to someone."""
    text, to = visit.form.get("text", "").strip()[:4000], visit.form.get("assigned", "").strip()[:40]
    found = visit.store.lead(visit.request.path_params["lead"])
    if not text and not to:
        raise decisions.MoveRefused("没有写内容")
    visit.store.add_note(Note(ids.new_id(), found.id, visit.person.name, text, to, ids.utc_now()))
    return RedirectResponse(f"/lead/{found.id}", 303)


def export(visit: Visit) -> Response:
    """What would leave, to whom, what is missing; then the packages."""
    found = visit.store.lead(visit.request.path_params["lead"])
    lines, made = packaging.preview(visit.store, found, ()), []
    if visit.request.method == "POST":
        made = packaging.build(visit.store, Vault(visit.home), found, (), visit.home.exports / "packages", settings.load(visit.home))
    return visit.page("export.html", lead=found, lines=lines, made=made, state=decisions.state_of(visit.store, found.id))


def gangs(visit: Visit) -> Response:
    """All gangs."""
    return visit.page("gangs.html", rows=visit.store.rows("SELECT * FROM v_gangs ORDER BY leads DESC, id LIMIT 500"))


def gang(visit: Visit) -> Response:
    """One gang."""
    name = visit.request.path_params["gang"]
    row = visit.store.one("SELECT * FROM gangs WHERE id = ?", name)
    if row is None:
        raise NotStored(f"没有团伙 {name}")
    return visit.page("gang.html", gang=row, ties=visit.store.rows("SELECT * FROM gang_ties WHERE gang = ? ORDER BY place LIMIT 60", name),
                      members=visit.store.rows("SELECT m.role, l.id, l.subject, s.state FROM gang_members m JOIN leads l ON l.id = m.lead "
                                               "JOIN v_lead_state s ON s.lead = l.id WHERE m.gang = ? ORDER BY m.role, l.subject", name))


def gang_picture(visit: Visit) -> Response:
    """The gang as a drawing of our own."""
    from review.commands.gangs import drawn

    return Response(drawn(visit.store, visit.request.path_params["gang"]), media_type="image/svg+xml")


def followup(visit: Visit) -> Response:
    """Where every confirmed lead stands, what waits for a person, how well it goes."""
    shown = visit.request.query_params.get("show", "all")
    return visit.page("followup.html", f=tracking.page(visit.store, settings.load(visit.home), shown), filters=tracking.FILTERS)


def picture(visit: Visit) -> Response:
    """A stored picture, decoded and encoded anew, so that only pixels reach the browser."""
    data = pictures.served(visit.store, Vault(visit.home), visit.request.path_params["capture"], visit.request.path_params["artifact"])
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


def raw(visit: Visit) -> Response:
    """Stored bytes as a download that no browser opens in the desk's origin."""
    artifact = visit.store.capture(visit.request.path_params["capture"]).artifact(visit.request.path_params["artifact"])
    if artifact is None:
        raise NotStored("没有这份材料")
    return Response(Vault(visit.home).read(artifact), media_type="application/octet-stream", headers={
        "Content-Disposition": f'attachment; filename="{artifact.sha256[:16]}.bin"',
        "Content-Security-Policy": "sandbox; default-src 'none'"})
