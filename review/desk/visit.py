"""One request by one person, with the store open for its length, and how pages are rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from evidence import ids
from evidence.home import Home
from evidence.store import Store
from exports.defang import defang
from review import clock, decisions
from review.console import BAND_LABELS, KIND_LABELS
from review.desk import accounts
from review.links import ROLE_LABELS, TYPE_LABELS
from review.progress import STATE_LABELS as SOURCE_LABELS

FOLDER = Path(__file__).parent
REASONS = ("正规机构的正常招生", "新闻或普法内容", "官方或行业协会网站", "转载、镜像", "与证书无关", "已关停，无法核实", "证据不足")


class Visit:
    """One request. `form` holds a posted form's fields; `who` is None before the login."""

    def __init__(self, request: Request, home: Home, store: Store, who: accounts.Visitor | None, form: dict[str, str]) -> None:
        self.request, self.home, self.store, self.who, self.form = request, home, store, who, form

    @property
    def person(self) -> accounts.Visitor:
        """The logged-in person; routes that use it are only reached with one."""
        assert self.who is not None
        return self.who

    def named(self, part: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[part])

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A rendered template."""
        return HTMLResponse(TEMPLATES.get_template(template).render(who=self.who, path=self.request.url.path, **values), status)


def shown_address(url: str) -> str:
    """An address that nothing turns into a link."""
    return defang(url)


def day(at: str) -> str:
    """A stored time as month, day and minute: what a list has room for."""
    return clock.local(at)[5:16]


def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True, auto_reload=False)
    styled = ids.sha256(b"".join(p.read_bytes() for p in sorted((FOLDER / "static").glob("*"))))[:12]
    made.globals |= {"STATES": decisions.STATE_LABELS, "MOVES": decisions.MOVE_LABELS, "SOURCES": SOURCE_LABELS, "BANDS": BAND_LABELS,
                     "KINDS": KIND_LABELS, "ROLES": accounts.ROLES, "GANG_ROLES": ROLE_LABELS, "TYPES": TYPE_LABELS,
                     "REASONS": REASONS, "STATIC": styled}
    made.filters |= {"local": clock.local, "day": day, "safe_url": shown_address}
    return made


TEMPLATES = _environment()
