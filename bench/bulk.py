"""Names and pages in bulk: `python bench/bulk.py [--names N] [--pages N] [--workers N] [--json]`.

*names*: `dajia scan` over N host names, beside the limit (one Aho-Corasick pass over the same bytes, nothing decided) and
the loop that most tools have (every keyword against every name). *pages*: `dajia judge` over N pages of about 4 KB,
beside the limit (lexbor's text of the same pages, nothing decided). Then both again in shards on Dask processes, one of
which is killed on the way: the bytes of the result must be those of the serial run. Peak memory is of the largest process.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DAJIA = str(Path(sys.executable).with_name("dajia"))
WORDS = ["shop", "news", "cloud", "game", "photo", "travel", "auto", "home", "city", "food", "music", "book", "care", "green", "blue", "star", "sun",
         "hao", "xin", "zhong", "hua", "da", "xiao", "jia", "wang", "tong", "kang", "mei", "le", "fu"]
LOOKALIKES = ["cx-mem-gov.com", "mem-gov-cx.top", "cneb-gov.com.cn", "zj-cettic.top", "mohurd-gov.cx"]
SENTENCES = ["特种作业操作证考试报名须知，请携带身份证到现场确认。", "低压电工、高处作业、焊接与热切割培训，理论和实操都要考。", "代办操作证，免考包过，三天出证，微信 banzheng_test。",
             "施工现场安全管理制度上墙，班前会每天开。", "证书查询请到官方网站，谨防假冒网站。", "公司简介：成立多年，服务周到，欢迎来电。", "通知公告：本月考试安排在十五日上午九点。"]


def names(path: Path, count: int) -> None:
    """`count` invented host names, one in a thousand of them a lookalike."""
    chance = random.Random(7)
    with path.open("w", encoding="ascii") as out:
        for n in range(count):
            if n % 1000 == 0:
                out.write(f"{n}.{chance.choice(LOOKALIKES)}\n")
            else:
                out.write(f"{chance.choice(WORDS)}{chance.choice(WORDS)}{chance.randrange(10_000)}.{chance.choice(['com', 'cn', 'top', 'com.cn'])}\n")


def pages(path: Path, count: int) -> None:
    """`count` invented pages of about 4 KB."""
    chance = random.Random(9)
    with path.open("w", encoding="utf-8") as out:
        for n in range(count):
            body = "".join(f'<div class="c{chance.randrange(99)}"><p>{chance.choice(SENTENCES)}</p></div>' for _ in range(36))
            html = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{chance.choice(SENTENCES)[:16]}</title></head><body>{body}</body></html>"
            out.write(json.dumps({"id": n, "url": f"http://h{n}.example/", "html": html}, ensure_ascii=False) + "\n")


def command(*words: object) -> tuple[float, float, float]:
    """Seconds, peak memory (MB) and CPU seconds of one dajia command."""
    started = time.perf_counter()
    process = subprocess.Popen([DAJIA, *map(str, words)], cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"dajia {' '.join(map(str, words))} ended with {status}")
    return time.perf_counter() - started, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime


def sharded(folder: Path, out: Path, *words: object) -> tuple[float, float, int]:
    """Seconds, peak memory (MB) of any process, and processes killed, of the same in shards with one killed half-way."""
    import psutil

    shards = folder / f"{out.name}.shards"
    started, peak, killed = time.perf_counter(), 0.0, 0
    process = subprocess.Popen([DAJIA, *map(str, words), "--out", str(out), "--shards", str(shards)], cwd=ROOT)
    me = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            children = me.children(recursive=True)
            peak = max([peak, *(p.memory_info().rss / 2**20 for p in (me, *children))])
            if not killed and len(list(shards.glob("*.json"))) > 2:
                victim = next(p for p in children if "spawn_main" in " ".join(p.cmdline()))
                victim.send_signal(signal.SIGKILL)
                killed += 1
        except (psutil.Error, StopIteration):
            pass
        time.sleep(0.05)
    if process.returncode not in (0, 1):
        raise SystemExit(f"sharded {words[0]} ended with {process.returncode}")
    return time.perf_counter() - started, peak, killed


def limits_of_names(path: Path) -> dict[str, float]:
    """Names a second of one automaton pass over the bytes, and of the loop over keywords (on the first part)."""
    from ahocorasick_rs import BytesAhoCorasick

    keywords = ["mem-gov", "cneb", "cettic", "mohurd", "chsi", "nhc-gov", "gov-cx", "cx-mem", "zwfw", "osta", "anquan", "yjglb"]
    data = path.read_bytes()
    automaton = BytesAhoCorasick([k.encode() for k in keywords])
    started = time.perf_counter()
    automaton.find_matches_as_indexes(data)
    one_pass = data.count(b"\n") / (time.perf_counter() - started)
    part = data[: 4 << 20].decode().splitlines()
    started = time.perf_counter()
    sum(any(word in name for word in keywords) for name in part)
    return {"one pass over the bytes (limit)": one_pass, "every keyword in every name (loop)": len(part) / (time.perf_counter() - started)}


def limits_of_pages(path: Path) -> dict[str, float]:
    """Pages a second of taking the text out alone."""
    from selectolax.lexbor import LexborHTMLParser

    with path.open(encoding="utf-8") as source:
        some = [json.loads(line)["html"] for _, line in zip(range(5_000), source, strict=False)]
    started = time.perf_counter()
    for html in some:
        LexborHTMLParser(html).text()
    return {"lexbor's text alone (limit)": len(some) / (time.perf_counter() - started)}


def measured(job: str, count: int, workers: int) -> list[dict[str, Any]]:
    """The rows of one job."""
    with tempfile.TemporaryDirectory(prefix="bench-bulk-") as told:
        folder = Path(told)
        source, serial, spread = folder / "in.txt", folder / "serial", folder / "spread"
        (names if job == "scan" else pages)(source, count)
        words: list[object] = ["scan", source] if job == "scan" else ["judge", "--jsonl", source]
        size = source.stat().st_size / 2**20
        one, memory, cpu = command(*words, "--out", serial, "--quiet")
        many, peak, killed = sharded(folder, spread, *words, "--workers", workers, "--shard-mb", round(size / 24, 4), "--quiet")
        if (same := _digest(serial) == _digest(spread)) is False:
            print(f"{job}: the sharded result differs from the serial one", file=sys.stderr)
        limits = limits_of_names(source) if job == "scan" else limits_of_pages(source)
    rows = [{"job": job, "what": what, "count": count, "per_second": round(rate)} for what, rate in limits.items()]
    rows.append({"job": job, "what": "dajia, one process", "count": count, "per_second": round(count / one), "seconds": round(one, 1), "memory_mb": round(memory),
                 "cpu_us_each": round(1e6 * cpu / count, 2)})
    rows.append({"job": job, "what": f"dajia, {workers} Dask processes, {killed} killed", "count": count, "per_second": round(count / many),
                 "seconds": round(many, 1), "memory_mb": round(peak), "identical": same, "killed": killed})
    return rows


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def main() -> None:
    """Measure, print, and fail when a result differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--names", type=int, default=10_000_000)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [row for job, n in (("scan", options.names), ("judge", options.pages)) if n for row in measured(job, n, options.workers)]
    if options.json:
        print(json.dumps({"rows": rows, "cores": os.cpu_count(), "load": os.getloadavg()[0]}, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row['job']:6} {row['what']:40} {row['per_second']:>12,}/s {row.get('memory_mb', '-'):>6} MB  "
                  f"{'same bytes as serial' if row.get('identical') else ''}")
    sys.exit(any(row.get("identical") is False for row in rows))


if __name__ == "__main__":
    main()
