"""Fit weights to labelled examples: logistic regression that stays near where it started.

Used for the wording model and, by `dajia rules refit`, for the weights of rules. Rows are sparse;
`prior` is what the weights fall back to where the examples say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Row = dict[int, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights by column, the bias, and the mean loss (nats) it ended with."""

    weights: Any
    bias: float
    loss: float


def logistic(
    rows: Sequence[Row], guilty: Sequence[bool], columns: int, *, strength: float,
    prior: Any = None, bias: float = 0.0, steps: int = 600, free_bias: bool = True, balanced: bool = True,
) -> Fit:
    """Minimise mean log loss (`balanced`: both classes weigh the same) + strength/2 · |weights − prior|² by accelerated gradient steps.

    `free_bias=False` keeps the bias as given. Deterministic. ValueError when one class has no example.
    """
    truth = np.asarray(guilty, dtype=float)
    if not 0 < truth.sum() < len(truth):
        raise ValueError("两类样本都要有：全是一类时无从调整")
    even = np.where(truth > 0, 0.5 / truth.sum(), 0.5 / (len(truth) - truth.sum()))
    share = even if balanced else np.full(len(truth), 1 / len(truth))
    row = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    column = np.fromiter((c for r in rows for c in r), dtype=np.int64, count=len(row))
    value = np.fromiter((v for r in rows for v in r.values()), dtype=float, count=len(row))
    start = np.zeros(columns) if prior is None else np.asarray(prior, dtype=float)
    reach = float(np.max(np.bincount(row, weights=value * value, minlength=len(rows)), initial=0.0)) + 1.0
    pace = 1.0 / (0.25 * reach + strength)
    weights, ahead, offset, ahead_offset = start.copy(), start.copy(), bias, bias
    for step in range(1, steps + 1):
        likely = _sigmoid(np.bincount(row, weights=value * ahead[column], minlength=len(rows)) + ahead_offset)
        wrong = share * (likely - truth)
        slope = np.bincount(column, weights=value * wrong[row], minlength=columns) + strength * (ahead - start)
        fresh, fresh_offset = ahead - pace * slope, ahead_offset - (pace * float(wrong.sum()) if free_bias else 0.0)
        lead = step / (step + 3)
        ahead, ahead_offset = fresh + lead * (fresh - weights), fresh_offset + lead * (fresh_offset - offset)
        weights, offset = fresh, fresh_offset
    likely = _sigmoid(np.bincount(row, weights=value * weights[column], minlength=len(rows)) + offset)
    loss = -float(np.sum(share * np.log(np.clip(np.where(truth > 0, likely, 1 - likely), 1e-12, 1))))
    return Fit(weights, offset, loss)


def _sigmoid(score: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-np.clip(score, -40, 40)))
