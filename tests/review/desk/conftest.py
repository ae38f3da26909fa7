"""A desk over an invented day: filled once, copied for each test, served on loopback; clients with and without a browser."""

import http.client
import re
import shutil
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
import uvicorn

from bench.desk_world import DeskWorld, a_day
from evidence.home import Home
from evidence.store import Store
from review import links
from review.desk import accounts
from review.desk.application import application
from review.desk.security import COOKIE

PASSWORD = "long-enough-1"
PEOPLE = {"李初审": "first", "王初审": "first", "周复核": "second", "陈管理": "admin", "吴浏览": "viewer"}


class Client:
    """A person without a browser: keeps its cookie, follows nothing."""

    def __init__(self, port, cookie=""):
        self.port, self.cookie, self.csrf = port, cookie, ""

    def ask(self, method, path, body=None, headers=None):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request(method, path, body, ({"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}) | (headers or {}))
            answer = line.getresponse()
            answer.text = answer.read().decode("utf-8", "replace")
        finally:
            line.close()
        return answer

    def get(self, path, **headers):
        answer = self.ask("GET", path, headers=headers)
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.text):
            self.csrf = found[1]
        return answer

    def post(self, path, fields=(), headers=None, csrf=None):
        pairs = list(fields.items() if isinstance(fields, dict) else fields)
        token = self.csrf if csrf is None else csrf
        body = urlencode(pairs + ([("csrf", token)] if token else []))
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"} | (headers or {}))

    def login(self, name, password=PASSWORD):
        answer = self.post("/login", {"name": name, "password": password}, csrf="")
        if found := re.search(rf"{COOKIE}=([^;]+)", answer.headers.get("Set-Cookie", "")):
            self.cookie = found[1]
            self.get("/")
        return answer


class Desk:
    """A desk that serves `home` on `port`."""

    def __init__(self, home, leads, port):
        self.home, self.leads, self.port, self.url = home, leads, port, f"http://127.0.0.1:{port}"

    def client(self, name=""):
        made = Client(self.port)
        if name:
            made.login(name)
        return made

    @contextmanager
    def store(self):
        with Store.open(self.home, actor="test") as opened:
            yield opened

    def state(self, lead):
        with self.store() as store:
            return store.one("SELECT state FROM v_lead_state WHERE lead = ?", lead)["state"]


def add_people(store):
    for name, role in PEOPLE.items():
        accounts.add_user(store, name, role, PASSWORD, "test")


@contextmanager
def serving(home, leads):
    server = uvicorn.Server(uvicorn.Config(application(home), host="127.0.0.1", port=0, log_level="error", server_header=False,
                                           timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield Desk(home, leads, server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """(folder of a closed home with an invented day, ids of its leads)."""
    home = Home.at(tmp_path_factory.mktemp("desk") / "home").prepare()
    with Store.open(home, actor="test") as store:
        leads = a_day(DeskWorld(store))
        links.rebuild(store)
        add_people(store)
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home.root, leads


@pytest.fixture
def desk(filled, tmp_path):
    """A desk of the test's own."""
    root, leads = filled
    shutil.copytree(root, tmp_path / "home")
    with serving(Home.at(tmp_path / "home"), leads) as served:
        yield served


@pytest.fixture
def empty_store(tmp_path):
    with Store.open(Home.at(tmp_path / "empty").prepare(), actor="test") as store:
        add_people(store)
        yield store


@pytest.fixture
def world(empty_store):
    """An empty store and the means to fill it."""
    made = DeskWorld(empty_store)
    yield made
    made.seal()


@pytest.fixture
def serve():
    """serve(home) starts a desk over another home."""
    running = []

    def start(home):
        context = serving(home, {})
        running.append(context)
        return context.__enter__()
    yield start
    for context in running:
        context.__exit__(None, None, None)


class Watched:
    """A browser page whose console, errors and requests are kept."""

    def __init__(self, context, url):
        self.page, self.url, self.requests, self.noise = context.new_page(), url, [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.noise.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda problem: self.noise.append(f"error: {problem}"))
        self.page.on("dialog", lambda dialog: (self.noise.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def login(self, name):
        self.page.goto(f"{self.url}/login")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click(".signin button")
        self.page.wait_for_url(f"{self.url}/")
        return self.page

    @property
    def outside(self):
        return [url for url in self.requests if not url.startswith(self.url + "/")]


@pytest.fixture(scope="module")
def chromium():
    """One Chromium for a module (Playwright's loop must not outlive it)."""
    import os

    from playwright.sync_api import sync_playwright

    from crawlers.browsing.finding import find

    flags = ["--disable-dev-shm-usage", "--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find().path), args=flags)
        yield browser
        browser.close()


@pytest.fixture
def person(chromium, desk):
    """person(name) logs somebody in, in a browser of their own; quiet consoles and no outside request are asserted at the end."""
    opened = []

    def enter(name, served=desk, **options):
        context = chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768}, **options)
        watched = Watched(context, served.url)
        opened.append((context, watched))
        watched.login(name)
        return watched.page
    enter.all = opened
    yield enter
    for context, watched in opened:
        context.close()
        assert not watched.noise
        assert not watched.outside
