"""How fast packages are built and how much memory that takes: `python bench/packages.py [LEADS] [MEGABYTES]`.

LEADS (100) leads × 2 recipients, each with a desktop and a phone capture, full-page screenshots of realistic size, site facts and
decisions. MEGABYTES (0) of incompressible bytes are spread over the captures of one more lead, whose package is timed apart.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw

from evidence import ids
from evidence.archive import Vault, WarcWriter
from evidence.config import Config
from evidence.home import Home
from evidence.records import Capture, Decision, Finding, Lead, SiteFact, Verdict
from evidence.store import Store
from exports import package
from exports.many import Job, build_many
from exports.recipients import national
from exports.verify import verify

_LINE = "<p>低压电工操作证，免考、包过，三天拿证，微信 banzheng_test</p>"
HTML = f"<html><title>电工证免考包过</title><body>{_LINE * 400}</body></html>"


def picture(width: int, height: int, seed: int) -> bytes:
    """A page-like picture: a few colours, many lines, not quite like any other."""
    page = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(page)
    for row in range(0, height, 30):
        shade = (row * 7 + seed * 13) % 160
        pen.rectangle((20, row, width - 20 - (row * 31 + seed) % (width // 2), row + 18), fill=(shade, shade, 200 - shade))
    out = io.BytesIO()
    page.save(out, "PNG", compress_level=1)
    return out.getvalue()


class Filler:
    """Writes leads as a run would."""

    def __init__(self, store: Store) -> None:
        self.store, self.run = store, store.begin_run("daily", "2026-01-02", {"tool": "bench"})
        self.warc = WarcWriter.create(store.home, self.run, "bench")

    def lead(self, number: int, extra: int = 0) -> str:
        host = f"cx-{number}.example"
        verdicts = [self._capture(host, number, profile, size, extra) for profile, size in
                    (("desktop", (1366, 3200)), ("mobile", (412, 2600)))]
        lead = Lead(ids.new_id(), "ad", host, "host", verdicts[0], ids.utc_now())
        self.store.add_lead(lead)
        for verdict in verdicts:
            self.store.add_lead_verdict(lead.id, verdict)
        for move, who in (("confirm", "甲"), ("second", "乙")):
            self.store.add_decision(Decision(ids.new_id(), lead.id, move, who, "", verdicts[0], ids.utc_now()))  # type: ignore[arg-type]
        self.store.add_site_fact(SiteFact(ids.new_id(), self.run, host, "whois", {"registrar": "某公司", "found": True}, "x" * 3000, "s",
                                          ids.utc_now()))
        return lead.id

    def _capture(self, host: str, number: int, profile: str, size: tuple[int, int], extra: int) -> str:
        at, capture, url, write = ids.utc_now(), ids.new_id(), f"http://{host}/", self.warc
        made = [write.response(capture_id=capture, url=url, status=200, headers=[("Content-Type", "text/html")], body=HTML.encode(),
                               media_type="text/html", started=at)]
        full = picture(*size, number)
        for name, data, media in (("dom", HTML.encode(), "text/html"), ("screenshot-full", full, "image/png"),
                                  ("screenshot-first", picture(size[0], 800, number), "image/png")):
            made.append(write.resource(capture_id=capture, name=name, url=url, media_type=media, data=data, started=at))
        for part in range(extra // 2**20 // 10):
            made.append(write.resource(capture_id=capture, name=f"resource-{part}", url=f"{url}{part}.bin",
                                       media_type="application/octet-stream", data=os.urandom(10 * 2**20), started=at))
        write.sync()
        self.store.add_capture(Capture(capture, self.run, url, url, at, at, "browser", profile, "ok", 200, title="电工证",  # type: ignore[arg-type]
                                       artifacts=tuple(made)))
        verdict = Verdict(ids.new_id(), capture, self.run, "r", "ad", "high", 80.0, made[1].sha256, at,
                          findings=(Finding("ad/no_exam", 40.0, "免考", 3, 5, "页面承诺“免考”"),))
        self.store.add_verdict(verdict)
        return verdict.id


def peak(whose: int = resource.RUSAGE_SELF) -> float:
    """Peak memory of this process, or of the largest of its ended children, MiB."""
    return resource.getrusage(whose).ru_maxrss / 1024


def processor() -> float:
    """Processor seconds of this process and its ended children."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main(leads: int, megabytes: int) -> None:
    """Fill a store, package every lead for two recipients, verify a sample, print the figures."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Home.at(Path(folder) / "home").prepare(), actor="bench") as store:
        filler = Filler(store)
        numbers = [filler.lead(n) for n in range(leads)]
        heavy = filler.lead(leads, megabytes * 1024 * 1024 // 2) if megabytes else ""
        store.add_warc(filler.warc.close())
        vault, out, config = Vault(store.home), Path(folder) / "out", Config()
        package.build(store, vault, numbers[0], "wangxinban", out, config)  # fonts and templates are loaded once
        before, began, worked = peak(), time.perf_counter(), processor()
        desks = [national(package.agencies()[code]) for code in ("wangxinban", "tongguanju")]
        done = list(build_many(store.home, [Job(lead, tuple(desks)) for lead in numbers], out, config))
        made, problems = [built for one in done for built in one.built], [one.problem for one in done if one.problem]
        spent, busy = time.perf_counter() - began, processor() - worked
        print(f"{len(made)} packages in {spent:.1f} s ({spent / len(made):.2f} s each; {busy:.1f} s of processor time in all processes), "
              f"largest process {before:.0f} → {max(peak(), peak(resource.RUSAGE_CHILDREN)):.0f} MiB, {len(problems)} problems")
        began = time.perf_counter()
        bad = [c for built in made[:20] for c in verify(built.zip) if c.state != "verified"]
        print(f"20 packages verified in {time.perf_counter() - began:.1f} s, {len(bad)} alarms")
        if heavy:
            before, began = peak(), time.perf_counter()
            built = package.build(store, vault, heavy, "wangxinban", out, config)
            size, spent = built.zip.stat().st_size / 2**20, time.perf_counter() - began
            print(f"{size:.0f} MiB package in {spent:.1f} s, memory {before:.0f} → {peak():.0f} MiB")


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:]]
    main(*(given + [100, 0][len(given):]))
