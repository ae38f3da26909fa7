"""One lead as an officer is told it: masked, defanged, in Chinese, every reason with the page's own words.

An account holds strings ready for any format (each format still escapes for its own sake) and says what
could not be read. Pictures are named, not loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evidence.archive import ArchiveError, Vault
from evidence.config import Config
from evidence.records import Artifact, Capture, Contact, Decision, Finding, SiteFact
from exports import fields, quoting, wording
from exports.defang import defang, line, visible
from exports.dossier import Dossier, Step
from exports.masking import mask, mask_contact

MAX_REASONS = 40
MAX_CONTACTS = 40
_SHOTS = ("screenshot-first", "screenshot-full")
_FACTS = (("ip", "IP 地址"), ("ip_place", "主机所在地"), ("access_provider", "接入服务商"), ("icp", "备案"), ("registrar", "域名注册商"),
          ("registered", "域名注册日"), ("registrant", "注册人"), ("domain_status", "域名状态"))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in one sentence; `parts` are its pieces, True where the page's own words stand. `before`, `quote`
    and `after` are the place in the page."""

    rule: str
    weight: float
    parts: tuple[tuple[str, bool], ...]
    before: str
    quote: str
    after: str
    where: str

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return "".join(text for text, _ in self.parts)

    @property
    def sign(self) -> str:
        """Its weight as officers read it."""
        return f"+{self.weight:g}" if self.weight > 0 else f"{self.weight:g}" if self.weight else "封顶"


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored screenshot: what it shows, and the artifact that holds it."""

    label: str
    artifact: Artifact
    at: str
    url: str


@dataclass(frozen=True, slots=True)
class Account:
    """One lead, told. `subject` and `url` are defanged; `personal` says that the page shows personal data."""

    id: str
    kind: str
    scope: str
    band: str
    score: float
    state: str
    subject: str
    url: str
    title: str
    imitates: str
    role: str
    found: str
    last_seen: str
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    contacts: tuple[tuple[str, str], ...]
    entry: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    decisions: tuple[str, ...]
    checks: tuple[str, ...]
    pictures: tuple[Picture, ...]
    captures: int
    problems: tuple[str, ...]
    masked: dict[str, int]
    personal: bool

    @property
    def kind_label(self) -> str:
        """The kind in Chinese."""
        return wording.KINDS.get(self.kind, self.kind)

    @property
    def band_label(self) -> str:
        """The band in Chinese."""
        return wording.BANDS.get(self.band, self.band)

    @property
    def state_label(self) -> str:
        """The state in Chinese."""
        return wording.LEAD_STATES.get(self.state, self.state)

    def picture(self, label: str) -> Picture | None:
        """The picture with this label, or None."""
        return next((p for p in self.pictures if p.label == label), None)


class Teller:
    """Tells leads of one store by one configuration: sellers' contacts are shown or masked."""

    def __init__(self, vault: Vault, config: Config) -> None:
        self._vault, self._config, self._contacts = vault, config, config.exports.contacts

    def account(self, found: Dossier) -> Account:
        """The account of a dossier; what cannot be read is among its problems."""
        words = _Words([c.value for c in found.contacts], self._contacts)
        problems: list[str] = []
        readings = self._readings(found, problems)
        reasons = [self._reason(f, readings, words) for f in found.verdict.findings[:MAX_REASONS]]
        page = mask(quoting.plain(readings[0])[:100_000] if readings else "", words.keep)
        return Account(
            id=found.lead.id, kind=found.lead.kind, scope=found.lead.scope, band=found.verdict.band, score=found.verdict.score,
            state=found.state, subject=line(defang(found.lead.subject), 300), url=line(defang(found.capture.url), 600),
            title=words.say(found.capture.title, 200) or "（无标题）", imitates=words.say(found.verdict.imitates, 120),
            role=wording.ROLES.get(found.verdict.role, line(found.verdict.role, 40)), found=found.lead.at,
            last_seen=max(c.started for c in found.captures), reasons=tuple(r for r in reasons if r.weight > 0),
            against=tuple(r for r in reasons if r.weight <= 0), contacts=tuple(self._told(c, words) for c in found.contacts[:MAX_CONTACTS]),
            entry=tuple(_step(step, words) for step in found.entry), facts=tuple(_facts(found, self._config, words)),
            decisions=tuple(_decision(d, words) for d in found.decisions),
            checks=tuple(f"{wording.local(c.at)} {wording.CHECKS.get(c.state, c.state)}（{line(c.detail, 120)}）" for c in found.checks),
            pictures=tuple(_pictures(found.captures)), captures=len(found.captures), problems=tuple(problems),
            masked=words.counted, personal=any(i.kind in {"身份证号", "姓名", "银行卡号"} for i in page.items))

    def _readings(self, found: Dossier, problems: list[str]) -> list[str]:
        """The scored page as text, in the readings worth trying."""
        source = found.capture.artifact("dom") or found.capture.artifact("body")
        if source is None:
            problems.append("没有保存网页内容，只有访问记录")
            return []
        if found.verdict.body_sha256 and source.sha256 != found.verdict.body_sha256:
            problems.append("研判所依据的字节与现存的不是同一份，请核对证据库")
        try:
            data = self._vault.decoded(source)
        except ArchiveError as problem:
            problems.append(f"证据读不出来：{line(str(problem), 300)}")
            return []
        return quoting.decoded(data, "utf-8" if source.name == "dom" else _charset(found.capture))

    def _reason(self, finding: Finding, readings: Iterable[str], words: _Words) -> Reason:
        quote = quoting.plain(finding.quote)
        before, after = quoting.around(readings, finding)
        before, quote, after = words.apart(before, quote, after)
        sentence = words.say(finding.sentence, 400)
        return Reason(finding.rule, finding.weight, tuple(_parts(sentence, quote)), before, quote, after, finding.where)

    def _told(self, contact: Contact, words: _Words) -> tuple[str, str]:
        label = wording.CONTACTS.get(contact.type) or line(defang(contact.type), 20)
        value = mask_contact(contact.value) if self._contacts == "mask" else mask(contact.value, words.keep).text
        return label, line(defang(value), 200)


