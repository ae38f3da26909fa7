"""Fit the models of wording anew: `python bench/fit_wording.py [wording|posing …] [--folds N] [--measure] [--write]`.

Learns from the seen half of the evaluation set and with `--write` replaces the model's file in `classifiers/lexicons`.
`--folds N` says what to expect of it: each Nth of the pages learnt from is scored by a model that has not seen it;
the thresholds of the features come from there. `--measure` scores the unseen half, which is never learnt from.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from datetime import date
from multiprocessing import Pool

from evaluation_pages import Case, cases

from classifiers.features import posing, wording
from classifiers.fitting import logistic
from classifiers.reader import read
from classifiers.reading import Reading
from classifiers.wording import (
    FAKES,
    MARK,
    MARKED,
    MAX_LETTERS,
    MAX_NEAR,
    SELLERS,
    Words,
    likeness,
    parse,
    pieces,
    place,
    shares,
)

STRENGTH, LEAST_PAGES, KEPT, STEPS = 8e-6, 2, 20_000, (250, 1500)
UNKNOWN = 0.4  # of the rarity of what stands on one page: what is unknown weakens what is known
Row = tuple[bool, Words]  # whether it is one of those the model is to know


def rows_of(name: str, half: str) -> list[Row]:
    """The pages of a half that a model is about: sellers and all others, or fakes and all that look like query sites."""
    with Pool() as pool:
        return [row for row in pool.map(_sellers if name == SELLERS else _fakes, cases(half), chunksize=50) if row]


def _sellers(case: Case) -> Row | None:
    """A page as the feature reads it; whether a fake site also sells is another question. Everyday pages are always learnt from,
    for one that happens to name a trade must not look like a seller's because none was seen."""
    reading = Reading(read(case.page), case.facts)
    if case.kind == "fake_site" or not (case.kind == "ordinary" or wording.asked(reading)):
        return None
    return case.kind == "illicit", wording.words(reading)


def _fakes(case: Case) -> Row | None:
    reading = Reading(read(case.page), case.facts)
    if not case.kind.endswith("_site") and not posing.asked(reading):
        return None
    return case.kind == "fake_site", posing.words(reading)


def fit(rows: list[Row]) -> str:
    """The model's file."""
    guilty = [one for one, _ in rows]
    spread: Counter[str] = Counter()
    for _, one in rows:
        spread.update({*pieces(one.whole[:MAX_LETTERS]), *pieces(one.near[:MAX_NEAR]), *(MARK + name for name in one.marks)})
    most = math.log((1 + len(rows)) / 2) + 1
    rarity = {p: (MARKED if p[0] == MARK else math.log((1 + len(rows)) / (1 + n)) + 1, 0.0) for p, n in spread.items() if n >= LEAST_PAGES}
    for steps in STEPS:
        column = {piece: n for n, piece in enumerate(sorted(rarity))}
        table = [_summed(one, column, rarity, UNKNOWN * most) for _, one in rows]
        made = logistic(table, guilty, len(column), strength=STRENGTH, steps=steps, balanced=False)
        weight = {piece: float(made.weights[n]) for piece, n in column.items()}
        if steps == STEPS[0]:
            kept = sorted(rarity, key=lambda p: (p[0] != MARK, -abs(weight[p] * rarity[p][0]), p))[:KEPT]
            rarity = {p: rarity[p] for p in kept}
    lines = [
        "# How telling a piece of wording is: piece, rarity, weight (above 0: sellers). Made by bench/fit_wording.py; do not edit.",
        f"# dated: {date.today():%Y-%m}", f"# source: 自写语料 {len(rows)} 页，其中 {sum(guilty)} 页是要认出的",
        f"bias\t{made.bias:.4f}", f"unknown\t{UNKNOWN * most:.3f}",
    ]  # fmt: skip
    return "\n".join([*lines, *(f"{p}\t{rarity[p][0]:.3f}\t{weight[p]:.3f}" for p in sorted(rarity))]) + "\n"


def _summed(one: Words, column: dict[str, int], rarity: dict[str, tuple[float, float]], unknown: float) -> dict[int, float]:
    row: dict[int, float] = {}
    for piece, share in shares(one, rarity, unknown):
        row[column[piece]] = row.get(column[piece], 0.0) + share
    return row


def told(name: str, scored: list[tuple[bool, float]]) -> str:
    """One line: how those to be known and the others score."""
    others = sorted((score for guilty, score in scored if not guilty), reverse=True)
    known = [score for guilty, score in scored if guilty]
    line = f"{name}: {len(known)} to be known, {len(others)} others;"
    for share in (0.01, 0.02, 0.03, 0.05):
        bar = others[int(len(others) * share)]
        line += f" at {share:.0%} of others above {bar:.2f}: {sum(s > bar for s in known) / len(known):.3f}"
    return line


def folded(rows: list[Row], folds: int) -> list[tuple[bool, float]]:
    """Every page scored by a model fitted on the others."""
    found = []
    for n in range(folds):
        model = parse(fit([row for at, row in enumerate(rows) if at % folds != n]))
        found += [(guilty, likeness(one, model).score) for at, (guilty, one) in enumerate(rows) if at % folds == n]
    return found


def main() -> None:
    """Fit, report, and write when told to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", default=[SELLERS, FAKES])
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    for name in given.names:
        learnt = rows_of(name, "seen")
        if given.folds:
            print(told(f"{name}, {given.folds} folds of what is learnt from", folded(learnt, given.folds)), flush=True)
        if not given.measure and not given.write:
            continue
        text = fit(learnt)
        if given.measure:
            model = parse(text)
            print(told(f"{name}, unseen", [(guilty, likeness(one, model).score) for guilty, one in rows_of(name, "unseen")]), flush=True)
        if given.write:
            place(name).write_text(text, encoding="utf-8")
            print(f"wrote {place(name).name}: {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
