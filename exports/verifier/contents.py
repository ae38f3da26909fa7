"""What a package says against what it holds: records, custody extract, screenshots, WACZ, verdict, tokens.

Rewriting every list does not help whoever swaps a screenshot: its digest stands in the capture's record, the record's
in the custody event, and the event's own hash in the chain that the sender keeps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from exports.verifier.bags import TAGS, TOKENS, Bag
from exports.verifier.claims import ALTERED, MISSING, UNEXPECTED, VERIFIED, Claim, Refused, record_digest
from exports.verifier.tokens import token_claim
from exports.verifier.waczs import wacz_claims

EVIDENCE = "data/evidence/"
LISTS = ("captures", "verdicts", "facts", "decisions", "lead")
CUSTODY, WACZ, STAMPS = EVIDENCE + "custody.json", "data/evidence.wacz", "data/timestamps/tokens.json"


class Contents:
    """The evidence inside one bag whose lists were checked."""

    def __init__(self, bag: Bag, roots: Iterable[Path]) -> None:
        self.bag, self.roots = bag, list(roots)
        self.claims: list[Claim] = []
        self.bodies: dict[str, str] = {}  # capture and artifact -> digest, as the records say

    def check(self) -> list[Claim]:
        """Every claim about the evidence itself."""
        steps: list[tuple[str, Any]] = [(STAMPS, self._stamps)]
        if CUSTODY in self.bag.digests or any(EVIDENCE + n + ".json" in self.bag.digests for n in LISTS):
            known: dict[str, str] = {}
            steps = [(CUSTODY, lambda: known.update(self._custody())),
                     *((EVIDENCE + n + ".json", lambda n=n: self._records(EVIDENCE + n + ".json", known)) for n in LISTS),
                     (EVIDENCE + "verdicts.json", self._verdicts), (WACZ, self._wacz), *steps]
        for name, step in steps:
            try:
                step()
            except (AttributeError, KeyError, TypeError, ValueError, IndexError, RecursionError, Refused) as problem:
                self._say(name, ALTERED, f"内容不合规定：{type(problem).__name__}: {problem}")
        return self.claims

    def _say(self, subject: str, state: str, detail: str) -> None:
        self.claims.append(Claim(subject, state, detail))

    def _json(self, name: str) -> Any:
        """A JSON file of ours; a claim and None when it is missing or broken."""
        if name not in self.bag.digests:
            self._say(name, MISSING, "证据包里应有此文件")
            return None
        try:
            return json.loads(self.bag.read(name).decode("utf-8"))
        except (ValueError, Refused) as problem:
            self._say(name, ALTERED, f"不是可读的 JSON：{problem}")
            return None

    def _custody(self) -> dict[str, str]:
        """Check the extract of the chain; returns the digests it vouches for, with the event's number."""
        told = self._json(CUSTODY)
        if not isinstance(told, dict) or not isinstance(told.get("events"), list):
            return {}
        known: dict[str, str] = {}
        last: dict[str, Any] = {}
        wrong = len(self.claims)
        for event in told["events"]:
            name = f"{CUSTODY} 第 {event.get('seq')} 号"
            fields = [event.get(k) for k in ("seq", "at", "event", "subject_kind", "subject_id", "digest", "actor", "detail", "prev")]
            if record_digest(fields) != event.get("hash"):
                self._say(name, ALTERED, "保管链事件被改动")
            if last and (event["seq"] <= last["seq"] or (event["seq"] == last["seq"] + 1 and event["prev"] != last["hash"])):
                self._say(name, ALTERED, "保管链次序被改动，或前一号被换")
            known[str(event.get("digest"))] = str(event.get("seq"))
            last = event
        if len(told["events"]) != told.get("count"):
            self._say(CUSTODY, MISSING, f"摘录应有 {told.get('count')} 个事件，现有 {len(told['events'])} 个")
        if len(self.claims) == wrong:
            self._say(CUSTODY, VERIFIED, f"{len(told['events'])} 个事件各自成立，次序成立；与保管链的一致须由移送单位用原库核对")
        return known

    def _records(self, name: str, known: dict[str, str]) -> None:
        rows = self._json(name)
        if not isinstance(rows, list):
            return
        wrong = len(self.claims)
        for row in rows:
            record, digest = row.get("record") or {}, str(row.get("digest"))
            subject = f"{name} {record.get('id', '')}"
            if not row.get("masked") and record_digest(record) != digest:
                self._say(subject, ALTERED, "记录与其摘要不符")
            elif digest not in known:
                self._say(subject, ALTERED, "记录的摘要不在保管链摘录中")
            self._artifacts(record, row.get("files") or {})
        if len(self.claims) == wrong:
            self._say(name + "（与保管链）", VERIFIED, f"{len(rows)} 条记录的摘要都在保管链摘录中")

    def _artifacts(self, record: dict[str, Any], files: dict[str, str]) -> None:
        """Files that are the stored bytes themselves: a swapped screenshot is found here."""
        for artifact in record.get("artifacts") or []:
            self.bodies[f"{record.get('id')} {artifact['name']}"] = artifact["sha256"]
            path = files.get(artifact["name"], "")
            if not path:
                continue
            if path not in self.bag.digests:
                self._say(path, MISSING, f"抓取记录列有 {artifact['name']}，包内没有")
            elif self.bag.digests[path].sha256 != artifact["sha256"]:
                self._say(path, ALTERED, "与抓取时记录的摘要不符（被替换）")

    def _verdicts(self) -> None:
        rows = self._json(EVIDENCE + "verdicts.json") if EVIDENCE + "verdicts.json" in self.bag.digests else None
        for row in rows if isinstance(rows, list) else []:
            record = row.get("record") or {}
            body, subject = record.get("body_sha256"), f"研判 {record.get('id')}"
            scored = [key.split(" ", 1)[1] for key, digest in self.bodies.items()
                      if key.startswith(f"{record.get('capture')} ") and digest == body]
            if scored:
                self._say(subject, VERIFIED, f"所研判的字节就是抓取 {record.get('capture')} 的 {scored[0]}（SHA-256 {body}）")
            else:
                self._say(subject, ALTERED, f"研判所依据的字节（{body}）不是其抓取记录中的任何一件")

    def _wacz(self) -> None:
        if WACZ not in self.bag.digests:
            return
        claims, payloads = wacz_claims(self.bag.tree, self.bag.prefix + WACZ, WACZ)
        self.claims += claims
        wanted = {digest for key, digest in self.bodies.items() if not key.split(" ", 1)[1].startswith("screenshot")}
        strange = [uri for uri, capture, digest in payloads if capture and digest not in wanted]
        self.claims += [Claim(f"{WACZ} {uri[:120]}", UNEXPECTED, "WACZ 里的内容不在抓取记录中") for uri in strange]
        if not claims and not strange:
            self._say(WACZ + "（内部）", VERIFIED, f"{len(payloads)} 件内容与抓取记录、索引、清单一致")

    def _stamps(self) -> None:
        for name in sorted(n for n in self.bag.digests if n.startswith(TOKENS)):
            tags = self.bag.digests.get(TAGS)
            self.claims.append(token_claim(name + "（时间戳）", self.bag.read(name), tags.sha256 if tags else "", self.roots, "本包的清单"))
        rows = self._json(STAMPS) if STAMPS in self.bag.digests else []
        for row in rows if isinstance(rows, list) else []:
            path = str(row.get("file"))
            late = "（事后补签）" if row.get("late") else ""
            if path not in self.bag.digests:
                self._say(path, MISSING, "时间戳目录列有此令牌，包内没有")
            else:
                self.claims.append(token_claim(path + "（时间戳）", self.bag.read(path), str(row.get("sha256")), self.roots,
                                               f"封存原件 {row.get('subject')}{late}"))


