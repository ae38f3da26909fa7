"""The calendar of the people who read: China Standard Time, without daylight saving since 1991."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from evidence import ids
from exports import wording

CHINA, local, days_ago = wording.CHINA, wording.local, ids.days_ago


def today() -> str:
    """The current day in China, YYYY-MM-DD."""
    return datetime.now(CHINA).strftime("%Y-%m-%d")


def stored(moment: datetime) -> str:
    """A moment in the store's format."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def days_before(day: str, days: int) -> str:
    """The calendar day `days` before `day`, both YYYY-MM-DD."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def days_between(first: str, last: str) -> list[str]:
    """The calendar days after `first` and before `last`, in order; none when the clock went backwards."""
    start, count = date.fromisoformat(first), (date.fromisoformat(last) - date.fromisoformat(first)).days
    return [(start + timedelta(days=n)).isoformat() for n in range(1, count)]
