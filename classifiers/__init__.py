"""Judging: (page, facts) → judgement. Pure: no network, no SQL, no clock."""

from __future__ import annotations

from classifiers.judgement import Judgement
from classifiers.judging import judge, ruleset_digest
from classifiers.page import ImageReading, PageInput

__all__ = ["ImageReading", "Judgement", "PageInput", "judge", "ruleset_digest"]
