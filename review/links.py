"""From stored evidence to gangs: whose traits are read, what people decided about them, where the result is kept.

Traits come from three places: contacts of the newest verdict of each capture, the page's own fingerprints (read once
per capture from the vault), and site facts. The gangs are computed anew each time and replace the last ones; what
people merged, split or set aside is kept as facts and holds for every later computation.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from classifiers.fingerprints import fingerprints
from classifiers.page import decode_html
from evidence import ids
from evidence.archive import ArchiveError, Vault
from evidence.records import Entity, GangEdit
from evidence.store import Store
from review.gangs import PERSONAL, STRONG, WEAK, Gang, Strand, Tie, Web, find_gangs
from review.leads import find

BATCH = 200
TYPE_LABELS = {
    "phone": "电话", "wechat": "微信", "qq": "QQ", "email": "邮箱", "telegram": "Telegram", "host": "指向的主机", "analytics": "统计账号",
    "icp": "备案号", "police": "公安备案号", "template": "页面模板", "favicon": "网站图标", "tls": "证书公钥", "ip": "IP 地址",
    "registrant": "注册人",
}
ROLE_LABELS = {"operator": "疑似建站运营者", "reseller": "疑似代理卖家", "shared": "共同特征"}
MOVES = {"merge": "合并", "split": "拆开", "ignore": "不作依据", "undo": "撤回"}


class EditRefused(Exception):
    """An edit of gangs that cannot be taken; the message says why."""


def read_traits(store: Store, vault: Vault) -> list[str]:
    """Read the fingerprints of captures not read yet; returns one sentence for each that could not be read."""
    waiting = store.rows(
        "SELECT c.id FROM captures c WHERE c.outcome IN ('ok', 'partial') AND c.why NOT IN ('serp', 'robots', 'probe') "
        "AND NOT EXISTS (SELECT 1 FROM all_custody e WHERE e.subject_kind = 'capture' AND e.subject_id = c.id AND e.event = 'traits') "
        "ORDER BY c.id")
    problems: list[str] = []
    for start in range(0, len(waiting), BATCH):
        with store.transaction():
            for row in waiting[start:start + BATCH]:
                try:
                    store.add_entities(row["id"], _entities(store, vault, row["id"]))
                except ArchiveError as problem:
                    problems.append(f"采集 {row['id']} 的证据读不出来，未比对特征：{problem}")
    return problems


def _entities(store: Store, vault: Vault, capture_id: str) -> list[Entity]:
    capture = store.capture(capture_id)
    source = capture.artifact("dom") or capture.artifact("body")
    found: list[Entity] = []
    if source is not None and not source.media_type.startswith(("image/", "application/octet")):
        media = "text/html; charset=utf-8" if source.name == "dom" else \
            next((v for k, v in capture.headers if k.lower() == "content-type"), "")
        found = [Entity(capture_id, f.type, f.value) for f in fingerprints(capture.url, decode_html(vault.decoded(source), media))]
    icon = capture.artifact("favicon")
    return [*found, Entity(capture_id, "favicon", icon.sha256)] if icon is not None else found


def web_of(store: Store) -> Web:
    """Everything that may tie leads together, read from the store."""
    web = Web()
    subjects = {r["id"]: r["subject"] for r in store.rows("SELECT id, subject FROM leads")}
    states = {r["lead"]: r["state"] for r in store.rows("SELECT lead, state FROM v_lead_state")}
    for row in store.rows("SELECT id, kind, subject, scope FROM leads"):
        if states.get(row["id"]) not in {"dismissed", "revoked"}:
            web.add(row["id"], row["kind"], [Tie("host", row["subject"])] if row["scope"] == "host" else [])
    for lead, tie in _ties(store):
        if lead in web.kinds and not (tie.type == "host" and tie.value == ids.host_of(subjects[lead]) and "://" in subjects[lead]):
            web.ties[lead].add(tie)
    web.outside = _outside(store)
    _apply_edits(store, web)
    return web


_NEWEST = """WITH newest AS (SELECT lv.lead, v.id, v.capture, v.links, row_number() OVER (
                 PARTITION BY lv.lead, v.capture ORDER BY v.at DESC, v.id DESC) AS age
             FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict{whose}) """
_MEMBERS = " WHERE {lead} IN (SELECT m.lead FROM gang_members m WHERE m.gang = :gang)"


def ties_of(store: Store, gang: str) -> dict[str, set[Tie]]:
    """Every tie of each member of one gang, without a look at the rest of the store."""
    found: dict[str, set[Tie]] = defaultdict(set)
    for row in store.rows("SELECT l.id, l.subject FROM leads l JOIN gang_members m ON m.lead = l.id WHERE m.gang = ? AND l.scope = 'host'",
                          gang):
        found[row["id"]].add(Tie("host", row["subject"]))
    for lead, tie in _ties(store, gang):
        found[lead].add(tie)
    return found


def _ties(store: Store, gang: str = "") -> Iterator[tuple[str, Tie]]:
    """(lead, tie) from contacts, links, fingerprints and site facts; of one gang's members when it is named."""
    newest, values = _NEWEST.format(whose=_MEMBERS.format(lead="lv.lead") if gang else ""), {"gang": gang} if gang else {}
    for row in store.db.execute(newest + "SELECT n.lead, k.type, k.value FROM newest n JOIN contacts k ON k.verdict = n.id "
                                "WHERE n.age = 1", values):
        if row["type"] in PERSONAL:
            yield row["lead"], Tie(row["type"], row["value"])
        elif row["type"] in {"qr", "url"} and (host := _web_host(row["value"])):
            yield row["lead"], Tie("host", host)
    for row in store.db.execute(newest + "SELECT n.lead, n.links FROM newest n WHERE n.age = 1 AND n.links <> '[]'", values):
        for link in json.loads(row["links"]):
            if host := _web_host(link):
                yield row["lead"], Tie("host", host)
    for row in store.db.execute(newest + "SELECT n.lead, e.type, e.value FROM newest n JOIN entities e ON e.capture = n.capture "
                                "WHERE n.age = 1", values):
        if row["type"] in STRONG | WEAK:
            yield row["lead"], Tie(row["type"], row["value"])
    yield from _fact_ties(store, gang)


