"""What `dajia doctor` asks of the browser: found, started, a page photographed, Chinese drawn, sandbox, proxy."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.browsing.finding import BrowserMissing, Found, find
from evidence.config import Config

SECONDS = 90.0
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_WORDS, _PRIVATE = "证验", "\U0010fffd"  # two characters every Chinese font has, and one that none has
_PAGE = ("<!DOCTYPE html><meta charset=utf-8><body style='margin:0;background:#fff;font:64px sans-serif;color:#000'>"
         + "".join(f"<span style='position:absolute;left:{n * 100}px;top:20px;width:90px;height:90px;overflow:hidden'>{c}</span>"
                   for n, c in enumerate(_WORDS + _PRIVATE)) + "</body>")


@dataclass(frozen=True, slots=True)
class Probe:
    """One check: what was looked at, whether it is well, what was seen, and what to do when it is not."""

    name: str
    ok: bool
    detail: str
    fix: str


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture a started browser took of a page with two Chinese characters and one that no font has."""

    png: bytes
    sandbox: bool
    found: Found


def browser_probes(config: Config, scratch: Path) -> Iterator[Probe]:
    """Every check of the browser in turn; a browser switched off in the configuration is no failure."""
    yield _proxies(config)
    if not config.browser.enabled:
        yield Probe("浏览器", True, "配置里已关闭（[browser] enabled = false）：只做普通抓取，没有截图", "")
        return
    try:
        found = find(config.browser.path)
    except BrowserMissing as problem:
        yield Probe("浏览器", False, f"没有可用的 Chromium：{problem}",
                    "安装 Chromium（Debian：apt-get install chromium-headless-shell，或 chromium；"
                    "或 python -m playwright install chromium），"
                    "或在 dajia.toml 的 [browser] path 写明位置")
        return
    yield Probe("浏览器", True, f"{found.name}，{found.path}（{found.how}）", "")
    yield from _started(config, scratch, found)


def _started(config: Config, scratch: Path, found: Found) -> Iterator[Probe]:
    from crawlers.browsing.chromium import BrowserUnusable

    scratch.mkdir(parents=True, exist_ok=True)
    try:
        taken = asyncio.run(asyncio.wait_for(_photograph(config, scratch), SECONDS))
    except (BrowserUnusable, BrowserMissing) as problem:
        yield Probe("浏览器截图", False, str(problem), "按上面一行的提示处理；缺库时：apt-get install --reinstall chromium")
        return
    except TimeoutError:
        yield Probe("浏览器截图", False, f"{SECONDS:g} 秒内没有拍到页面", "检查机器负载与内存（需要约 1 GB），再运行一次")
        return
    width, height, inked = _looked_at(taken.png)
    other = "" if taken.found == found else f"，由 {taken.found.name}（{taken.found.path}）拍摄：上面一行的程序起不来"
    yield Probe("浏览器截图", inked > 0, f"{width}×{height} 像素{other}" + ("" if inked else "，一片空白"),
                f"运行 {taken.found.path} --headless --screenshot 查看原因")
    yield _chinese(taken.png)
    yield _sandbox(config, taken.sandbox)


async def _photograph(config: Config, scratch: Path) -> Photograph:
    from playwright.async_api import Error

    from crawlers.browsing.chromium import BrowserUnusable, Chromium

    chromium = await Chromium.open(config.browser, scratch)
    try:
        context = await chromium.context("http://127.0.0.1:9", {"viewport": {"width": 320, "height": 130}})
        page = await context.new_page()
        await page.set_content(_PAGE)
        return Photograph(await page.screenshot(type="png", timeout=30_000), chromium.sandbox, chromium.found)
    except Error as problem:
        raise BrowserUnusable(f"Chromium 启动了，但拍不到页面：{str(problem).splitlines()[0]}") from problem
    finally:
        await chromium.close()


def _looked_at(png: bytes) -> tuple[int, int, int]:
    """Width, height and number of dark pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        gray = picture.convert("L")
        return gray.width, gray.height, sum(gray.histogram()[:128])


def _chinese(png: bytes) -> Probe:
    """Drawn is not enough: without a font every character is the same box as one that does not exist."""
    from PIL import Image, ImageChops

    with Image.open(io.BytesIO(png)) as picture:
        gray = picture.convert("L")
        cells = [gray.crop((n * 100, 20, n * 100 + 90, 110)) for n in range(3)]
    same = [pair for pair in ((0, 1), (0, 2), (1, 2)) if ImageChops.difference(cells[pair[0]], cells[pair[1]]).getbbox() is None]
    empty = [n for n in (0, 1) if not sum(cells[n].histogram()[:128])]
    ok = not same and not empty
    return Probe("中文字形", ok, f"“{_WORDS}”已画出，与缺字方框不同" if ok else "中文画成了方框或空白：截图将无法阅读",
                 "安装中文字体：apt-get install fonts-noto-cjk（或 fonts-wqy-zenhei）")


def _sandbox(config: Config, on: bool) -> Probe:
    if on:
        return Probe("浏览器沙箱", True, "已启用", "")
    if config.browser.sandbox == "off":
        return Probe("浏览器沙箱", False, "！！已被配置关闭：恶意网页一旦攻破浏览器，即可控制本机",
                     '删去 dajia.toml 里的 [browser] sandbox = "off"，用普通用户运行')
    return Probe("浏览器沙箱", True, "！！未启用：以 root 运行时 Chromium 没有沙箱。请改用普通用户运行 dajia（演示与测试可以不改）", "")


def _proxies(config: Config) -> Probe:
    """Which way out: the configuration's proxy, the environment's, or none; a proxy that cannot be used is ×."""
    if config.network.proxy:
        usable = urlsplit(config.network.proxy).scheme == "http"
        return Probe("代理", usable, f"配置 {_harmless(config.network.proxy)}", "[network] proxy 只支持 http://主机:端口")
    named = {n: v for n in _PROXIES if (v := os.environ.get(n) or os.environ.get(n.upper()))}
    if not named:
        return Probe("代理", True, "未设置，直接联网", "")
    bad = [n for n, v in named.items() if n != "no_proxy" and urlsplit(v).scheme not in {"http", ""}]
    said = "，".join(f"{n}={_harmless(v)}" for n, v in named.items())
    return Probe("代理", not bad, f"环境变量 {said}", f"{'、'.join(bad)} 只支持 http:// 代理")


def _harmless(address: str) -> str:
    """A proxy's address without user and password."""
    head, at, tail = address.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at else address
