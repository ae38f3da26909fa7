"""The threat model names a test in every row, and every name is a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_every_row_has_tests_and_every_test_exists():
    known = {name for path in (ROOT / "tests").rglob("test_*.py")
             for name in re.findall(r"^\s*(?:async )?def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)}
    rows = [line for line in TEXT.splitlines() if line.startswith("|") and "---" not in line and not line.rstrip().endswith("| test |")]
    assert len(rows) > 15
    named = {row: re.findall(r"`(test_\w+)`", row) for row in rows}
    assert [row for row, tests in named.items() if not tests] == []
    assert sorted({name for tests in named.values() for name in tests} - known) == []
