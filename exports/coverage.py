"""What a run really looked at: read this before believing that nothing was found.

A source is *read* (正常, 确无结果), *partly* read (部分失败), *blind* (wall, login, changed layout, robots,
no connection) or *off*. A source of the last two weeks without a record in this run is blind too: it
was not asked, or the run was cut short.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from evidence.config import Config
from evidence.store import Store
from exports import wording
from exports.defang import defang, line
from exports.remarks import chinese

REMEMBERED_DAYS = 14
_NO_RECORD = "本次没有记录：没有被问到，或任务中断"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source in one run. `sight`: read · partly · blind · off; `policy` names a robots override in force."""

    name: str
    state: str
    label: str
    sight: str
    pages: int
    results: int
    ads: int
    detail: str
    proof: str
    at: str
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every source's state in the run, the robots overrides with their ground, and what came of the pages fetched.

    `unseen` pages deserved the browser and did not get it.
    `others` are sources as other runs of the same day left them: (run kind, time, row).
    """

    run: str
    kind: str
    began: str
    rows: tuple[SourceRow, ...]
    overrides: tuple[tuple[str, str], ...]
    pages: tuple[tuple[str, int], ...]
    waiting: int
    others: tuple[tuple[str, str, SourceRow], ...]
    unseen: int = 0

    def with_sight(self, *sights: str) -> list[SourceRow]:
        """The sources looked at in one of these ways."""
        return [row for row in self.rows if row.sight in sights]

    @property
    def asked(self) -> list[SourceRow]:
        """The sources that should have been read."""
        return [row for row in self.rows if row.sight != "off"]

    @property
    def off(self) -> str:
        """The names of the sources that are switched off."""
        return "、".join(row.name for row in self.with_sight("off"))

    @property
    def gaps(self) -> list[SourceRow]:
        """The sources of which something, or all, was not seen."""
        return self.with_sight("blind", "partly")

    @property
    def headline(self) -> str:
        """One sentence: how many sources were read, and which were not."""
        if not self.asked:
            return "本次任务没有任何来源的覆盖记录：不能据此认为“没有线索”。"
        read = f"应读 {len(self.asked)} 个来源，完整读到 {len(self.with_sight('read'))} 个"
        if not self.gaps:
            return read + "，没有遗漏。"
        said = "、".join(f"{row.name}（{row.label}）" for row in self.gaps)
        return f"{read}；看不全的有 {len(self.gaps)} 个：{said}。"

    @property
    def warning(self) -> str:
        """What the gaps mean for the reader; "" when there are none."""
        said = "这些来源“没有线索”不等于“没有问题”。" if self.gaps or not self.asked else ""
        return said + (f"另有 {self.unseen} 个可疑网页没有用浏览器取证（没有可用的浏览器、已停用，或时间不够）：没有截图，"
                       "看不到脚本生成的内容，只在浏览器里才现形的网站会漏掉。" if self.unseen else "")


def read(store: Store, run: str, day: str, config: Config) -> Coverage:
    """The coverage of `run`; a run without any record gives one with every known source blind, never an error."""
    begun = store.one("SELECT kind, at, environment FROM runs WHERE id = ?", run)
    policies = _policies(config, str(begun["environment"]) if begun else "{}")
    rows = [_row(r, policies) for r in store.rows("SELECT * FROM source_runs WHERE run = ? ORDER BY source", run)]
    known = {row.name for row in rows}
    if not begun or begun["kind"] in {"daily", "discover"}:
        rows += [SourceRow(name, "", "无记录", "blind", 0, 0, 0, _NO_RECORD, "", "", policies.get(name, ""))
                 for name in _usual(store, day) if name not in known and not _switched_off(config, name)]
    order = {"blind": 0, "partly": 1, "read": 2, "off": 3}
    rows.sort(key=lambda row: (order[row.sight], row.name))
    others = [(str(r["kind"]), str(r["at"]), _row(r, policies)) for r in store.rows(
        "SELECT s.*, r.kind FROM source_runs s JOIN runs r ON r.id = s.run WHERE r.day = ? AND s.run <> ? "
        "ORDER BY s.at DESC LIMIT 200", day, run)]
    pages = store.rows("SELECT outcome, count(*) AS n FROM captures WHERE run = ? AND why NOT IN ('serp', 'robots', 'probe') "
                       "GROUP BY outcome ORDER BY n DESC", run)
    waiting = store.one("SELECT count(*) AS n FROM frontier WHERE run = ? AND lane <> 'serp' AND state IN ('waiting', 'failed')", run)
    unseen = store.one("SELECT count(*) AS n FROM frontier WHERE run = ? AND lane = 'browser' AND state IN ('waiting', 'leased')", run)
    return Coverage(run, str(begun["kind"]) if begun else "", str(begun["at"]) if begun else "", tuple(rows),
                    tuple(sorted(policies.items())), tuple((str(r["outcome"]), int(r["n"])) for r in pages),
                    int(waiting["n"]) if waiting else 0, tuple(others), int(unseen["n"]) if unseen else 0)


def _row(row: object, policies: dict[str, str]) -> SourceRow:
    r = dict(row)  # type: ignore[call-overload]
    state = str(r["state"])
    return SourceRow(line(str(r["source"]), 60), state, wording.SOURCE_STATES.get(state, line(state, 30)), wording.sight(state),
                     int(r["pages"]), int(r["results"]), int(r["ads"]), line(defang(chinese(str(r["detail"]))), 400),
                     str(r["proof_capture"]), str(r["at"]), policies.get(str(r["source"]), ""))


def _usual(store: Store, day: str) -> list[str]:
    """Sources that were on in the last two weeks before `day`."""
    return [line(str(r["source"]), 60) for r in store.rows(
        "SELECT DISTINCT s.source FROM source_runs s JOIN runs r ON r.id = s.run WHERE r.kind = 'daily' AND s.state <> 'disabled' "
        "AND r.day BETWEEN date(?, ?) AND ? ORDER BY s.source", day, f"-{REMEMBERED_DAYS} days", day)]


def _switched_off(config: Config, name: str) -> bool:
    return config.source(name).enabled is False


def _policies(config: Config, environment: str) -> dict[str, str]:
    """Robots overrides with their ground: those the run recorded when it began, else the present configuration's."""
    try:
        recorded = json.loads(environment).get("source_policies")
        found = {str(name): str(p.get("legal_basis", "")) for name, p in (recorded or {}).items() if p.get("robots") == "override"}
    except (ValueError, AttributeError):
        recorded, found = None, {}
    if recorded is None:
        found = {name: p.legal_basis for name, p in config.sources.items() if p.robots == "override"}
    return {line(name, 60): line(defang(basis), 400) for name, basis in found.items()}
