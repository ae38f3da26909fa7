"""`python -m demo.hostile [--port N] [--ready FILE]`: serve the hostile corpus on loopback.

Runs until interrupted; with `--ready`, until standard input closes. FILE then holds port, resolver, places and trap_log
(a file with one line for each connection to the trap) as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path

from demo.hostile.server import HostileWeb


def main() -> None:
    """Serve, and print one line a case."""
    parser = argparse.ArgumentParser(prog="python -m demo.hostile", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--ready", type=Path, help="write where everything is to this file, and end with standard input")
    options = parser.parse_args()
    log = options.ready.with_name("trap.log") if options.ready else None
    if log is not None:
        log.write_text("", encoding="utf-8")
    web = HostileWeb(options.port, log)
    _print(web)
    if options.ready:
        places = {"port": web.port, "resolver": web.resolver, "places": web.places, "trap_log": str(log)}
        unfinished = options.ready.with_name(options.ready.name + ".part")
        unfinished.write_text(json.dumps(places), encoding="utf-8")
        unfinished.rename(options.ready)
        sys.stdin.buffer.read()
    else:
        _until_interrupted()
    web.close()


def _print(web: HostileWeb) -> None:
    print(f"名字解析：{web.resolver}（UDP，写进 [network] resolvers）；各主机写进 [network] allow")
    for case in web.cases.values():
        print(f"{case.url(web.port):<64}{case.what}（普通抓取：{case.plain}，浏览器：{case.browser}）")


def _until_interrupted() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("结束")


if __name__ == "__main__":
    main()
