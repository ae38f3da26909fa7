"""The figures of all trials, and the table that is printed."""

from collections import Counter

COUNTED = ("lost", "missing", "more", "doubled", "unsound")


def summary(results):
    """The figures of the table; `bad` is 0 when nothing was lost, doubled, missing, broken or left unsaid."""
    played = [r for r in results if not r.skipped]
    return {"trials": len(played), "kills": sum(r.kills for r in played), "victims": dict(victims(played)),
            "faults": sum(not r.killing for r in played), "skipped": len(results) - len(played),
            **{k: sum(getattr(r, k) for r in played) for k in COUNTED},
            "untold": sum(not r.told for r in played), "bad": sum(not r.fine for r in played),
            "seconds": round(sum(r.seconds for r in results), 1)}


def victims(results):
    """How often each process was killed."""
    found = Counter()
    for result in results:
        found.update(result.victims)
    return found


def line(r):
    """One trial in one line, with what is wrong below it."""
    if r.skipped:
        return f"  not played: {r.name}: {r.skipped}"
    struck = f" ({', '.join(f'{n} x {name}' for name, n in r.victims.items()) or 'none struck'})" if r.killing else ""
    return (f"{'ok ' if r.fine else 'BAD'} {r.name}{struck}: lost {r.lost}, missing {r.missing}, more {r.more}, doubled {r.doubled}, "
            f"unsound {r.unsound}, {'told' if r.told else 'NOT TOLD'}, {r.seconds} s" + "".join(f"\n      {w}" for w in r.words))


def lines(results):
    """The table: kills by the kind of trial, one row a fault, and the totals."""
    yield f"{'':46}{'kills':>6}{'lost':>6}{'missing':>9}{'more':>6}{'doubled':>9}{'unsound':>9}  told"
    kinds = {}
    for r in results:
        if not r.skipped:
            kinds.setdefault(r.killing or r.name, []).append(r)
    for name, some in kinds.items():
        yield _row(f"killed -9: {name}" if some[0].killing else name, some)
    yield _row("all", [r for some in kinds.values() for r in some])
    for r in results:
        if r.skipped:
            yield f"{r.name:46}  not played: {r.skipped}"
    made = summary(results)
    yield ""
    yield "killed: " + (", ".join(f"{name} {n}" for name, n in made["victims"].items()) or "nothing")
    yield (f"{made['kills']} kills, {made['faults']} other faults: {made['lost']} lost, {made['doubled']} doubled, {made['missing']} missing, "
           f"{made['more']} more, {made['unsound']} unsound, {made['untold']} untold; {made['seconds'] / 60:.0f} min")


def _row(name, some):
    kills, lost, missing, more, doubled, unsound = (sum(getattr(r, k) for r in some) for k in ("kills", *COUNTED))
    return (f"{name:46}{kills:>6}{lost:>6}{missing:>9}{more:>6}{doubled:>9}{unsound:>9}  "
            f"{'yes' if all(r.told for r in some) else 'NO'}")
