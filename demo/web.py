"""The demo web as one function: a request in, a reply out, by host name. No sockets here."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from demo import hosting, sites, standin
from demo.index import Index
from demo.messages import Reply, Request, failure, redirect
from demo.standin import StandIn

FOLDER = Path(__file__).with_name("sites")


class Web:
    """All hosts: the sites of a folder, and the stand-ins that know their entries."""

    def __init__(self, folder: Path = FOLDER, opened: Iterable[str] = ()) -> None:
        self.sites = sites.load(folder)
        self.index = Index(chain.from_iterable(site.index for site in self.sites.values()))
        self._standins: dict[str, list[StandIn]] = {}
        for one in standin.load(self.index, self.sites):
            if one.name in opened:
                one.walled = False
            for host in one.hosts:
                self._standins.setdefault(host, []).append(one)

    def knows(self, host: str, scheme: str) -> bool:
        """Whether anybody listens for `scheme` on a host. Sites without https have only port 80 open."""
        site = self.sites.get(host)
        return host in self._standins or (site is not None and (scheme == "http" or site.https))

    def hosts(self) -> dict[str, str]:
        """Every host that answers, and its address."""
        return dict.fromkeys(self._standins, "198.51.100.10") | {h: s.ip for h, s in self.sites.items()}

    def answer(self, request: Request) -> Reply:
        """The reply of whoever lives at the host; 502, as from a gateway, when nobody does."""
        if not self.knows(request.host, request.scheme):
            return failure(502, "Bad Gateway", "demo")
        site, standins = self.sites.get(request.host), self._standins.get(request.host, [])
        if request.path == "/robots.txt" and (site is None or site.page("/robots.txt") is None):
            return Reply(standins[0].robots.encode(), kind="text/plain") if standins else failure(404, "Not Found")
        for one in standins:
            if (reply := one.answer(request)) is not None:
                return reply
        if site is None:
            return failure(404, "Not Found", standins[0].server)
        if site.https and request.scheme == "http":
            return redirect(f"https://{request.host}{request.target}", 301)
        return hosting.serve(site, request)
