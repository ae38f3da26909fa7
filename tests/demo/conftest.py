"""A demo web of a few small sites, served on loopback, and a client that asks it through its proxy."""

import http.client
import json
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from demo.__main__ import serving

DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36"


@dataclass
class Got:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()


@dataclass
class Served:
    """A running demo web. `ask(url)` is one request on a connection of its own."""

    places: dict
    log: Path
    jar: dict = field(default_factory=dict)

    @property
    def port(self):
        return int(self.places["proxy"].rsplit(":", 1)[1])

    def connection(self, url):
        """A connection that leads to the host of `url`, and the target to ask for on it."""
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        if scheme == "http":
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10), url
        context = ssl.create_default_context(cafile=self.places["authority"])
        made = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)
        made.set_tunnel(host, 443)
        return made, slash + path or "/"

    def ask(self, url, method="GET", body=None, **headers):
        connection, target = self.connection(url)
        try:
            named = {"User-Agent": DESKTOP, "Host": url.split("/")[2]} | {k.replace("_", "-"): v for k, v in headers.items()}
            connection.request(method, target, body, named)
            answer = connection.getresponse()
            return Got(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def lines(self):
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def sites(tmp_path):
    """A function that writes one site: host, its fields, its files by name. `sites.folder` is where they lie."""
    folder = tmp_path / "sites"

    def write(host, files=None, **fields):
        place = folder / host
        place.mkdir(parents=True, exist_ok=True)
        for name, content in (files or {}).items():
            (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        (place / "site.yml").write_text(yaml.safe_dump(fields, allow_unicode=True), encoding="utf-8")
        return place / "site.yml"

    write.folder = folder
    return write


@pytest.fixture
def serve(sites, tmp_path):
    """A function that serves what `sites` wrote; it ends with the test."""
    running = []

    def start(*opened):
        log = tmp_path / "hosts.log"
        running.append(serving(0, sites.folder, log, opened))
        return Served(running[-1].__enter__(), log)

    yield start
    for one in running:
        one.__exit__(None, None, None)
