"""The manuals of analysts, made from the same words as the window: `docs/analysts.md` and `docs/cookbook.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exports.analysts import cookbook, views

_TOP = """# 证据库的视图

证据库是一个 SQLite 文件（数据目录下的 `dajia.sqlite`）。事实表只增不改，“现在”是视图；分析只用视图，不必读事实表。
时间都是 UTC（`2026-03-09T02:00:00.000000Z`），换成北京时间用 `datetime(列, '+8 hours')`。

怎么看：

- 直接查：`sqlite3 "file:var/dajia.sqlite?mode=ro" "SELECT …"`（只读打开，不影响正在进行的任务）。
- 浏览器里看：`make analyst`（生成只读快照并用 Datasette 打开，需要可选依赖 `pip install -e '.[analyst]'`）。
- 拿走：`dajia export datasette DIR`（快照），`dajia export tables --format csv|parquet --out DIR`（每个视图一个文件）。

快照里的网址都已失活（`hxxp://a[.]b`），免得误点；文件里是原样。
快照和文件默认遮盖个人信息和卖家联系方式；`--contacts show` 保留联系方式，须注意保管。遮盖的列在下面注明。
先看 `v_coverage`：来源没有看全的日子，没有线索不说明问题。常用的问题和语句见 [cookbook.md](cookbook.md)。
"""


def analysts(columns: Mapping[str, Sequence[str]]) -> str:
    """The manual of the views; `columns` are those each view really has."""
    parts = [_TOP, "\n".join(f"- [`{name}`](#{name}) {told.title}" for name, told in views().items() if name in columns)]
    hidden = {"contact": "（遮盖）", "text": "（其中的个人信息和联系方式遮盖）", "": ""}
    for name, told in views().items():
        if name not in columns:
            continue
        rows = [f"| `{c}` | {told.columns[c].label}{hidden[told.columns[c].mask]} |" for c in columns[name] if c in told.columns]
        parts.append("\n".join([f"## {name}\n", f"{told.title}：每行是{told.row}。\n", "| 列 | 含义 |", "|---|---|", *rows,
                                f"\n例：{told.question}\n", f"```sql\n{told.sql}\n```"]))
    return "\n\n".join(parts) + "\n"


def recipes() -> str:
    """The cookbook."""
    head = ("# 二十个问题\n\n每条语句只用视图，在证据库和快照上都能运行；在 Datasette 的首页点开即可。"
            "视图说明见 [analysts.md](analysts.md)。")
    parts = [f"## {n}. {r.question}\n" + (f"\n{r.note}\n" if r.note else "") + f"\n```sql\n{_wrapped(r.sql)}\n```"
             for n, r in enumerate(cookbook(), 1)]
    return "\n\n".join([head, *parts]) + "\n"


def _wrapped(sql: str) -> str:
    """A statement with its clauses on lines of their own."""
    for word in ("FROM v_", "WHERE ", "GROUP BY ", "ORDER BY ", "HAVING "):
        depth, at, out = 0, 0, []
        for place, char in enumerate(sql):
            depth += (char == "(") - (char == ")")
            if depth == 0 and sql.startswith(f" {word}", place):
                out.append(sql[at:place])
                at = place + 1
        sql = "\n".join([*out, sql[at:]])
    return sql
