"""Pictures of the staff manual: a desk over an invented day, photographed in Chromium. Run from the repository's root:
`.venv/bin/python -m scripts.staff_pictures [FOLDER]`; every file is a PNG of at most 150 kB.
"""

from __future__ import annotations

import io
import os
import secrets
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from bench.desk_world import DeskWorld, a_day
from crawlers.browsing.finding import find
from evidence.home import Home
from evidence.store import Store
from review import clock, links
from review.desk import accounts
from review.desk.application import application

FOLDER = Path(__file__).parent.parent / "docs" / "staff" / "pictures"
MOST_BYTES = 150_000
PASSWORD = secrets.token_urlsafe(12)  # of accounts that live as long as this script


def main(folder: Path) -> None:
    """Fill, serve, photograph."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        home = Home.at(Path(scratch) / "home").prepare()
        with Store.open(home, actor="staff-pictures") as store:
            leads = a_day(DeskWorld(store, clock.today()))
            links.rebuild(store)
            gang = store.one("SELECT gang FROM gang_members WHERE lead = ?", leads["fake"])
            for name, role in (("李初审", "first"), ("周复核", "second")):
                accounts.add_user(store, name, role, PASSWORD, "staff-pictures")
        server = uvicorn.Server(uvicorn.Config(application(home), host="127.0.0.1", port=0, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        photograph(base, leads, gang["gang"] if gang else "", folder)
        server.should_exit = True
        thread.join()


def photograph(base: str, leads: dict[str, str], gang: str, folder: Path) -> None:
    """Every picture of the manual."""
    flags = ["--disable-dev-shm-usage", "--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find().path), args=flags)
        page = _entered(browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN"), base, "李初审", folder / "login.png")
        _shot(page, f"{base}/", folder / "today.png")
        _shot(page, f"{base}/leads?state=new", folder / "leads.png")
        _shot(page, f"{base}/lead/{leads['fake']}?state=new", folder / "lead.png")
        page.click("#differ")
        expect(page.locator("#pane-desktop .difference img")).not_to_have_js_property("naturalWidth", 0)
        page.keyboard.press("x")
        _keep(page, folder / "difference.png")
        page.goto(f"{base}/leads?state=new")
        for n in (3, 4, 5):
            page.locator('input[name="leads"]').nth(n).check()
        page.select_option('#bulk select[name="move"]', "dismiss")
        page.fill("#why", "与证书无关")
        page.click("text=预览")
        _keep(page, folder / "bulk.png", 520)
        page.goto(f"{base}/gang/{gang}")
        page.wait_for_load_state("networkidle")
        _keep(page, folder / "gang.png")
        second = _entered(browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN"), base, "周复核")
        _shot(second, f"{base}/lead/{leads['same']}/export", folder / "export.png")
        phone = browser.new_page(viewport={"width": 390, "height": 780}, locale="zh-CN", has_touch=True, is_mobile=True)
        _shot(_entered(phone, base, "李初审"), f"{base}/lead/{leads['fake']}?state=new", folder / "phone.png")
        browser.close()


def _entered(page: Page, base: str, name: str, picture: Path | None = None) -> Page:
    page.goto(f"{base}/login")
    page.fill("#name", name)
    if picture:
        _keep(page, picture, 460)
    page.fill("#password", PASSWORD)
    page.click(".signin button")
    page.wait_for_url(f"{base}/")
    return page


def _shot(page: Page, url: str, path: Path) -> None:
    page.goto(url)
    page.wait_for_load_state("networkidle")
    _keep(page, path)


def _keep(page: Page, path: Path, height: int = 0) -> None:
    """A PNG of few colours, as small as text allows."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if height:
        picture = picture.crop((0, 0, picture.width, min(height, picture.height)))
    picture.quantize(160, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{path}: {size} bytes, more than {MOST_BYTES}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
