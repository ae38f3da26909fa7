"""The desk's routes: each reads one page of the store, or records one act of a logged-in person."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from evidence.archive import ArchiveError, Vault
from evidence.config import ConfigError
from evidence.home import Home
from evidence.reading import NotStored
from evidence.store import Store, StoreError
from exports import dossier
from exports.package import PackageError
from exports.pictures import PictureError
from review import decisions, leads
from review.desk import accounts, acts, filters, lead_page, letters, queue, served
from review.desk.security import COOKIE, SecurityHeaders, StaticPages, form_of, refused
from review.desk.visit import FOLDER, Visit

Handler = Callable[[Visit], Response]
_LOG = logging.getLogger("dajia.desk")
_MISSING = (NotStored, leads.NoSuchLead, dossier.DossierError, ArchiveError, PictureError)


def application(home: Home) -> Starlette:
    """The ASGI application over one home."""
    def at(path: str, handler: Handler, methods: tuple[str, ...] = ("GET",), role: str = "viewer") -> Route:
        return Route(path, _wrapped(home, handler, role), methods=list(methods))
    routes = [
        at("/", today), at("/leads", listing), at("/lead/{lead}", lead), at("/gangs", gangs), at("/gang/{gang}", gang),
        at("/followup", letters.page), at("/lead/{lead}/letter", letters.write, ("POST",), "first"),
        at("/picture/{capture}/{artifact}", served.picture),
        at("/difference/{capture}/{artifact}/{other}/{beside}", served.difference), at("/gang/{gang}/picture.svg", served.gang_picture),
        at("/raw/{capture}/{artifact}", served.raw, role="first"), at("/package/{package}", served.package, role="second"),
        at("/lead/{lead}/decide", acts.decide, ("POST",), "first"), at("/lead/{lead}/note", acts.note, ("POST",), "first"),
        at("/undo", acts.undo, ("POST",), "first"), at("/bulk", acts.bulk, ("POST",), "first"),
        at("/lead/{lead}/export", acts.export, ("GET", "POST"), "second"),
        at("/filters", acts.keep_filter, ("POST",)), at("/filters/drop", acts.drop_filter, ("POST",)),
        at("/login", login, ("GET", "POST"), ""), at("/logout", logout, ("POST",)),
        Mount("/static", StaticPages(directory=FOLDER / "static")),
    ]
    plain = {404: _wrapped(home, _no_page, ""), 405: _wrapped(home, _no_page, ""), 500: _failed}
    return Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)], exception_handlers=plain)


def _wrapped(home: Home, handler: Handler, role: str) -> Callable[..., Any]:
    @functools.wraps(handler)
    async def route(request: Request, problem: HTTPException | None = None) -> Response:
        form = await form_of(request) if request.method == "POST" and problem is None else {}
        return await run_in_threadpool(_answer, home, handler, role, request, form)
    return route


def _answer(home: Home, handler: Handler, role: str, request: Request, form: dict[str, str]) -> Response:
    try:
        with Store.open(home, actor="desk") as store:
            return _guarded(Visit(request, home, store, accounts.visitor(store, request.cookies.get(COOKIE, "")), form), handler, role)
    except StoreError as problem:
        _LOG.error("store: %s", problem)
        return Response(f"证据库暂时不能使用：{problem}", 503, media_type="text/plain; charset=utf-8")


def _guarded(visit: Visit, handler: Handler, role: str) -> Response:
    who = visit.who
    if role and who is None:
        return RedirectResponse("/login?over=1" if visit.request.cookies.get(COOKIE) else "/login", 303)
    if reason := refused(visit.request, visit.form, who.csrf if who else "", needs_token=bool(role)):
        return visit.page("message.html", 403, title="未执行", text=reason)
    if role and not visit.person.may(role):
        return visit.page("message.html", 403, title="没有权限", text=f"需要“{accounts.ROLES[role]}”角色")
    visit.store.actor = who.name if who else "desk"  # what follows stands under the person's name in the custody chain
    try:
        return handler(visit)
    except _MISSING as problem:
        english = isinstance(problem, NotStored) and str(problem.args[0]).isascii()
        return visit.page("message.html", 404, title="没有找到", text="证据库里没有这条记录" if english else str(problem.args[0]))
    except decisions.Overtaken as problem:
        return visit.page("message.html", 409, title="已有人处理", text=str(problem), back=visit.request.path_params.get("lead", ""))
    except (decisions.MoveRefused, filters.FilterRefused, PackageError, ConfigError) as problem:
        return visit.page("message.html", 400, title="未执行", text=str(problem), back=visit.request.path_params.get("lead", ""))


def _no_page(visit: Visit) -> Response:
    return visit.page("message.html", 404, title="没有这个页面", text="网址不对，或这种请求方式不被接受")


async def _failed(request: Request, problem: Exception) -> Response:
    """Our own fault: the person is told that nothing was done, the traceback goes to the log (uvicorn writes it)."""
    _LOG.error("%s %s failed: %s", request.method, request.url.path, type(problem).__name__)
    return Response("研判台内部出错，本次操作没有完成；请把时间告诉管理员查看日志。", 500, media_type="text/plain; charset=utf-8")


def login(visit: Visit) -> Response:
    """The login form, and what comes of it."""
    if visit.request.method == "GET":
        return visit.page("login.html", problem="登录已过期，请重新登录" if visit.request.query_params.get("over") else "")
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
    wanted = queue.Filter(state="new")
    blind = [s for s in sources if s["state"] not in {"ok", "empty", "disabled"}]
    return visit.page("today.html", run=run, sources=sources, blind=blind, counts=queue.counts(visit.store, visit.person.name),
                      wanted=wanted, shown=queue.listed(visit.store, wanted), recent=queue.recent(visit.store),
                      last=acts.undoable(visit.store, visit.person.name))


def listing(visit: Visit) -> Response:
    """The queue with filters and search."""
    wanted = queue.Filter.of(visit.request.query_params)
    return visit.page("leads.html", shown=queue.listed(visit.store, wanted), wanted=wanted, recent=queue.recent(visit.store),
                      imitated=queue.imitated(visit.store), kept=filters.kept(visit.store, visit.person.name),
                      last=acts.undoable(visit.store, visit.person.name))


def lead(visit: Visit) -> Response:
    """One lead, all sides of it."""
    name, wanted = visit.named("lead"), queue.Filter.of(visit.request.query_params)
    page = lead_page.build(visit.store, Vault(visit.home), name)
    before, after = queue.neighbours(visit.store, name, wanted)
    page.moves = [(m, label) for m, label in page.moves if visit.person.may(accounts.MOVE_NEEDS[m])]
    return visit.page("lead.html", p=page, before=before, after=after, wanted=wanted, recent=queue.recent(visit.store, visit.person.name),
                      last=acts.undoable(visit.store, visit.person.name))


def gangs(visit: Visit) -> Response:
    """All gangs."""
    rows = visit.store.rows(
        "SELECT g.id, g.leads, g.summary, g.ties, (SELECT group_concat(subject, '、') FROM (SELECT b.subject FROM gang_members m "
        "JOIN board b ON b.lead = m.lead WHERE m.gang = g.id ORDER BY b.score DESC, b.subject LIMIT 3)) AS some FROM v_gangs g "
        "ORDER BY g.leads DESC, g.id LIMIT 500")
    return visit.page("gangs.html", rows=rows)


def gang(visit: Visit) -> Response:
    """One gang."""
    name = visit.named("gang")
    row = visit.store.one("SELECT * FROM gangs WHERE id = ?", name)
    if row is None:
        raise NotStored(f"没有团伙 {name[:40]}")
    return visit.page("gang.html", gang=row, ties=visit.store.rows("SELECT * FROM gang_ties WHERE gang = ? ORDER BY place LIMIT 60", name),
                      members=visit.store.rows("SELECT m.role, b.lead, b.subject, b.state, b.band, b.score, b.title FROM gang_members m "
                                               "JOIN board b ON b.lead = m.lead WHERE m.gang = ? ORDER BY m.role, b.score DESC, b.subject",
                                               name))
