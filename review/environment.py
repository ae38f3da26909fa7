"""What the machine and the program were when a run began: kept with the run, printed in the record."""

from __future__ import annotations

import os
import platform
import sqlite3
import ssl
import sys
import time
from importlib import metadata
from typing import Any

from classifiers import ruleset_digest
from evidence.config import Config
from review import machine

_PACKAGES = ("scrapy", "twisted", "playwright", "warcio", "python-whois", "tldextract", "zxing-cpp")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def describe(config: Config) -> dict[str, Any]:
    """Versions and digests of the programs, system, fonts, clock, resolvers, hosts file, proxies, operator and rule set.

    `checks` are what could have falsified a capture, each passed, failed or not checked; strings, numbers and lists only.
    """
    looked = machine.look(config)
    return looked | {
        "dajia": metadata.version("dajia"), "python": platform.python_version(), "os": platform.platform(),
        "sqlite": sqlite3.sqlite_version, "openssl": ssl.OPENSSL_VERSION, "ruleset": ruleset_digest(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
        "time_zone": time.strftime("%Z %z"), "pid": os.getpid(), "executable": sys.executable.rsplit(os.sep, 1)[-1],
        "proxy_variables": {n: bool(os.environ.get(n) or os.environ.get(n.upper())) for n in _PROXIES},
        "configured_proxy": bool(config.network.proxy), "operator": config.operator.model_dump(),
        "source_policies": {name: s.model_dump() for name, s in config.sources.items()},
    }
