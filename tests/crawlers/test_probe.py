"""What the doctor says of the browser: only what was really tried counts."""

import os
import stat

import pytest

from crawlers.probe import browser_probes
from evidence.config import Config


def probes(folder, **sections):
    return {p.name: p for p in browser_probes(Config.model_validate(sections), folder)}


@pytest.mark.browser
def test_a_good_browser_is_found_started_and_photographed(tmp_path):
    found = probes(tmp_path)
    assert list(found) == ["代理", "浏览器", "浏览器截图", "中文字形", "浏览器沙箱"]
    assert all(p.ok for p in found.values()), found
    assert "320×130" in found["浏览器截图"].detail
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        assert "！！" in found["浏览器沙箱"].detail, "without the sandbox the note is loud"


@pytest.mark.browser
def test_without_a_chinese_font_the_glyphs_fail(tmp_path, monkeypatch):
    config = tmp_path / "fonts.conf"
    config.write_text("<?xml version='1.0'?><fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir>"
                      f"<cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    found = probes(tmp_path)
    assert not found["中文字形"].ok and "fonts-noto-cjk" in found["中文字形"].fix


BROKEN = {
    "missing": (None, "no program that can be started"),
    "not a browser": ("#!/bin/sh\nexit 0\n", "does not tell its version"),
    "lacks a library": ("#!/bin/sh\necho 'error while loading shared libraries: libx.so' >&2\nexit 127\n", "libx.so"),
}


@pytest.mark.parametrize(("script", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_path_that_is_no_browser_is_said_not_passed_over(tmp_path, script, words):
    path = tmp_path / "chromium"
    if script is not None:
        path.write_text(script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    found = probes(tmp_path, browser={"path": str(path)})
    assert not found["浏览器"].ok and words in found["浏览器"].detail and "[browser] path" in found["浏览器"].detail
    assert "浏览器截图" not in found


def test_a_browser_that_tells_its_version_but_does_not_start_fails(tmp_path):
    path = tmp_path / "chromium"
    path.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo 'Chromium 150.0.1.2' && exit 0\n"
                    "echo 'chrome: error while loading shared libraries: libnss3.so: cannot open' >&2\nexit 127\n")
    path.chmod(0o755)
    found = probes(tmp_path, browser={"path": str(path)})
    assert found["浏览器"].ok and not found["浏览器截图"].ok and "libnss3" in found["浏览器截图"].detail


def test_a_browser_switched_off_is_no_failure(tmp_path):
    assert all(p.ok for p in probes(tmp_path, browser={"enabled": False}).values())


def test_a_proxy_is_told_without_its_password(tmp_path, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://user:secret@proxy.example:3128")
    told = probes(tmp_path, browser={"enabled": False})["代理"]
    assert told.ok and "proxy.example:3128" in told.detail and "secret" not in told.detail
    assert not probes(tmp_path, browser={"enabled": False}, network={"proxy": "socks5://127.0.0.1:1"})["代理"].ok
