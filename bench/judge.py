"""How fast pages are judged: `python -m bench.judge [--json]`.

Pages of 4 KB of text and of 60 KB of HTML, innocent ones and ads, through the whole judge on one core, beside a peer that does
nothing but parse (lexbor) in the same run; and one page of 0.5, 1, 2 and 4 MB to show that the cost grows with the length.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser

from classifiers import PageInput, judge

WORDS = (
    "本市召开安全生产工作会议，要求各单位落实责任，加强现场管理和人员培训。", "今日天气晴转多云，最高气温二十六度，适合户外活动。",
    "企业应当组织从业人员参加考试，考试合格后方可上岗。", "新店开业，欢迎新老顾客光临，满一百减二十。", "月季修剪要斜口，浇水宁干勿湿，薄肥勤施。",
)
AD = "电工证免考包过，人不用到，先出证后付款，官网可查，加微信 hh7781ab。"
SECONDS = 4.0


def prose(size: int, ad: bool, seed: int) -> str:
    """About `size` bytes of text, an ad in its middle if asked for."""
    draw = random.Random(seed)
    parts: list[str] = []
    while sum(map(len, parts)) * 3 < size:
        parts.append(draw.choice(WORDS))
    if ad:
        parts.insert(len(parts) // 2, AD)
    return "\n".join(parts)


def page(size: int, ad: bool, seed: int) -> str:
    """About `size` bytes of HTML with the markup of a usual page around a tenth of it in words."""
    draw = random.Random(seed)
    rows = "".join(f"<p class=c>{line}</p>" for line in prose(size // 6, ad, seed).split("\n"))
    links, n = [], 0
    while len(links) * 110 < size * 4 // 6:
        n += 1
        links.append(f'<li class="item item-{n}"><a href="/n/{draw.randrange(10**6)}.html" title="{n}">{draw.choice(WORDS)[:12]}</a><span>{n}</span></li>')
    return f"<html><head><title>一页</title></head><body><ul>{''.join(links)}</ul><div>{rows}</div></body></html>"


def rate(work: Callable[[int], object]) -> float:
    """Calls a second, over SECONDS."""
    work(0)
    start, done = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        work(done)
        done += 1
    return done / (time.process_time() - start)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    texts = {ad: [prose(4_000, ad, n) for n in range(50)] for ad in (False, True)}
    pages = {ad: [page(60_000, ad, n) for n in range(30)] for ad in (False, True)}
    url = "https://n1.example/a"
    found: dict[str, float] = {
        "text 4 KB, innocent": rate(lambda n: judge(PageInput(url, text=texts[False][n % 50]))),
        "text 4 KB, ad": rate(lambda n: judge(PageInput(url, text=texts[True][n % 50]))),
        "html 60 KB, innocent": rate(lambda n: judge(PageInput(url, html=pages[False][n % 30]))),
        "html 60 KB, ad": rate(lambda n: judge(PageInput(url, html=pages[True][n % 30]))),
        "html 60 KB, parsing alone (lexbor)": rate(lambda n: LexborHTMLParser(pages[False][n % 30]).body),
    }
    for megabytes in (0.5, 1, 2, 4):
        big = page(int(megabytes * 1e6), True, 7)
        start = time.process_time()
        judge(PageInput(url, html=big))
        found[f"one page of {megabytes:g} MB, seconds"] = time.process_time() - start
    if given.json:
        print(json.dumps({name: round(value, 2) for name, value in found.items()}, ensure_ascii=False))
    else:
        for name, value in found.items():
            print(f"{name:<40}{value:>10.2f}{'' if 'seconds' in name else ' pages/s'}")


if __name__ == "__main__":
    main()
