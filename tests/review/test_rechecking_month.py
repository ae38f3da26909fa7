"""A simulated month: sites go down, return, move, wall, close to a region; our line drops. Time is injected, nothing is fetched:
what each vantage would have received is stored as captures, as the crawl stores them."""

from datetime import datetime, timedelta

import pytest

from evidence import followup, ids
from evidence.archive import Vault, WarcWriter
from evidence.config import Recheck
from evidence.followup import Letter
from evidence.frontier import Frontier
from evidence.home import Home
from evidence.records import Capture, Contact, Decision, Lead, Verdict
from evidence.store import Store
from review import links, moving, rechecking

START = datetime(2026, 3, 1, 6, 0, 0)
PLAN = Recheck.model_validate({"vantages": {"telecom": {}, "unicom": {}}, "controls": ["https://control.example/"]})
PAGE = "<html><head><title>{title}</title></head><body><h1>{title}</h1><p>" + "全国特种作业操作证快速办理，免考包过，三天拿证，扫码可查，先拿证后付款。" * 3 + \
    "{host} 客服 {contact}</p></body></html>"


def when(day, minutes=0):
    return (START + timedelta(days=day, minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def page(host):
    name = host.removesuffix("-neu.example").removesuffix(".example")
    return PAGE.format(title=f"{name} 办证中心", host=host, contact=f"wx_{name}").encode()


class Month:
    """The world day by day. `plan[host]` gives what is received there: a word, or {vantage: word}."""

    def __init__(self, store):
        self.store, self.vault, self.frontier = store, Vault(store.home), Frontier(store)
        self.leads, self.checks, self.writer = {}, {}, None

    def capture(self, run, day, url, word, origin="", why="sighting", minutes=0, final=""):
        final = final or url
        outcome, status, note, body = {
            "up": ("ok", 200, "", page(ids.host_of(final))), "other": ("ok", 200, "", b"<title>\xe5\xad\xa6\xe6\xa0\xa1</title>" + b"<p>x</p>" * 99),
            "gone": ("gone", 404, "status-404, status 404", b"x"), "parked": ("parked", 200, "domain-sale, status 200", b"x"),
            "wall": ("blocked", 200, "generic-captcha-title, status 200", b"x"), "geo": ("blocked", 403, "geo-notice, status 403", b"x"),
            "dead": ("error", 0, "unreachable: CannotResolveHostError: no address", b""),
            "slow": ("error", 0, "timeout: DownloadTimeoutError: 30 s", b""), "broken": ("error", 500, "status 500", b"x"),
            "login": ("login", 401, "status-401, status 401", b"x"),
        }[word]
        capture, headers, artifacts = ids.new_id(), (("Content-Type", "text/html; charset=utf-8"),), ()
        if body:
            self.writer = self.writer or WarcWriter.create(self.store.home, run, f"d{day}")
            artifacts = (self.writer.response(capture_id=capture, url=final, status=status, headers=headers, body=body, media_type="text/html",
                                              started=when(day, minutes)),)
            self.writer.sync()
        title = body.decode().split("<title>")[1].split("</title>")[0] if b"<title>" in body else ""
        made = Capture(id=capture, run=run, asked_url=url, url=final, started=when(day, minutes), ended=when(day, minutes), means="http",
                       profile="desktop", outcome=outcome, status=status, note=note, headers=headers, title=title, why=why, origin=origin,
                       artifacts=artifacts)
        self.store.add_capture(made)
        return made

    def find(self, run, day, host, lead=True):
        """A page found by search, judged, and made a lead."""
        seen = self.capture(run, day, f"http://{host}/", "up")
        verdict = Verdict(ids.new_id(), seen.id, run, "r", "ad", "high", 80.0, seen.artifacts[0].sha256, when(day), contacts=(
            Contact("wechat", f"wx_{host.removesuffix('-neu.example').removesuffix('.example')}"),))
        self.store.add_verdict(verdict)
        self.seal()
        links.read_traits(self.store, self.vault)
        if lead:
            made = Lead(ids.new_id(), "ad", host, "host", verdict.id, when(day))
            self.store.add_lead(made)
            self.store.add_lead_verdict(made.id, verdict.id)
            self.leads[host] = made.id

    def seal(self):
        if self.writer is not None:
            self.store.add_warc(self.writer.close())
            self.writer = None

    def confirm(self, host, day=0):
        lead = self.leads[host]
        for minutes, (move, who) in enumerate((("confirm", "李初审"), ("second", "周复核")), 1):
            self.store.add_decision(Decision(ids.new_id(), lead, move, who, "", "v", when(day, minutes)))
        self.letter(host, "filed", day, 10)

    def letter(self, host, step, day, minutes=0):
        followup.add_letter(self.store, Letter(ids.new_id(), self.leads[host], "wangxinban", step, when(day, minutes), "王某", when(day, minutes)))

    def look(self, day, world, line="works"):
        """One daily recheck: lease what is queued from each vantage, answer it as the world does that day, conclude."""
        run = self.store.begin_run("recheck", when(day)[:10])
        rechecking.queue(self.store, self.frontier, run, PLAN, when(day))
        forwards = {}
        for lease in self.frontier.lease("recheck", "w", 500, run=run):
            vantage, host = lease.payload["vantage"], lease.host
            word = world.get(host, "up") if host != "control.example" else "up"
            word = word[vantage] if isinstance(word, dict) else word
            if line == "down" or line == vantage:
                word = "dead"
            final = ""
            if word.startswith("to:"):
                final, word = f"http://{word[3:]}/", "up"
            made = self.capture(run, day, lease.payload["url"], word, lease.payload["origin"], lease.payload["why"], 5, final)
            forwards[lease.key] = made
            self.frontier.ack(lease)
        self.seal()
        rounds = rechecking.conclude(self.store, self.vault, run, lambda: when(day, 6))
        assert rounds.problems == []
        moving.follow(self.store, self.frontier, run, rounds.moved)
        names = {lead: host for host, lead in self.leads.items()}
        for check in rounds.checks:
            self.checks.setdefault(names[check.lead], []).append((day, check.state))


DAYS = 45
# host -> function(day) -> what is received that day
STORIES = {
    "stays.example": lambda d: "up",
    "falls.example": lambda d: "up" if d < 3 else "dead",
    "closed.example": lambda d: "up" if d < 5 else "gone",
    "parked.example": lambda d: "up" if d < 5 else "parked",
    "returns.example": lambda d: "gone" if 4 <= d < 12 else "up",
    "twice.example": lambda d: "gone" if 4 <= d < 8 or d >= 15 else "up",
    "moves.example": lambda d: "up" if d < 6 else "dead",
    "forwards.example": lambda d: "up" if d < 6 else "to:forwards-neu.example",
    "walls.example": lambda d: "up" if d < 4 else "wall",
    "region.example": lambda d: "up" if d < 4 else {"telecom": "geo", "unicom": "gone"},
    "partial.example": lambda d: "up" if d < 4 else {"telecom": "gone", "unicom": "up"},
    "half.example": lambda d: "up" if d < 4 else {"telecom": "gone", "unicom": "broken"},
    "cleaned.example": lambda d: "up" if d < 4 else "other",
    "breaks.example": lambda d: "up" if d < 4 else "broken",
    "asks.example": lambda d: "up" if d < 4 else "login",
    "slow.example": lambda d: "up" if d < 4 else "slow",
}


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    with Store.open(Home.at(tmp_path_factory.mktemp("month") / "home").prepare(), actor="test") as store:
        store.db.execute("PRAGMA synchronous = OFF")
        yield lived(Month(store))


def lived(made):
    """Forty-five days, day by day."""
    store = made.store
    run = store.begin_run("daily", "2026-03-01")
    for host in STORIES:
        made.find(run, 0, host)
        made.confirm(host)
    made.letter("closed.example", "accepted", 2)
    for day in range(1, DAYS):
        if day == 8:
            made.find(run, day, "moves-neu.example")  # search finds it before anybody looked for it
        line = {9: "down", 10: "down", 20: "unicom"}.get(day, "works")
        made.look(day, {host: of(day) for host, of in STORIES.items()}, line)
    return made


def test_a_simulated_month_ends_with_the_right_clock_for_every_lead(month):
    clocks = followup.clocks(month.store)
    ended = {host: clocks[lead] for host, lead in month.leads.items() if host in STORIES}
    phases = {host: c.phase for host, c in ended.items()}
    assert phases == {
        "stays.example": "filed", "falls.example": "stayed_30", "closed.example": "stayed_30", "parked.example": "stayed_30",
        "returns.example": "returned", "twice.example": "stayed_7", "moves.example": "moved", "forwards.example": "moved",
        "walls.example": "filed", "region.example": "filed", "partial.example": "filed", "half.example": "filed",
        "cleaned.example": "changed", "breaks.example": "filed", "asks.example": "filed", "slow.example": "stayed_30",
    }

    def days(host, field):
        value = getattr(ended[host], field)
        return value and (datetime.fromisoformat(value.rstrip("Z")) - START).days

    assert {f: days("falls.example", f) for f in ("down", "stayed_7", "stayed_30")} == {"down": 3, "stayed_7": 11, "stayed_30": 33}
    assert {f: days("closed.example", f) for f in ("accepted", "down", "stayed_7", "stayed_30")} == {
        "accepted": 2, "down": 5, "stayed_7": 12, "stayed_30": 35}
    # up again on day 12, seen on day 14: in its second week of being down it was looked at every third day
    assert (days("returns.example", "down"), days("returns.example", "returned"), ended["returns.example"].returns) == (4, 14, 1)
    assert (days("twice.example", "down"), days("twice.example", "returned"), ended["twice.example"].spells) == (15, 8, 2)
    assert ended["moves.example"].moved_to == "moves-neu.example"
    assert ended["forwards.example"].moved_to == "forwards-neu.example"
    for host in ("stays", "forwards", "walls", "region", "partial", "half", "cleaned", "breaks", "asks"):
        assert ended[f"{host}.example"].down == "", host
    assert ended["walls.example"].last_state == "unknown"
    assert ended["partial.example"].last_state == "up"


def test_while_our_line_was_down_nothing_was_taken_for_down(month):
    for host, checks in month.checks.items():
        assert {state for day, state in checks if day in (9, 10)} <= {"unknown"}, host
        assert "down" not in {state for day, state in checks if day == 20 and host not in ("closed.example", "parked.example")}, host
    looks = {r["finding"] for r in month.store.rows(
        "SELECT DISTINCT k.finding FROM looks k JOIN runs r ON r.id = k.run WHERE r.day = '2026-03-10'")}
    assert looks == {"ours"}


def test_looks_grow_rarer_once_it_stays_down_and_never_miss_the_seventh_and_thirtieth_day(month):
    days = [day for day, _ in month.checks["closed.example"]]
    assert days[:12] == list(range(1, 13))
    assert days[12:] == [15, 18, 21, 24, 27, 30, 33, 35]
    assert [day for day, _ in month.checks["stays.example"]] == list(range(1, DAYS))


def test_the_table_for_analysts_agrees_with_the_clocks(month):
    assert followup.rebuild(month.store) == len(STORIES)
    rows = {r["lead"]: dict(r) for r in month.store.rows("SELECT * FROM takedowns")}
    for lead, clock in followup.clocks(month.store).items():
        assert {k: v for k, v in rows[lead].items() if k != "computed"} == clock.as_row()


def test_the_store_with_a_month_of_looks_verifies(month):
    from exports.verify_rows import row_claims

    assert {c.state for c in row_claims(month.store.db)} == {"verified"}


def test_kept_clocks_are_those_computed_anew_whatever_came_in_since(month):
    store = month.store
    followup.rebuild(store)
    assert followup.current(store) == followup.clocks(store)
    for host, step in (("walls.example", "accepted"), ("stays.example", "refused")):
        month.letter(host, step, DAYS)
    month.look(DAYS, {"stays.example": "gone", "walls.example": "gone"})
    store.add_decision(Decision(ids.new_id(), month.leads["slow.example"], "revoke", "王复查", "误判", "v", when(DAYS)))
    now = followup.current(store)
    assert now == followup.clocks(store)
    assert {host: now[month.leads[host]].phase for host in ("stays.example", "walls.example", "slow.example")} == {
        "stays.example": "down", "walls.example": "down", "slow.example": "closed"}
