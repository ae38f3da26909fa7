"""The settings of one installation, read from `dajia.toml`; every error names file, field and fix."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from evidence.home import Home
from evidence.secret import revealed, unwritten


class ConfigError(Exception):
    """A configuration that cannot be used; the message is for the person who wrote it."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Operator(_Section):
    """Who runs this installation and signs what leaves it."""

    unit: str = ""
    name: str = ""
    phone: str = ""
    place: str = ""


class Network(_Section):
    """How the outside is reached. `timeout` and `connect_timeout` in seconds, `max_bytes` per body.

    `control` is a host name asked of every resolver, `time_server` an NTP server (host or host:port) asked for the clock's
    offset when a run begins; what they say is kept with the run. Empty: not asked, and the record says so.
    """

    proxy: Annotated[str, AfterValidator(revealed)] = ""  # may be env:NAME or file:/path; never with a password in it
    whois: str = ""
    resolvers: list[str] = Field(default_factory=list)
    control: str = ""
    time_server: str = ""
    user_agent: str = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Safari/537.36"
    )
    mobile_user_agent: str = (
        "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Mobile Safari/537.36"
    )
    contact: str = ""
    connect_timeout: float = Field(default=5.0, gt=0, le=60)
    timeout: float = Field(default=30.0, gt=0, le=300)
    max_bytes: int = Field(default=20 * 1024 * 1024, gt=1024)
    allow: list[str] = Field(default_factory=list)


class Crawl(_Section):
    """How much and how politely. `delay` in seconds per registrable domain, `daily_cap` requests a day to one (0: no limit),
    `pause` minutes after a wall (0: none). Each source is asked `queries_per_day` texts a day; with `max_queries`
    (0: all) only the first ones of the query files, in their order."""

    pages_per_query: int = Field(default=2, ge=1, le=10)
    delay: float = Field(default=3.0, ge=0)
    daily_cap: int = Field(default=1000, ge=0)
    pause: float = Field(default=30.0, ge=0)
    queries_per_day: int = Field(default=80, ge=1)
    concurrency: int = Field(default=8, ge=1, le=64)
    recapture_days: int = Field(default=7, ge=0)
    max_queries: int = Field(default=0, ge=0)
    max_candidates: int = Field(default=5000, ge=1)
    deepen_rounds: int = Field(default=3, ge=1, le=6)


class Facts(_Section):
    """Site facts. `days` they are trusted before they are asked again, `whois_interval` in seconds per WHOIS server,
    `ip2region` an xdb file (or two: IPv4, IPv6), `rdap_bootstrap` IANA's dns.json in place of the shipped table."""

    days: float = Field(default=7.0, ge=0)
    at_once: int = Field(default=8, ge=1, le=64)
    whois_interval: float = Field(default=1.0, ge=0, le=60)
    rdap: bool = True
    rdap_bootstrap: str = ""
    rdap_ip: str = "https://rdap.apnic.net/ip/"
    ip2region: list[str] = Field(default_factory=list)


class Feeds(_Section):
    """Where new names come from, besides search. `watchlist` has the generated lookalikes of every official query system
    resolved; `files` and `urls` hold one name a line (plain or .gz); `ct` are certificate logs (RFC 6962), read on from
    where the last run stopped, at most `ct_entries` a run, from `ct_backlog` entries before their end the first time."""

    watchlist: bool = False
    files: list[str] = Field(default_factory=list)
    urls: list[str] = Field(default_factory=list)
    ct: list[str] = Field(default_factory=list)
    ct_entries: int = Field(default=20_000, ge=1, le=5_000_000)
    ct_backlog: int = Field(default=2_000, ge=0)
    band: Literal["high", "medium", "low"] = "medium"
    at_once: int = Field(default=64, ge=1, le=1024)

    @property
    def wanted(self) -> bool:
        """Whether the daily run has anything to look at here."""
        return bool(self.watchlist or self.files or self.urls or self.ct)