def _fact_ties(store: Store, gang: str) -> Iterator[tuple[str, Tie]]:
    """Addresses, certificates and registrants belong to whole sites only, not to a page on somebody's host."""
    whose = _MEMBERS.format(lead="l.id") if gang else " WHERE 1 = 1"
    for row in store.db.execute("SELECT l.id AS lead, f.kind, f.value FROM leads l JOIN site_facts f ON f.host = l.subject"
                                f"{whose} AND l.scope = 'host' AND f.ok = 1", {"gang": gang} if gang else {}):
        value: dict[str, Any] = json.loads(row["value"])
        if row["kind"] == "dns":
            addresses = value.get("records", value).get("A") or ()
            yield from ((row["lead"], Tie("ip", str(a))) for a in addresses)
        elif row["kind"] == "tls" and (key := value.get("public_key_sha256") or value.get("spki_sha256")):
            yield row["lead"], Tie("tls", str(key))
        elif row["kind"] == "whois" and (name := value.get("registrant_email") or value.get("registrant")):
            yield row["lead"], Tie("registrant", str(name).strip().lower())


def _outside(store: Store) -> dict[Tie, int]:
    """On how many hosts that are no suspects each trait or contact was seen."""
    hosts: dict[Tie, set[str]] = defaultdict(set)
    innocent = ("SELECT c.host, c.id FROM captures c WHERE NOT EXISTS (SELECT 1 FROM verdicts v JOIN lead_verdicts lv "
                "ON lv.verdict = v.id WHERE v.capture = c.id)")
    for row in store.db.execute(f"SELECT i.host, e.type, e.value FROM ({innocent}) i JOIN entities e ON e.capture = i.id"):
        hosts[Tie(row["type"], row["value"])].add(row["host"])
    for row in store.db.execute(f"SELECT i.host, k.type, k.value FROM ({innocent}) i JOIN verdicts v ON v.capture = i.id "
                                "JOIN contacts k ON k.verdict = v.id"):
        hosts[Tie(row["type"], row["value"])].add(row["host"])
    return {tie: len(found) for tie, found in hosts.items()}


