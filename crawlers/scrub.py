"""A captured page as a fixture anybody may read: its structure kept, people, tokens and third parties taken out."""

from __future__ import annotations

import re

from evidence.domains import domain_of

_SCRIPT = re.compile(r"(?is)(<script\b(?P<head>[^>]*)>)(?P<text>.*?)(</script>)")
_DATA = re.compile(r"""(?i)application/(ld\+)?json|id=["']?s-data""")
_COMMENT = re.compile(r"(?s)<!--(?!\s*s-data:).*?-->")
_URL = re.compile(r"(?i)\b(https?:)?//([a-z0-9\u00a1-\uffff.-]+\.[a-z\u00a1-\uffff]{2,})(?=[/:?#\"'&\s<]|$)")
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("identity number", re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?!\d)"), "000000000000000000"),
    ("phone", re.compile(r"(?<!\d)1[3-9]\d(?:[\s\-.·()（）【】*]{0,2}\d){8}(?!\d)"), "139 0000 0000"),
    ("phone", re.compile(r"(?<!\d)(?:0\d{2,3}[-—\s]\d{7,8}|400[-\s]?\d{3}[-\s]?\d{4})(?!\d)"), "0000-0000000"),
    ("mail address", re.compile(r"(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"), "name@mail.example"),
    ("QQ", re.compile(r"(?i)((?:QQ|扣扣|企鹅|球球)(?:号|群)?\s*[:：]?\s*)[1-9]\d{4,11}"), r"\g<1>10000"),
    ("WeChat", re.compile(r"(?i)((?:微信|薇信|威信|卫星|加微|V信|VX|WX|微)(?:号|同号)?\s*[:：]?\s*)[a-z][-_a-z0-9]{5,19}"),
     r"\g<1>weixin_0000"),
    ("address of a machine", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"), "192.0.2.1"),
    ("token", re.compile(r"(?i)\b((?:[a-z_]*(?:token|session|ticket|secdata|signature|cookie)|s?sid|uid|guid|logid|baiduid|sign|eqid|rsv_t)"
                         r"[\"']?\s*[=:]\s*[\"']?)[\w%.+/=-]{6,}"), r"\g<1>x"),
    ("token", re.compile(r"(?<![\w.])(?=[\w%-]*\d)(?=[\w%-]*[A-Za-z])[\w%-]{28,}(?![\w.])"), "x"),
    ("token", re.compile(r"(?i)(?<!\w)[0-9a-f]{16,}(?!\w)"), "x"),
)


def scrub(text: str, own: tuple[str, ...]) -> tuple[str, dict[str, int]]:
    """The page without contacts, tokens, scripts and other people's host names, and how many of each were replaced.

    `own` are the source's host names; their registrable parts are kept as they are, any other host becomes
    `site-N.example`, the same one each time. Data scripts (JSON) are kept: some sources print their results there.
    """
    counts: dict[str, int] = {}
    text = _SCRIPT.sub(lambda m: m[0] if _DATA.search(m["head"]) else f"{m[1]}{m[4]}", text)
    text = _COMMENT.sub("", text)
    text, counts["host"] = _hosts(text, own)
    for name, pattern, instead in _RULES:
        text, n = pattern.subn(instead, text)
        counts[name] = counts.get(name, 0) + n
    return text, {name: n for name, n in counts.items() if n}


def _hosts(text: str, own: tuple[str, ...]) -> tuple[str, int]:
    """Foreign hosts under invented names, in addresses and wherever they are printed."""
    keep = {domain_of(host) for host in own}
    found = dict.fromkeys(m[2].lower().rstrip(".") for m in _URL.finditer(text))
    foreign = [h for h in found if not any(h == k or h.endswith("." + k) for k in keep) and not h.endswith(".example")]
    for number, host in sorted(enumerate(foreign, 1), key=lambda i: -len(i[1])):
        text = re.sub(rf"(?i)(?<![\w.-]){re.escape(host)}(?![\w-])", f"site-{number}.example", text)
    return text, len(foreign)


def contacts_left(text: str) -> bool:
    """Whether anything that looks like a phone number or an identity number is still there but for our own."""
    left = re.sub(r"139 0000 0000|0000-0000000|000000000000000000", "", text)
    return any(pattern.search(left) for name, pattern, _ in _RULES if name in {"phone", "identity number"})

