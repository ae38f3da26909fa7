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
from exports import faces, pictures
from exports.defang import line
from exports.dossier import Dossier
from exports.fields import beijing, masked
from exports.formats.wacz import Extract
from exports.masking import Item
from exports.packaging.covering import OPEN, SENSITIVE, Covering, faces_in
from exports.packaging.pagetext import safe_text

MAX_CAPTURES = 10
SCREENS = frozenset({"screenshot-first", "screenshot-full"})
LOOK = "截图与网页图片中的人脸由程序检测并遮盖，可能有漏；页面内图片上的文字没有识别。移送前请看一遍截图"
PROFILES = {"desktop": "电脑", "mobile": "手机", "from-search": "自搜索进入"}
NAMES = {"body": "网页应答原文", "dom": "渲染后的网页文档", "screenshot-full": "整页截图", "screenshot-first": "首屏截图",
         "mhtml": "网页单文件存档", "console": "浏览器控制台记录", "text": "网页文字",
         "places": "文字与图片在截图上的位置"}
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
    (root / "data").mkdir(parents=True, exist_ok=True)
    with Extract(vault, f"lead {dossier.lead.id}", dossier.capture.started, root) as extract:
        for number, capture in enumerate(wanted, 1):
            text = masked(dossier, safe_text(vault, capture))
            told = masked(dossier, f"{capture.asked_url}\n{capture.url}\n{capture.title}")  # an address may hold the number asked for
            hidden = [item for item in (*text.items, *told.items) if item.kind in SENSITIVE]
            made.masked += [(f"抓取 {number} 网页文字", item) for item in text.items]
            if text.text:
                made.texts.append((capture, text.text))
            sealed = "" if everything or not hidden else f"含 {len(hidden)} 处个人信息"
            covering = Covering(dossier, vault, capture, text.items, everything)
            faces_on = _files(made, dossier, vault, root, capture, number, sealed, covering)
            if not sealed:
                extract.add(capture, faces_on)
        if extract.pages:
            extract.write(root / "data" / "evidence.wacz")
            made.wacz = True
    if hidden_pages := {e.capture.id for e in made.exhibits if e.sealed}:
        made.notes.append(f"{len(hidden_pages)} 次抓取的网页字节或图片含个人信息或人脸，相应原件未随包移送、未收入 WACZ；"
                          "原件封存，见固定清单")
    if made.shots and not everything:
        made.notes.append(LOOK if faces.able() else "本机没有人脸检测组件，截图中的人脸没有遮盖，移送前请逐张查看")
    return made


def selected(dossier: Dossier) -> list[Capture]:
    """The captures that go into the package: the pages, then the result pages that led there."""
    pages = list(dossier.captures[:MAX_CAPTURES])
    serps = [step.capture for step in dossier.entry if step.capture is not None]
    return pages + [c for c in serps if c.id not in {p.id for p in pages}]


def _files(made: Originals, dossier: Dossier, vault: Vault, root: Path, capture: Capture, number: int, sealed: str,
           covering: Covering) -> set[str]:
    """Lay down one capture's files; returns the names of those that stay out of the WACZ because they show a face.

    Pictures come first: a face on one of them seals what holds the same picture.
    """
    folder = f"data/captures/{number:02d}-{capture.means}-{capture.profile}"
    shown, found = dict[str, str](), set[str]()
    for artifact in sorted(capture.artifacts, key=_pictures_first):
        why, name = sealed, _FILES.get(artifact.name, "")
        if artifact.name in SCREENS:
            why = _shot(made, dossier, vault, root, capture, artifact, f"{folder}/{artifact.name}.jpg", covering, sealed)
        elif artifact.name in {"body", "dom", "mhtml"} and not why:
            inline = any(n.startswith("image-inline") for n in found)
            why = "网页内嵌图片含人脸" if inline else "图片含人脸" if found and artifact.name == "mhtml" else ""
        elif not why and covering.looking:
            why = f"含 {n} 张人脸" if (n := faces_in(vault, artifact)) else ""
        if why and not sealed:
            found.add(artifact.name)
        shown[artifact.name] = why
        if name and not why:
            (root / folder).mkdir(parents=True, exist_ok=True)
            with (root / folder / name).open("wb") as out:
                copy_payload(vault, artifact, out)
    for artifact in capture.artifacts:
        why, name = shown[artifact.name], _FILES.get(artifact.name, "")
        made.exhibits.append(Exhibit(len(made.exhibits) + 1, capture, artifact, f"{folder}/{name}" if name and not why else "", why))
    return found


def _pictures_first(artifact: Artifact) -> int:
    return 2 if artifact.name in {"body", "dom", "mhtml"} else 0 if artifact.name.startswith("image") else 1


def _shot(
    made: Originals, dossier: Dossier, vault: Vault, root: Path, capture: Capture, artifact: Artifact, path: str, covering: Covering,
    sealed: str,
) -> str:
    """The picture for reading, covered and under its bar; returns why the original of it must stay sealed, "" when it may leave."""
    try:
        covered = covering.over(pictures.opened(vault.read(artifact)))
    except pictures.PictureError as problem:
        made.notes.append(f"抓取 {capture.id} 的{NAMES[artifact.name]}没有打开：{problem}")
        return sealed
    hidden = [item for item in covered.items if item.start != OPEN]
    bar = bar_lines(dossier, capture, artifact)
    if hidden:
        bar.append("（含个人信息，本图已作粗粒化；原图封存）" if hidden[0].kind == "整图粗粒化" else
                   f"（本图遮盖 {len(hidden)} 处个人信息；原图封存）")
    picture = pictures.with_bar(covered.picture, bar)
    made.masked += [(path, item) for item in covered.items]
    _write(root / path, picture.data)
    made.shots.append((capture, path, picture.data))
    return sealed or (f"含 {covered.faces} 张人脸" if covered.faces else "图上有个人信息" if hidden else "")


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