class _Words:
    """Masks and tidies text, and keeps count of what was masked."""

    def __init__(self, keep: list[str], contacts: str) -> None:
        self.keep, self._contacts = keep, contacts
        self.counted: dict[str, int] = {}

    def masked(self, text: str) -> str:
        """The text masked, same length."""
        found = mask(text, self.keep, self._contacts)
        for item in found.items:
            self.counted[item.kind] = self.counted.get(item.kind, 0) + 1
        return found.text

    def say(self, text: str, limit: int) -> str:
        """One masked, visible, bounded line in which nothing can be clicked."""
        return line(defang(self.masked(text)), limit)

    def apart(self, before: str, quote: str, after: str) -> tuple[str, str, str]:
        """Three neighbouring pieces masked as the one text they are, the outer ones then cut."""
        whole, a, b = self.masked(before + quote + after), len(before), len(before) + len(quote)
        return (visible(defang(whole[:a][-quoting.AROUND:])), line(defang(whole[a:b]), 160),
                visible(defang(whole[b:][:quoting.AROUND])))


def _charset(capture: Capture) -> str:
    kind = next((v for k, v in capture.headers if k.lower() == "content-type"), "")
    return kind.lower().partition("charset=")[2].split(";")[0].strip(" \"'")[:40]


def _parts(sentence: str, quote: str) -> Iterable[tuple[str, bool]]:
    if not quote or quote not in sentence:
        yield sentence, False
        return
    for n, piece in enumerate(sentence.split(quote)):
        if n:
            yield quote, True
        if piece:
            yield piece, False


def _step(step: Step, words: _Words) -> str:
    if step.sighting is not None:
        hit = step.sighting
        place = f"第 {hit.page} 页第 {hit.rank} 位" + ("（付费广告位）" if hit.paid else "")
        return f"在 {line(hit.source, 40)} 检索“{words.say(hit.query, 80)}”，{place}：“{words.say(hit.title, 120)}”"
    if step.kind == "page":
        way = {"qr": "扫其中的二维码", "link": "点其中的链接"}.get(step.verdict, "")
        return f"从网页 {line(defang(step.url), 300)}" + (f" {way}" if way else " ") + "进入"
    return f"直接访问给定的网址 {line(defang(step.url), 300)}"


def _facts(found: Dossier, config: Config, words: _Words) -> Iterable[tuple[str, str]]:
    """What is known of the host, then what was asked and not answered: an unknown is told as one."""
    for name, label in _FACTS:
        if said := words.say(fields.value(found, config, name), 400):
            yield label, said
    newest: dict[str, SiteFact] = {}
    for fact in found.facts:
        if fact.host == found.host:
            newest.setdefault(fact.kind, fact)
    for kind, fact in newest.items():
        if not fact.ok:
            yield wording.FACTS.get(kind, line(kind, 20)), f"未查到（{words.say(fact.note, 120)}）"


def _decision(decision: Decision, words: _Words) -> str:
    reason = f"：{words.say(decision.reason, 200)}" if decision.reason else ""
    return f"{wording.local(decision.at)} {line(decision.reviewer, 40)} {wording.MOVES.get(decision.move, decision.move)}{reason}"


def _pictures(captures: Iterable[Capture]) -> Iterable[Picture]:
    """The first screen (else the whole page) once per profile, desktop first."""
    found: dict[str, Picture] = {}
    for name in _SHOTS:
        for capture in captures:
            artifact = capture.artifact(name)
            label = wording.PROFILES.get(capture.profile, capture.profile)
            if artifact and label not in found:
                found[label] = Picture(label, artifact, capture.started, line(defang(capture.url), 300))
    yield from sorted(found.values(), key=lambda p: list(wording.PROFILES.values()).index(p.label))

