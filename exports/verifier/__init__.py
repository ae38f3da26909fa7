"""The verifier: `exports.verify` calls it, and joined into one file it is the `verify.py` inside each package.

One source of truth: `standalone()` joins the very modules that `dajia verify` runs. They use the standard
library alone, run on Python 3.8 and have no top-level name in common.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

PARTS = ("claims", "trees", "bags", "warcs", "waczs", "tokens", "contents", "command")
_OURS = re.compile(r"^from exports\.verifier\.\w+ import (?:\([^)]*\)|[^\n]*)\n", re.M)
_FUTURE = "from __future__ import annotations\n"


@lru_cache(maxsize=1)
def standalone() -> str:
    """The text of `verify.py`: every part in order, imports of one another left out."""
    parts = [_HEAD]
    for name in PARTS:
        source = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        body = _OURS.sub("", source.replace(_FUTURE, "", 1))
        doc, _, rest = body[3:].partition('"""\n')
        parts.append(f"\n\n# ---- {name}: " + doc.strip().replace("\n", "\n# ") + "\n" + rest.strip() + "\n")
    return "".join([*parts, '\n\nif __name__ == "__main__":\n    sys.exit(main(sys.argv[1:]))\n'])


_HEAD = '''#!/usr/bin/env python3
"""Checks this evidence package: python3 -I verify.py --help. Standard library only, Python 3.8 or newer, no network."""

from __future__ import annotations
'''