def _apply_edits(store: Store, web: Web) -> None:
    standing: dict[tuple[str, str], str] = {}
    for row in store.rows("SELECT move, a, b FROM gang_edits ORDER BY at, id"):
        pair = (row["a"], row["b"])
        if row["move"] == "undo":
            standing.pop(pair, None)
        else:
            standing[pair] = row["move"]
    web.together = [pair for pair, move in standing.items() if move == "merge"]
    web.apart = [pair for pair, move in standing.items() if move == "split"]
    web.ignored = frozenset(Tie(a, b) for (a, b), move in standing.items() if move == "ignore")


def edit(store: Store, move: str, a: str, b: str, reviewer: str, reason: str) -> GangEdit:
    """Remember what a person knows; leads may be named as anywhere else, `ignore` takes a type and a value."""
    if move not in MOVES:
        raise EditRefused(f"没有“{move}”；可以：{'、'.join(MOVES)}")
    if not reviewer.strip() or not reason.strip():
        raise EditRefused("须写明经办人（--reviewer）和理由（--reason）")
    if a in TYPE_LABELS and move in {"ignore", "undo"}:
        pair = (a, b)
    elif move == "ignore":
        raise EditRefused(f"没有特征类型“{a}”；可以：{'、'.join(TYPE_LABELS)}")
    else:
        one, other = sorted((find(store, a).id, find(store, b).id))
        if one == other:
            raise EditRefused("是同一条线索")
        pair = (one, other)
    record = GangEdit(ids.new_id(), move, *pair, reviewer.strip(), reason.strip(), ids.utc_now())
    store.add_gang_edit(record)
    return record


def rebuild(store: Store) -> list[Gang]:
    """Compute the gangs and replace the stored ones."""
    web = web_of(store)
    gangs = find_gangs(web)
    now = ids.utc_now()
    with store.transaction():
        for table in ("gangs", "gang_members", "gang_ties"):
            store.db.execute(f"DELETE FROM {table}")
        for gang in gangs:
            ads = sum(web.kinds[lead] == "ad" for lead in gang.leads)
            store.db.execute("INSERT INTO gangs VALUES (?,?,?,?,?,?)",
                             (gang.id, len(gang.leads), ads, len(gang.leads) - ads, summary(gang, web), now))
            store.db.executemany("INSERT INTO gang_members VALUES (?,?,?)", [
                (gang.id, lead, "seller" if web.kinds[lead] == "ad" else "checker") for lead in gang.leads])
            store.db.executemany("INSERT INTO gang_ties VALUES (?,?,?,?,?,?,?,?)", _tie_rows(gang))
    return gangs


def _tie_rows(gang: Gang) -> Iterable[tuple[Any, ...]]:
    return [(gang.id, s.tie.type, s.tie.value, s.leads, s.role, place, s.score, sentence(s))
            for place, s in enumerate(gang.strands, 1)]


def sentence(strand: Strand) -> str:
    """Why a strand counts, as an officer reads it."""
    label = TYPE_LABELS.get(strand.tie.type, strand.tie.type)
    parts = [f"{n} {unit}" for n, unit in ((strand.ads, "条广告"), (strand.sites, "个仿冒网站")) if n]
    where = "、".join(parts)
    if strand.tie.type == "host":
        return f"{where}指向或就是同一主机 {strand.tie.value}"
    if strand.leads == 1:
        return f"只出现在团伙内的 1 个网站：{label} {strand.tie.value}"
    return f"{where}有同一{label} {strand.tie.value}"


def summary(gang: Gang, web: Web) -> str:
    """One line about a gang."""
    ads = sum(web.kinds[lead] == "ad" for lead in gang.leads)
    heads = [f"{TYPE_LABELS[s.tie.type]} {s.tie.value}" for s in gang.strands if s.role == "operator"][:2]
    text = f"{ads} 条广告、{len(gang.leads) - ads} 个仿冒网站"
    return text + (f"；疑似运营者：{'、'.join(heads)}" if heads else "")


def _web_host(address: str) -> str:
    """The host of a web address, "" for others: `weixin://contacts/…` names an account, and "contacts" is no host."""
    return ids.to_ascii(ids.host_of(address)) if address.strip().lower().startswith(("http://", "https://")) else ""