class Frontier(_Section):
    """A queue that many machines share. `url` redis://, rediss:// or unix:// (or env:NAME, the variable that holds it; empty: the
    queue is in the store), `queue` its name, `lease` seconds until the work of a silent worker is lent to another,
    `patience` seconds that a worker waits for a Redis that is away."""

    url: Annotated[str, AfterValidator(unwritten)] = Field(default="", pattern=r"^$|^(redis|rediss|unix)://.|^env:[A-Za-z_]\w*$")
    queue: str = Field(default="main", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    lease: float = Field(default=120.0, ge=1, le=86_400)
    patience: float = Field(default=600.0, ge=0)


class Browser(_Section):
    """Which Chromium and how. `tabs` pages at once: a capture waits for its page more than it computes, so three keep two cores
    busy; `timeout` in seconds for one page."""

    enabled: bool = True
    path: str = ""
    tabs: int = Field(default=3, ge=1, le=16)
    timeout: float = Field(default=15.0, gt=0, le=120)
    sandbox: Literal["auto", "on", "off"] = "auto"


class Exports(_Section):
    """What leaves, and how: sellers' `contacts` are shown or masked, `mail_from` and `mail_to` stand in the mail draft,
    which is never sent; pictures in report.html take at most `picture_megabytes`."""

    contacts: Literal["show", "mask"] = "show"
    mail_from: str = ""
    mail_to: list[str] = Field(default_factory=list)
    picture_megabytes: float = Field(default=16.0, ge=0, le=200)


class Authority(_Section):
    """One RFC 3161 time-stamp authority: its `name` (also a file name), address, and PEM files of the roots to believe."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    url: str = Field(pattern=r"^https?://")
    roots: list[str] = Field(min_length=1)


class Timestamps(_Section):
    """Trusted time. A token later than `late_minutes` after the thing it stamps is marked late; `timeout` in seconds."""

    authorities: list[Authority] = Field(default_factory=list)
    late_minutes: float = Field(default=10.0, ge=0)
    timeout: float = Field(default=10.0, gt=0, le=120)


class Vantage(_Section):
    """One way to look again; what is not said is as in `[network]`. `profile` phone asks with the telephone's agent."""

    proxy: str | None = None
    resolvers: list[str] | None = None
    user_agent: str = ""
    profile: Literal["desktop", "mobile"] = "desktop"

    def network(self, usual: Network) -> Network:
        """The network settings as seen from here."""
        changes: dict[str, Any] = {"user_agent": usual.mobile_user_agent} if self.profile == "mobile" else {}
        given = {"proxy": self.proxy, "resolvers": self.resolvers, "user_agent": self.user_agent or None}
        return usual.model_copy(update=changes | {name: value for name, value in given.items() if value is not None})


def _two_devices() -> dict[str, Vantage]:
    return {"desktop": Vantage(), "mobile": Vantage(profile="mobile")}


class Recheck(_Section):
    """How confirmed leads are looked at again. Down takes at least two `vantages` that agree; lines of different carriers
    prove more than two devices on one. `controls` are asked too: when even they stay silent, it is our line that is down.

    Days between looks: `days` while it is up, `down_days` in the first week of being down, `quiet_days` in the first month,
    `late_days` after it, until `until_days`. People are reminded of what was made and not filed after `file_days`, filed and
    not answered after `answer_days`, accepted and still up after `act_days`.
    """

    vantages: dict[str, Vantage] = Field(default_factory=_two_devices, min_length=1)
    controls: list[str] = Field(default_factory=lambda: ["https://www.baidu.com/", "https://www.so.com/"])
    days: float = Field(default=1.0, gt=0)
    down_days: float = Field(default=1.0, gt=0)
    quiet_days: float = Field(default=3.0, gt=0)
    late_days: float = Field(default=14.0, gt=0)
    until_days: float = Field(default=180.0, ge=30)
    file_days: float = Field(default=3.0, gt=0)
    answer_days: float = Field(default=7.0, gt=0)
    act_days: float = Field(default=15.0, gt=0)

    @field_validator("vantages")
    @classmethod
    def _names(cls, given: dict[str, Vantage]) -> dict[str, Vantage]:
        for name in given:
            if not name.isidentifier():
                raise ValueError(f"{name!r} is no name for a vantage: letters, digits and _ only")
        return given


class Seal(_Section):
    """Originals that people bring in are closed for the holders of these `certificates` (PEM files, RSA); none: stored open."""

    certificates: list[str] = Field(default_factory=list)


class Retention(_Section):
    """How long things are kept, in days; 0: for ever. `pages`: WARCs with nothing of any case in them; `logs`: logs and run
    reports; `exports`: daily files (they can be made again; packages are never touched). WARCs older than `archive_after`
    days move to the folder `archive` and are read there."""

    pages: int = Field(default=0, ge=0)
    logs: int = Field(default=90, ge=0)
    exports: int = Field(default=0, ge=0)
    archive_after: int = Field(default=0, ge=0)
    archive: str = ""

    @model_validator(mode="after")
    def _place(self) -> Retention:
        if self.archive_after and not self.archive.strip():
            raise ValueError('archive_after needs archive = "/path of the folder that old WARCs move to"')
        return self


class SourceSettings(_Section):
    """One source's policy. Overriding robots needs a written legal basis, kept with every run.

    `enabled` unset: as the source declares itself (experimental ones are off until switched on or asked by name).
    `queries` texts a day instead of `crawl.queries_per_day`; `minimum` results per page instead of the declared one.
    """

    enabled: bool | None = None
    robots: Literal["obey", "override"] = "obey"
    legal_basis: str = ""
    delay: float | None = Field(default=None, ge=0)
    queries: int | None = Field(default=None, ge=0)
    minimum: float | None = Field(default=None, ge=0)
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _basis(self) -> SourceSettings:
        if self.robots == "override" and not self.legal_basis.strip():
            raise ValueError('robots = "override" needs legal_basis = "…" (who decided it, on what ground)')
        return self


class Config(_Section):
    """The whole of `dajia.toml`; an absent file means every default."""

    operator: Operator = Operator()
    network: Network = Network()
    crawl: Crawl = Crawl()
    browser: Browser = Browser()
    facts: Facts = Facts()
    feeds: Feeds = Feeds()
    frontier: Frontier = Frontier()
    exports: Exports = Exports()
    timestamps: Timestamps = Timestamps()
    recheck: Recheck = Recheck()
    retention: Retention = Retention()
    seal: Seal = Seal()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)

    def source(self, name: str) -> SourceSettings:
        """The settings of source `name`, defaults where none are written."""
        return self.sources.get(name) or SourceSettings()


