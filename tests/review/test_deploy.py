"""The files that run it unattended: units that systemd accepts and that leave the browser its sandbox, a cron line that cannot overlap."""

import configparser
import re
import shutil
import subprocess

import pytest

from review import demonstration

DEPLOY = demonstration.folder().parent / "deploy"
# Each breaks Chromium's own sandbox, or its script engine.
_NEVER = ("RestrictNamespaces", "PrivateUsers", "SystemCallFilter", "MemoryDenyWriteExecute", "ProtectProc", "ProcSubset", "DynamicUser")


def unit(name):
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str
    parsed.read(DEPLOY / name, encoding="utf-8")
    return parsed


def test_the_daily_unit_keeps_the_browsers_sandbox_and_has_limits():
    service = unit("dajia-daily.service")["Service"]
    assert [name for name in _NEVER if name in service] == []
    assert service["User"] != "root"
    assert {"MemoryMax", "TimeoutStartSec", "NoNewPrivileges", "UMask"} <= set(service)
    assert "--no-sandbox" not in (DEPLOY / "dajia-daily.service").read_text(encoding="utf-8")


def test_a_night_that_was_missed_is_made_up_for():
    assert unit("dajia-daily.timer")["Timer"]["Persistent"] == "true"
    line = next(line for line in (DEPLOY / "dajia.cron").read_text(encoding="utf-8").splitlines() if " daily " in line)
    assert re.match(r"\d+ 2-23 \* \* \* dajia .*flock -n .*timeout .*--if-due", line)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_accepts_the_units(tmp_path):
    program = tmp_path / "dajia"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for path in DEPLOY.glob("dajia-*.*"):
        text = path.read_text(encoding="utf-8").replace("/srv/dajia/.venv/bin/dajia", str(program)).replace("/srv/dajia/docs", str(tmp_path))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", *sorted(tmp_path.glob("dajia-*.*"))], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
