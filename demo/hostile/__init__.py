"""A web of ill will: pages and servers that try to hang, flood, crash, mislead or lead astray whoever fetches them.

`python -m demo.hostile` serves it on loopback and prints an address for each case. Every case says what it does and in
which outcome a plain fetch and a browser capture must end; `tests/crawlers/test_hostile_corpus.py` holds the crawler to that.

One host a case: `<case>.hostile.example`, on one port for HTTP and TLS alike, named by a DNS server of its own.
Adding a case: one function with the `case` decorator in `bodies`, `servers`, `scripts` or `links`.
"""

from demo.hostile.cases import Case, Said, case, cases
from demo.hostile.server import HostileWeb

__all__ = ["Case", "HostileWeb", "Said", "case", "cases"]
