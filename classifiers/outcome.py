"""What a judgement says beside the score: role, scope, contacts, links to follow, and whether the page could be read."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from classifiers.engine import Fired
from classifiers.features.app_download import is_package
from classifiers.features.identity import imitated
from classifiers.handles import unannounced
from classifiers.page import Page, absolute
from classifiers.reading import Reading
from evidence.records import Band, Contact, Kind

_TYPES = ("phone", "wechat", "qq", "email", "telegram", "qr")
_MAX_CONTACTS, _MAX_LINKS = 60, 30
_WORTH = re.compile(r"查询|查验|验证|核验|查证|证书|官网|网查|办证|代办|操作证|下载app|app下载")
_URL = re.compile(r"https?://[A-Za-z0-9.-]{3,120}(?::\d{1,5})?(?:/[A-Za-z0-9._~/?#@!$&'()*+,;=%-]{0,300})?")
_ROLES = (
    ("court", "role.court"), ("law", "role.law"), ("news", "role.news"), ("authority", "role.authority"),
    ("question", "role.question"), ("recruitment", "role.recruitment"), ("school", "role.school"),
)  # fmt: skip
_THIN, _PLENTY = 40, 5_000
_SEEN = frozenset({"body", "heading", "header", "form", "comment", "image"})


def mirrored(reading: Reading) -> bool:
    """Whether the text carries the marks of machine-made mirrors: readings in brackets behind hard characters."""
    return reading.folded.pinyin >= 3


def role(reading: Reading, fired: list[Fired]) -> str:
    """What kind of page this is in the world; "seller" when it sells, "grey" when only grey rules speak."""
    sold = [f for f in fired if f.rule.kind == "ad"]
    if any(not f.rule.name.startswith("ad/grey") for f in sold) and not any(f.rule.limit for f in fired):
        return "seller"
    found = next((name for name, feature in _ROLES if reading.has(feature)), "")
    return found or ("grey" if sold else "")


def scope(reading: Reading, relevant: list[Fired]) -> str:
    """"page" for one page or post on somebody else's host, else "host"."""
    posts = [h for f in relevant if f.rule.kind == "ad" for h in f.span.hits if h.unit > 0]
    return "page" if posts or reading.has("scope.page") or reading.has("scope.guest") else "host"


def contacts(reading: Reading, selling: bool = False) -> tuple[Contact, ...]:
    """Ways to reach someone, each once, in page order. Hotlines and offices are left out.

    Of a page that is found to sell and announces none, also the bare accounts and numbers on it.
    """
    found: dict[tuple[str, str], Contact] = {}
    for kind in _TYPES:
        for hit in reading.hits(f"contact.{kind}"):
            key = (kind, hit.value)
            if key not in found:
                quote, start, end, _ = reading.page.place(hit.start, hit.end) if hit.start >= 0 else (hit.quote, -1, -1, "")
                found[key] = Contact(kind, hit.value, quote, start, end)
    if selling and not any(kind != "qr" for kind, _ in found):
        for handle in unannounced(reading):
            quote, start, end, _ = reading.page.place(handle.start, handle.end)
            found.setdefault((handle.kind, handle.value), Contact(handle.kind, handle.value, quote, start, end))
    return tuple(found.values())[:_MAX_CONTACTS]


def links(reading: Reading, kind: Kind) -> tuple[str, ...]:
    """QR targets, and from an accused page its app downloads and the links that promise a query site or another shop."""
    page = reading.page
    found = [text for picture in page.readings for text in picture.qr if text.lower().startswith(("http://", "https://"))]
    if kind != "none":
        found += [link.url for link in page.links if is_package(link.url)]
        found += _URL.findall(page.text[:200_000])
        found += [link.url for link in page.links if _WORTH.search(link.words) and _host(link.url) != page.host]
        found += [k.url for k in page.links if k.region in ("body", "heading", "comment") and _host(k.url) != page.host]
        found += list(page.frames)
    kept = dict.fromkeys(url for url in (absolute(page.url, f) for f in found) if url and url != page.url)
    return tuple(kept)[:_MAX_LINKS]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def undecidable(reading: Reading, band: Band) -> str:
    """Why the page cannot be judged from what was read: "script-only", "frame-only", "image-only", "empty" or ""."""
    page = reading.page
    if band in ("high", "medium") or not page.is_html:
        return ""
    visible = _visible(page)
    if any(_asks(field.kind) for form in page.forms for field in form.fields):
        return ""  # a form is what there is to see, however few words stand around it
    if visible >= _THIN:
        shell = visible < 200 and page.script_size > max(3000, 20 * visible) and _mounts(page.source)
        return "script-only" if shell else ""
    if page.scripts or page.script_size > 0:
        return "script-only"
    if page.frames:
        return "frame-only"
    return "image-only" if page.pictures else "empty"


def _visible(page: Page) -> int:
    """Letters a visitor sees of the page itself, counted up to the most that matters."""
    seen = 0
    for block in page.blocks:
        if block.region in _SEEN:
            seen += len("".join(page.text[block.start : block.end].split()))
            if seen >= _PLENTY:
                break
    return seen


def _asks(kind: str) -> bool:
    """Whether a visitor is asked to enter something."""
    return kind not in ("hidden", "submit", "button", "image", "reset")


def _mounts(source: str) -> bool:
    return bool(re.search(r"""<div[^>]{0,80}id=["']?(?:app|root|__nuxt|__next|main)["'\s>]""", source[:200_000]))


def imitates(reading: Reading, fired: list[Fired]) -> str:
    """The official host a fake site copies, or the name it gives itself; "" when no site rule spoke."""
    return imitated(reading) if any(f.rule.kind == "site" for f in fired) else ""
