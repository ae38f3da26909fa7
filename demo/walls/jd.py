"""京东: the search is answered by its login, on a host that shuts its robots.txt to everybody."""

from __future__ import annotations

from demo.messages import Reply, Request, redirect
from demo.standin import StandIn


class Jd(StandIn):
    """search.jd.com leads to passport.jd.com, which may not be asked: the redirect alone tells the wall."""

    name = "jd"
    label = "京东"
    hosts = ("search.jd.com", "passport.jd.com")
    server = "jfe"
    robots = "User-agent: *\nDisallow: /new/\n"

    def answer(self, request: Request) -> Reply | None:
        """The way to the login."""
        return redirect("https://passport.jd.com/new/login.aspx?ReturnUrl=x", server=self.server) \
            if request.path == "/Search" else None