def load(home: Home) -> Config:
    """Read `home.config`; raises ConfigError with file, field and fix."""
    return load_file(home.config) if home.config.exists() else Config()


def load_file(path: Path) -> Config:
    """Read one TOML file; raises ConfigError with file, field and fix."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"{path}: not valid TOML: {problem}") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: cannot be read: {problem}") from problem
    try:
        return Config.model_validate(raw)
    except ValidationError as problem:
        lines = [f"{path}: field {_field(e['loc'])}: {_say(e)}" for e in problem.errors()]
        raise ConfigError("\n".join(lines)) from problem


def _field(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "(top)"


def _say(error: Any) -> str:
    """The problem in one line, with the nearest known name for a misspelt key."""
    if error["type"] != "extra_forbidden":
        return f"{error['msg']} (found: {error['input']!r})"
    model: Any = Config
    for part in error["loc"][:-1]:
        child = getattr(model, "model_fields", {}).get(str(part))
        kind = child.annotation if child is not None else model
        model = next((a for a in get_args(kind) if isinstance(a, type) and issubclass(a, BaseModel)), kind)
    known = list(getattr(model, "model_fields", {}))
    near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
    return "unknown key" + (f"; did you mean {near[0]!r}?" if near else f"; known keys: {', '.join(known)}")
