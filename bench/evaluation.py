"""How well pages are judged: `python bench/evaluation.py [seen|unseen] [--misses]`.

Prints one table per class, per channel and per disguise: pages, queued (medium or high), and contacts exactly recovered.
Rules are written with the seen half in view; the unseen half was written before them and says how they do on new wording.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable

from evaluation_pages import Case, cases

from classifiers import Judgement, judge

# Class → (should be queued, target share that is judged rightly).
TARGETS = {"illicit": (True, 0.97), "benign": (False, 0.99), "ordinary": (False, 1.0), "grey": (False, 0.95), "fake_site": (True, 0.95), "lawful_site": (False, 1.0)}
Row = tuple[Case, Judgement]


def queued(found: Judgement) -> bool:
    """Whether a person will look at it."""
    return found.band in ("medium", "high")


def right(row: Row) -> bool:
    """Whether the page is queued exactly when it should be, as what it is."""
    case, found = row
    if not TARGETS[case.kind][0]:
        return not queued(found)
    return queued(found) and (found.kind == "fake_site") == (case.kind == "fake_site")


def table(title: str, rows: Iterable[Row], key: Callable[[Case], str]) -> list[str]:
    """Lines of a table: name, pages, queued, right."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row[0])].append(row)
    lines = [f"{title:<34}{'pages':>7}{'queued':>8}{'right':>8}"]
    for name, members in sorted(groups.items()):
        share = sum(map(right, members)) / len(members)
        lines.append(f"{name:<34}{len(members):>7}{sum(queued(f) for _, f in members):>8}{share:>8.3f}")
    return lines


def contacts(rows: list[Row]) -> tuple[int, int, int]:
    """(expected, exactly found, found beyond what is there) over pages that name their contacts."""
    expected = found = beyond = 0
    for case, judged in rows:
        if case.kind != "illicit":
            continue
        got = {(c.type, c.value) for c in judged.contacts}
        expected += len(case.contacts)
        found += len(case.contacts & got)
        beyond += len(got - case.contacts)
    return expected, found, beyond


def report(half: str, misses: bool) -> list[str]:
    """The whole report of a half."""
    rows = [(case, judge(case.page, case.facts)) for case in cases(half)]
    lines = [f"half: {half}", *table("class", rows, lambda c: c.kind), ""]
    ads = [row for row in rows if not row[0].kind.endswith("_site")]
    lines += [*table("class / channel", ads, lambda c: f"{c.kind} / {c.channel}"), ""]
    lines += [*table("disguise (illicit)", [r for r in ads if r[0].kind == "illicit"], lambda c: c.disguise), ""]
    lines += [*table("trick (sites)", [r for r in rows if r[0].kind.endswith("_site")], lambda c: f"{c.kind} / {c.channel}"), ""]
    expected, found, beyond = contacts(rows)
    lines.append(f"contacts: {found} of {expected} exactly recovered ({found / max(expected, 1):.3f}), {beyond} others reported")
    if misses:
        lines += ["", "judged wrongly:"] + [f"  {c.kind}: {c.name} ({f.kind} {f.band} {f.score:g})" for c, f in rows if not right((c, f))]
    return lines


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("half", nargs="?", default="unseen", choices=("seen", "unseen"))
    parser.add_argument("--misses", action="store_true", help="also name the pages judged wrongly")
    given = parser.parse_args()
    print("\n".join(report(given.half, given.misses)))


if __name__ == "__main__":
    main()
