"""Cells of the views with personal data covered, so that a snapshot can be handed to people who need not know it.

ID numbers, bank cards, names and bystanders' phones are covered always; sellers' contacts unless they are wanted. A contact is
covered wherever it stands: in its own column by its form, in quotes and sentences by looking for every contact we know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ahocorasick_rs

from evidence.reading import Reading
from exports.analysts import Mask
from exports.masking import mask, mask_contact

_SHORTEST = 5  # a shorter contact is a piece of many words


class Cover:
    """Covers values; `contacts` "show" leaves sellers' contacts readable."""

    def __init__(self, contacts: Iterable[str], policy: str) -> None:
        self.policy = policy
        self._known = sorted({c for c in contacts if len(c) >= _SHORTEST})
        self._finder = ahocorasick_rs.AhoCorasick(self._known, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest) \
            if self._known else None

    @classmethod
    def of(cls, store: Reading, policy: str) -> Cover:
        """The cover for a store: it knows every contact in it."""
        return cls((row[0] for row in store.db.execute(
            "SELECT DISTINCT value FROM contacts WHERE type IN ('phone', 'wechat', 'qq', 'email', 'telegram', 'tel')")), policy)

    def cell(self, value: Any, how: Mask, kind: str = "") -> Any:
        """One value covered as its column asks; what is no text stays. `kind` is the contact's type where there is one."""
        if not how or not isinstance(value, str) or not value:
            return value
        if how == "contact" and kind not in {"url", "qr", "link"}:
            return mask_contact(value) if self.policy == "mask" else value
        return self._text(value)

    def _text(self, value: str) -> str:
        found = self._finder.find_matches_as_indexes(value) if self._finder else []
        if self.policy != "mask":  # what is known to be a seller's is no bystander's
            return mask(value, {value[start:end] for _, start, end in found}, "show").text
        for _, start, end in reversed(found):
            value = value[:start] + mask_contact(value[start:end]) + value[end:]
        return mask(value).text
