"""What would leave the house, to whom, masked how, and what is missing: said before anything is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from evidence.archive import Vault
from evidence.config import Config
from evidence.records import Lead
from evidence.store import Store
from exports import package
from exports.dossier import Dossier, load
from exports.masking import mask
from exports.packaging.pagetext import safe_text
from review import packaging, routing
from review.duplicates import Told, told_before


@dataclass(frozen=True, slots=True)
class Recipient:
    """One possible recipient. `chosen` goes by default, `why` says why this desk of it or why it is suggested, `told` when it was
    told already: then it is not told again without news or a written reason."""

    code: str
    agency: str
    name: str
    why: str
    chosen: bool
    attachments: tuple[str, ...]
    missing: tuple[str, ...]
    channel: str
    told: Told | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All of it: recipients, what lies in each package, what is masked in it."""

    recipients: list[Recipient]
    contents: list[str]
    masked: list[str] = field(default_factory=list)

    @property
    def all_lack(self) -> list[str]:
        """What every recipient asks for and nobody knows: said once."""
        first = self.recipients[0].missing if self.recipients else ()
        return [line for line in first if all(line in r.missing for r in self.recipients)]


def preview(store: Store, vault: Vault, lead: Lead, config: Config) -> Outgoing:
    """Nothing is written; DossierError when there is nothing to tell."""
    told = load(store, lead.id, config.exports.contacts)
    default = packaging.agencies_for(lead)
    suggested = dict(routing.suggested(told))
    codes = [*default, *(c for c in suggested if c not in default)]
    return Outgoing([_recipient(store, told, code, code in default, suggested.get(code, ""), config) for code in codes],
                    _contents(told), _masked(vault, told))


def _recipient(store: Store, told: Dossier, code: str, chosen: bool, suggested: str, config: Config) -> Recipient:
    agency = package.agencies()[code]
    to = routing.addressee(told, agency)
    why = to.reason if chosen or not suggested else f"{suggested}；{to.reason}"
    before = told_before(store, told.lead, code)
    return Recipient(code, agency.name, to.name, why, chosen, tuple(agency.attachments),
                     tuple(package.missing_fields(store, told.lead.id, agency, config)), agency.channel, before)


def _contents(told: Dossier) -> list[str]:
    pictures = sum(a.media_type.startswith("image/") for c in told.captures for a in c.artifacts)
    size = sum(a.length for c in told.captures for a in c.artifacts)
    return [f"网页采集 {len(told.captures)} 次，截图等图片 {pictures} 张，封存数据约 {max(1, size // 1024)} KB（压缩后）",
            f"研判依据 {sum(len(v.findings) for v in told.verdicts)} 条，站点事实 {len(told.facts)} 条，处理记录 {len(told.decisions)} 条",
            f"保管链事件 {len(told.custody)} 条，时间戳 {len(told.tokens)} 个", "笔录、清单、核验程序；收件方可自行核对每个摘要"]


def _masked(vault: Vault, told: Dossier) -> list[str]:
    """By kind, how much of the pages' own text will be covered, and what is done with sellers' contacts."""
    found: Counter[str] = Counter()
    keep = tuple(c.value for c in told.contacts)
    for capture in told.captures:
        found.update(item.kind for item in mask(safe_text(vault, capture), keep).items)
    said = [f"{kind}：{n} 处遮盖" for kind, n in sorted(found.items())] or ["页面文字里没有发现身份证号、银行卡号、第三人姓名或电话"]
    policy = "照录（是证据）" if told.contact_policy == "show" else "遮盖（按 dajia.toml 的 [exports] contacts）"
    return [*said, f"卖家联系方式：{policy}", "含个人信息的截图先做粗化处理；未遮盖的原件留在证据库，以摘要引用"]


def described(built: Any) -> dict[str, Any]:
    """A package that was made, as the page tells it."""
    return {"agency": built.agency, "file": built.zip.name, "sha256": built.zip_sha256, "missing": built.missing, "notes": built.notes}
