"""The base of sources that show nothing to a stranger: the wall is recorded, never climbed."""

from __future__ import annotations

from typing import ClassVar

from crawlers.source import Source

EMPTY_SHELL = ("login", "script shell without data", r"<div id=[\"']?(app|root|content|main|ice-container|__nuxt)[\"']?[^>]*>\s*</div>")


class Walled(Source):
    """A place behind a login or a captcha. Its public search page is asked once a run, and the wall is kept as proof.

    Declared like any `Source`; `shells` says which page is its wall where neither host nor status does. What lies
    behind is covered by `site:` queries on the engines (for `site_hosts`) and by officers' imports of saved pages.
    Its own wall is no failure of the run – it is told in the coverage all the same – but anything else is:
    unreachable, or a page that is neither wall nor results.
    """

    kind = "market"
    walled: ClassVar[bool] = True
    budget = 1
    max_pages = 1
    site_hosts: ClassVar[tuple[str, ...]] = ()
    empty: ClassVar[tuple[str, ...]] = ()
