"""The extraction record (提取笔录) and the list of what was fixed (提取固定清单), from the captures themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from evidence.config import Config
from exports import fields
from exports.dossier import Dossier
from exports.law import UNSURE, LawError, read_yaml
from exports.packaging.covering import OPEN
from exports.packaging.originals import PROFILES, Exhibit, Originals, sealed_items

FILE = Path(__file__).with_name("procedure.yml")
LIST_HEAD = ("编号", "名称", "类别", "格式", "大小（字节）", "SHA-256", "SM3", "来源与取得时间", "所在位置")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the record: title, what it says, the rule that asks for it."""

    title: str
    text: str
    rule: str


@lru_cache(maxsize=1)
def _procedure() -> tuple[list[dict[str, str]], str]:
    raw: dict[str, Any] = read_yaml(FILE)
    if set(raw) != {"fields", "list_rule"} or any(set(f) != {"key", "title", "rule", "certainty"} for f in raw["fields"]):
        raise LawError(f"{FILE.name}：应有 fields（key、title、rule、certainty）与 list_rule")
    return raw["fields"], str(raw["list_rule"])


def list_rule() -> str:
    """The rule that asks for the list."""
    return _procedure()[1]


def entries(dossier: Dossier, originals: Originals, config: Config) -> list[Entry]:
    """Every field of the record, in order; a field nobody can fill says that it is to be filled by hand."""
    said = _said(dossier, originals, config)
    return [Entry(f["title"], said[f["key"]] or "（由经办人填写）", f["rule"] + ("" if f["certainty"] == "read" else UNSURE))
            for f in _procedure()[0]]


def listing(dossier: Dossier, exhibits: Iterable[Exhibit]) -> list[tuple[str, ...]]:
    """One row an exhibit, in the columns of `LIST_HEAD`; addresses masked, digests whole."""
    rows: list[tuple[str, ...]] = []
    for e in exhibits:
        a = e.artifact
        kind = "图片" if a.media_type.startswith("image/") else "网页" if "html" in a.media_type else "电子文档"
        place = e.path or (f"封存原件（{e.sealed}）" if e.sealed else f"封存原件，{'WACZ 内' if a.name in {'body', 'dom'} else '未随包'}")
        coded = f"，编码 {a.coding}" if a.coding else ""
        rows.append((str(e.number), e.title, kind, (a.media_type or "未声明") + coded, str(a.size), a.sha256, a.sm3,
                     f"{fields.shown(dossier, e.capture.url[:200])} {fields.beijing(e.capture.started)}", place))
    return rows


def _said(dossier: Dossier, originals: Originals, config: Config) -> dict[str, str]:
    captures = [e.capture for e in originals.exhibits] or [dossier.capture]
    first, last = min(c.started for c in captures), max(c.ended for c in captures)
    machine, tools = dossier.runs[0].environment if dossier.runs else {}, sorted({c.tool for c in captures if c.tool})
    def show(text: str) -> str:
        return fields.shown(dossier, text)

    hops = " → ".join(f"{h.url}（{h.status}）" for h in dossier.capture.hops)
    sealed = sealed_items(originals.exhibits)
    return {
        "case": f"{dossier.lead.id}；{fields.HARM.get(dossier.lead.kind, '')}",
        "object": show(f"{dossier.lead.subject}：公开网页 {len({c.url for c in captures})} 个地址、{len(captures)} 件数据，"
                       f"标题“{dossier.capture.title}”"),
        "purpose": "固定涉嫌违法网页的内容、外观与到达路径，作为移送线索的佐证材料；主管机关可据此依法重新提取",
        "time": f"{fields.beijing(first)} 至 {fields.beijing(last)}（北京时间）",
        "place": config.operator.place,
        "address": show(f"请求 {dossier.capture.asked_url}；最终 {dossier.capture.url}；IP {dossier.capture.ip or '（经代理，未取得）'}"
                        + (f"；跳转 {hops}" if hops else "")),
        "entry": show(fields.value(dossier, config, "entry_path")),
        "access": f"{'经配置的代理' if machine.get('configured_proxy') else '直接接入'}，未登录，未绕过任何验证；"
                  f"工具 {'、'.join(tools) or '见环境记录'}；方式 {ways(captures)}",
        "system": _system(machine),
        "clock": str(machine.get("clock") or "抓取机时钟；未取得外部校时记录的，时间仅为该机陈述"),
        "process": "程序按网址请求网页，应答字节（含内容编码）逐条写入 WARC，闭合后计算整文件摘要并登记；浏览器另存渲染文档与截图；"
                   "每一步写入散列链保管记录。HTTP 头的次序、大小写与原因短语由程序库重建，记录中已注明",
        "digest": "对每一件数据的字节计算 SHA-256 与 SM3（GB/T 32905），写入记录与清单；内容编码（gzip 等）未解开即计算",
        "pack": "BagIt 1.0 文件夹，并以 zip（不压缩）打包；清单 manifest-sha256.txt、tagmanifest-sha256.txt 与封签 seal.txt 随包",
        "changes": (f"{len(sealed)} 件含个人信息，未随包移送；" if sealed else "") +
                   f"遮盖 {sum(i.start != OPEN for _, i in originals.masked)} 处，见 masked.csv；"
                   "带时间与网址栏的截图为阅读副本，原图另列；" + ("；".join(originals.notes) or "无其他缺漏"),
        "sealed": f"原件为 WARC 文件，存于移送单位（{config.operator.unit or '单位名称待填'}）证据库，只增不改，摘要见清单与保管链摘录",
        "lawful": "只访问公开网页，不登录、不破解验证码、不点击付费广告，限速访问；个人信息默认遮盖",
        "repeat": show(f"dajia capture {dossier.capture.asked_url}；核验：python3 -I verify.py，或按“核验说明”用 sha256sum、openssl"),
        "people": f"经办：{config.operator.name or '（签名）'}；复核：{fields.value(dossier, config, 'reviewers') or '（签名）'}；"
                  "见证人：（签名，无见证人的注明原因）",
    }


def ways(captures: Iterable[Any]) -> str:
    """By which means and as whom the captures were made, each once."""
    named = {"http": "普通请求", "browser": "浏览器", "import": "人工导入"}
    return "、".join(dict.fromkeys(f"{named.get(c.means, c.means)}（{PROFILES.get(c.profile, c.profile)}）" for c in captures))


def _system(machine: dict[str, Any]) -> str:
    shown = [f"{key} {machine[key]}" for key in ("os", "python", "openssl", "browser", "time_zone", "ruleset", "dajia")
             if isinstance(machine.get(key), (str, int, float)) and machine.get(key)]
    results = {"pass": "通过", "fail": "未通过", "not-checked": "未检查"}
    checks = [f"{c['name']}{results.get(c['result'], '')}（{c['detail']}）" for c in machine.get("checks") or []]
    shown += [f"环境检查：{'、'.join(checks)}"] if checks else []
    return "；".join(shown) + "；全部见 evidence/environment.json" if shown else "见 evidence/environment.json"
