"""`python -m demo`: the demo web on this machine, until it is told to stop."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.authority import Authority
from demo.logbook import Logbook
from demo.proxy import ProxyServer
from demo.registry import DnsServer, WhoisServer
from demo.sites import ENGINES, SiteError
from demo.web import FOLDER, Web


def main(arguments: list[str] | None = None) -> int:
    """Serve; 0 after an orderly end, 2 when something in the call or the sites is wrong."""
    options = _options(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with serving(options.port, options.sites, options.log, options.open) as places:
            if options.ready:
                _announce(options.ready, places)
            if options.until_stdin_closes:
                threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
            else:
                _explain(places)
            stop.wait()
    except SiteError as problem:
        print(f"演示网络：{problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"演示网络没有启动：{problem}（端口被占用时换一个 --port，0 表示自动选择）", file=sys.stderr)
        return 2
    return 0


@contextmanager
def serving(port: int, folder: Path = FOLDER, log: Path | None = None, opened: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """Proxy, WHOIS and DNS in the background; yields where they are and where the authority's certificate lies."""
    web, logbook, authority = Web(folder, opened), Logbook(log), Authority()
    try:
        with ProxyServer(port, web, authority, logbook) as proxy, WhoisServer(web) as whois, DnsServer(web) as dns:
            for server in (proxy, whois, dns):
                threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            try:
                yield {"proxy": proxy.address, "whois": _place(whois), "dns": _place(dns), "authority": str(authority.certificate)}
            finally:
                for server in (proxy, whois, dns):
                    server.shutdown()
    finally:
        authority.close()
        logbook.close()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="port of the proxy; 0 takes a free one")
    parser.add_argument("--sites", type=Path, default=FOLDER, help="the folder of sites")
    parser.add_argument("--log", type=Path, help="one JSON line per request is appended here")
    parser.add_argument("--ready", type=Path, help="written when everything listens: JSON with proxy, whois, dns")
    parser.add_argument("--open", action="append", default=[], metavar="NAME", choices=sorted(ENGINES), help="let a walled engine answer")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    return parser.parse_args(arguments)


def _place(server: WhoisServer | DnsServer) -> str:
    return f"127.0.0.1:{server.server_address[1]}"


def _announce(path: Path, places: dict[str, str]) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(places), encoding="utf-8")
    part.replace(path)


def _wait_for_end(stop: threading.Event) -> None:
    try:
        while os.read(0, 4096):
            pass
    finally:
        stop.set()


def _explain(places: dict[str, str]) -> None:
    print(f"演示网络：代理 {places['proxy']}　WHOIS {places['whois']}　DNS {places['dns']}　（Ctrl-C 结束）\n"
          f"  用浏览器看：chromium --proxy-server={places['proxy']} --ignore-certificate-errors "
          f"--user-data-dir=/tmp/demo-profile 'https://www.so.com/s?q=电工证'\n"
          f"  或：curl -x {places['proxy']} --cacert {places['authority']} https://www.baidu.com/", flush=True)


if __name__ == "__main__":
    sys.exit(main())
