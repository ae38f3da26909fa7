"""The stored bytes of a lead's pages as files: what may leave is copied, what holds personal data stays sealed.

Nothing stored is altered. A file that holds an ID number, a bank card or a bystander's name is left out by default and
referred to by its digests; people get its masked text and a coarsened picture instead, and a list says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from evidence.archive import Vault
from evidence.copying import copy_payload
from evidence.records import Artifact, Capture
from exports import pictures
from exports.defang import line
from exports.dossier import Dossier
from exports.fields import beijing, masked
from exports.formats.wacz import Extract
from exports.masking import Item
from exports.packaging.pagetext import safe_text

MAX_CAPTURES = 10
SENSITIVE = frozenset({"身份证号", "银行卡号", "姓名"})
PROFILES = {"desktop": "电脑", "mobile": "手机", "from-search": "自搜索进入"}
NAMES = {"body": "网页应答原文", "dom": "渲染后的网页文档", "screenshot-full": "整页截图", "screenshot-first": "首屏截图",
         "mhtml": "网页单文件存档", "console": "浏览器控制台记录", "text": "网页文字"}
_FILES = {"screenshot-full": "screenshot-full.png", "screenshot-first": "screenshot-first.png", "mhtml": "page.mhtml",
          "dom": "dom.html.txt", "console": "console.txt"}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One stored item: its number, where it lies in the package ("" when sealed) and why it does not."""

    number: int
    capture: Capture
    artifact: Artifact
    path: str
    sealed: str = ""

    @property
    def title(self) -> str:
        """What it is, in Chinese."""
        name = self.artifact.name
        known = NAMES.get(name) or ("跳转应答" if name.startswith("hop-") else "网页资源")
        return f"{known}（{PROFILES.get(self.capture.profile, self.capture.profile)}）"


@dataclass(slots=True)
class Originals:
    """What was laid down: exhibits, pictures for reading, page texts, what was masked and where."""

    exhibits: list[Exhibit] = field(default_factory=list)
    shots: list[tuple[Capture, str, bytes]] = field(default_factory=list)  # capture, file name in the package, JPEG
    texts: list[tuple[Capture, str]] = field(default_factory=list)
    masked: list[tuple[str, Item]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wacz: bool = False


def lay_down(dossier: Dossier, vault: Vault, root: Path, everything: bool) -> Originals:
    """Write the pages' files under `root`/data; ArchiveError when stored bytes are not what was stored."""
    made = Originals()
    wanted = selected(dossier)
    if len(dossier.captures) > MAX_CAPTURES:
        made.notes.append(f"本线索共有 {len(dossier.captures)} 次抓取，包内收 {MAX_CAPTURES} 次，其余封存在原库")
    root.mkdir(parents=True, exist_ok=True)
    with Extract(vault, f"lead {dossier.lead.id}", dossier.capture.started, root) as extract:
        for number, capture in enumerate(wanted, 1):
            text = masked(dossier, safe_text(vault, capture))
            hidden = [item for item in text.items if item.kind in SENSITIVE]
            made.masked += [(f"抓取 {number} 网页文字", item) for item in text.items]
            if text.text:
                made.texts.append((capture, text.text))
            sealed = "" if everything or not hidden else f"含 {len(hidden)} 处个人信息"
            _files(made, dossier, vault, root, capture, number, sealed)
            if not sealed:
                extract.add(capture)
        if extract.pages:
            extract.write(root / "data" / "evidence.wacz")
            made.wacz = True
    if hidden_pages := {e.capture.id for e in made.exhibits if e.sealed}:
        made.notes.append(f"{len(hidden_pages)} 次抓取的网页字节与原图含个人信息，未随包移送、未收入 WACZ；原件封存，见固定清单")
    return made


def selected(dossier: Dossier) -> list[Capture]:
    """The captures that go into the package: the pages, then the result pages that led there."""
    pages = list(dossier.captures[:MAX_CAPTURES])
    serps = [step.capture for step in dossier.entry if step.capture is not None]
    return pages + [c for c in serps if c.id not in {p.id for p in pages}]


def _files(made: Originals, dossier: Dossier, vault: Vault, root: Path, capture: Capture, number: int, sealed: str) -> None:
    folder = f"data/captures/{number:02d}-{capture.means}-{capture.profile}"
    for artifact in capture.artifacts:
        name = _FILES.get(artifact.name, "")
        path = "" if sealed or not name else f"{folder}/{name}"
        if path:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            with (root / path).open("wb") as out:
                copy_payload(vault, artifact, out)
        made.exhibits.append(Exhibit(len(made.exhibits) + 1, capture, artifact, path, sealed))
        if artifact.name in {"screenshot-first", "screenshot-full"}:
            _shot(made, dossier, vault, root, capture, artifact, f"{folder}/{artifact.name}.jpg", bool(sealed))


def _shot(
    made: Originals, dossier: Dossier, vault: Vault, root: Path, capture: Capture, artifact: Artifact, path: str, coarse: bool,
) -> None:
    bar = bar_lines(dossier, capture, artifact)
    try:
        picture = pictures.with_bar(vault.read(artifact), [*bar, *(["（含个人信息，本图已作粗粒化；原图封存）"] if coarse else [])],
                                    coarse=coarse)
    except pictures.PictureError as problem:
        made.notes.append(f"抓取 {capture.id} 的{NAMES[artifact.name]}没有打开：{problem}")
        return
    if coarse:
        made.masked.append((path, Item("整图粗粒化", "个人信息在图中的位置不明", 0)))
    _write(root / path, picture.data)
    made.shots.append((capture, path, picture.data))


def bar_lines(dossier: Dossier, capture: Capture, artifact: Artifact) -> list[str]:
    """What stands over a screenshot: address, time, how it was fetched, digest."""
    url = masked(dossier, line(capture.url, 400)).text
    peer = f"  服务器 {capture.ip}" if capture.ip else ""
    return [f"网址：{url}",
            f"抓取时间：{beijing(capture.started)}（北京时间，抓取机时钟）  状态 {capture.status}{peer}",
            f"方式：浏览器，{PROFILES.get(capture.profile, capture.profile)}  {NAMES[artifact.name]}  抓取编号 {capture.id}",
            f"截图原件 SHA-256：{artifact.sha256}"]


def sealed_items(exhibits: Iterable[Exhibit]) -> list[Exhibit]:
    """The exhibits that stay sealed because of what they hold."""
    return [exhibit for exhibit in exhibits if exhibit.sealed]


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


