"""Fit the wording model anew: `python bench/fit_wording.py [HALF …] [--write]`.

Learns from the pages of the named halves of the evaluation set (default: seen), says how well it tells the others
apart, and with `--write` replaces `classifiers/lexicons/wording.tsv`. The unseen half is never learnt from.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from datetime import date

from evaluation_pages import Case, cases

from classifiers.fitting import logistic
from classifiers.reader import read
from classifiers.reading import Reading
from classifiers.wording import FILE, Model, likeness, parse, pieces, weighed

STRENGTH, LEAST_PAGES, KEPT = 8e-5, 2, 20_000
# A text of nothing known is nobody's: the bias is set, not learnt, and unknown pieces weaken the known ones.
BIAS, UNKNOWN = -0.5, 0.6


def words(case: Case) -> str:
    """The page's own words, squeezed, as the feature reads them."""
    return Reading(read(case.page), case.facts).own_text


def fit(texts: list[str], guilty: list[bool]) -> str:
    """The model's file."""
    found = [pieces(text) for text in texts]
    spread = Counter(piece for one in found for piece in one)
    rarity = {p: (math.log((1 + len(texts)) / (1 + n)) + 1, 0.0) for p, n in spread.items() if n >= LEAST_PAGES}
    unknown = UNKNOWN * (math.log((1 + len(texts)) / 2) + 1)
    for round_ in range(2):
        column = {piece: n for n, piece in enumerate(sorted(rarity))}
        rows = [{column[p]: share for p, share in weighed(one, rarity, unknown)} for one in found]
        result = logistic(rows, guilty, len(column), strength=STRENGTH, steps=900 if round_ else 300, bias=BIAS, free_bias=False)
        weight = {piece: float(result.weights[n]) for piece, n in column.items()}
        if round_ == 0:
            kept = sorted(rarity, key=lambda p: (-abs(weight[p] * rarity[p][0]), p))[:KEPT]
            rarity = {p: rarity[p] for p in kept}
    lines = [
        "# How telling a piece of wording is: piece, rarity, weight (above 0: sellers). Made by bench/fit_wording.py; do not edit.",
        f"# dated: {date.today():%Y-%m}", f"# source: 自写语料 {len(texts)} 页，其中卖证 {sum(guilty)} 页", f"bias\t{result.bias:.4f}", f"unknown\t{unknown:.3f}",
    ]  # fmt: skip
    return "\n".join([*lines, *(f"{p}\t{rarity[p][0]:.3f}\t{weight[p]:.3f}" for p in sorted(rarity))]) + "\n"


def told(model: Model, half: str) -> str:
    """One line: how a half's sellers and others score."""
    rows = [(c.kind == "illicit", likeness(words(c), model).score) for c in cases(half) if not c.kind.endswith("_site")]
    others = sorted((score for guilty, score in rows if not guilty), reverse=True)
    sellers = [score for guilty, score in rows if guilty]
    line = f"{half}: {len(sellers)} sellers, {len(others)} others;"
    for share in (0.01, 0.02, 0.05):
        bar = others[int(len(others) * share)]
        line += f" at {share:.0%} of others above {bar:.2f}: {sum(s > bar for s in sellers) / len(sellers):.3f}"
    return line


def main() -> None:
    """Fit, report, and write when told to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("halves", nargs="*", default=["seen"])
    parser.add_argument("--measure", nargs="*", default=["unseen"])
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    learnt = [c for half in given.halves for c in cases(half) if c.kind != "fake_site"]
    text = fit([words(c) for c in learnt], [c.kind == "illicit" for c in learnt])
    for half in given.measure:
        print(told(parse(text), half))
    if given.write:
        FILE.write_text(text, encoding="utf-8")
        print(f"wrote {FILE.name}: {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
