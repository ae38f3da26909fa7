"""How long gangs take and how true they are: `python -m bench.gangs [LEADS]`; one JSON line a size.

Rings are planted (`bench.rings`), so precision and recall are pairwise against the truth; memory is the process's peak.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from bench.rings import planted, scored
from review.gangs import find_gangs


def measured(leads: int) -> dict[str, float | int]:
    """One size: leads, ties, seconds, pairwise precision and recall, operators among the first three strands."""
    made = planted(leads, max(1, leads // 200))
    began = time.perf_counter()
    gangs = find_gangs(made.web)
    seconds = time.perf_counter() - began
    precision, recall = scored(made, {lead: g.id for g in gangs for lead in g.leads})
    named = {made.ring[lead] for g in gangs for lead in g.leads
             if lead in made.ring and made.operator[made.ring[lead]] in [s.tie for s in g.strands[:3]]}
    return {"leads": leads, "ties": made.ties, "seconds": round(seconds, 2), "precision": round(precision, 4), "recall": round(recall, 4),
            "operators_in_top_3": len(named), "rings": len(made.operator),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def main() -> None:
    """Three sizes, ten times apart, or the one that was asked for."""
    for leads in [int(sys.argv[1])] if len(sys.argv) > 1 else [3_000, 30_000, 300_000]:
        sys.stdout.write(json.dumps(measured(leads)) + "\n")


if __name__ == "__main__":
    main()
