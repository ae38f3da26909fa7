"""The check place of a resident's ID number (GB 11643), for those who test numbers and those who cover them."""

from __future__ import annotations

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def check_place(number: str) -> str:
    """The 18th place, a figure or X, that belongs to the first 17 figures of `number`."""
    return _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False)) % 11]
