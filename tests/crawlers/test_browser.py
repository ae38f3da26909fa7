"""A real Chromium on a small web: what it takes of a page, and what it never does."""

import asyncio
import base64
import gzip
import io
import socket
import threading
import time

import pytest
from PIL import Image

from crawlers.browsing.chromium import BrowserDied
from crawlers.browsing.keeping import result_of
from crawlers.browsing.recording import Limits
from evidence.config import Network

pytestmark = pytest.mark.browser

SCRIPT = "document.getElementById('x').textContent = '脚本写出的文字';".encode("gbk")
GBK = ("<!DOCTYPE html><html><head><meta charset='gbk'><title>证书查询</title><script src='/a.js' charset='gbk'></script></head>"
       "<body><h1>安全员证</h1><p id=x></p><script src='/a.js' charset='gbk'></script></body></html>").encode("gbk")


FILLER = "<p style='position:absolute;left:-9999px'>" + "足够长的正文，不必等它再长出什么来。" * 3 + "</p>"


def html(words):
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><title>t</title></head><body>{words}{FILLER}</body></html>".encode()


def serve(web, host="a.example", **pages):
    """`pages`: path without its slash and dots as underscores -> bytes or Reply."""
    def answer(path, headers):
        name = path.split("?")[0].strip("/").replace(".", "_") or "index"
        made = pages.get(name)
        return web.reply(b"", 404) if made is None else made if isinstance(made, web.reply) else web.reply(made)

    web.pages[host] = answer


def picture(visit, name="screenshot-full"):
    return Image.open(io.BytesIO(visit.shot.pictures[name][1])).convert("RGB")


def blocked(visit):
    return {e.url: e.failed for e in visit.recording.exchanges if e.failed}


def test_received_bytes_are_those_of_the_wire_whatever_their_charset_and_coding(web, looker):
    coded = gzip.compress(GBK, mtime=0)
    cookies = [("Set-Cookie", "a=1"), ("set-cookie", "b=2")]
    serve(web, index=web.reply(coded, kind="text/html", headers=[("Content-Encoding", "gzip"), *cookies]),
          a_js=web.reply(SCRIPT, kind="text/javascript"))
    visit = looker.visit("https://a.example/", proxy=web.proxy)
    assert bytes(visit.main.body) == coded and visit.main.coding == "gzip"
    assert [h for h in visit.main.headers if h[0].lower() == "set-cookie"] == cookies
    script = next(e for e in visit.recording.exchanges if e.url == "https://a.example/a.js")
    assert bytes(script.body) == SCRIPT
    assert "脚本写出的文字" in visit.shot.dom and "安全员证" in visit.shot.dom
    assert visit.main.tls.startswith("TLS") and len(visit.main.certificate) == 64
    assert (result_of(visit).outcome, visit.short, visit.url) == ("ok", [], "https://a.example/")


def test_the_whole_page_is_pictured_down_to_what_loads_late(web, looker):
    red = io.BytesIO()
    Image.new("RGB", (40, 40), "#ff0000").save(red, "PNG")
    serve(web, index=html("<body style='margin:0'><div style='height:3000px;background:#00ff00'></div>"
                          "<img src=/red.png loading=lazy style='display:block;width:100%;height:200px'>"),
          red_png=web.reply(red.getvalue(), kind="image/png"))
    visit = looker.visit("http://a.example/", proxy=web.proxy)
    whole, first = picture(visit), picture(visit, "screenshot-first")
    assert whole.size == (1366, 3200) and first.size == (1366, 768)
    assert whole.getpixel((600, 2900)) == (0, 255, 0) and whole.getpixel((600, 3100)) == (255, 0, 0)
    assert b"multipart/related" in visit.shot.mhtml


def test_a_phone_sees_a_page_as_phones_do(web, looker):
    serve(web, index=html("<meta name=viewport content='width=device-width'><body style='margin:0'>"
                          "<div style='height:1500px;background:#00f'>x"))
    visit = looker.visit("http://a.example/", "mobile", proxy=web.proxy)
    whole = picture(visit)
    assert whole.width == round(393 * 1.5) and abs(whole.height - 1500 * 1.5) <= 2 and whole.getpixel((200, 2000)) == (0, 0, 255)


def test_a_page_made_for_desks_is_shown_shrunk_on_a_phone(web, looker):
    serve(web, index=html("<body style='margin:0'><div style='width:100%;height:900px;background:#00f'>x"))
    whole = picture(looker.visit("http://a.example/", "mobile", proxy=web.proxy))
    assert whole.getpixel((whole.width - 5, 300)) == (0, 0, 255), "nothing of the picture is empty"


WHO = html("<p id=who></p><script>who.textContent = JSON.stringify([navigator.userAgent, navigator.platform, navigator.language, "
           "Intl.DateTimeFormat().resolvedOptions().timeZone, navigator.maxTouchPoints > 0, screen.width, devicePixelRatio, "
           "document.referrer])</script>")


@pytest.mark.parametrize("profile", ["desktop", "mobile"])
def test_one_identity_in_headers_and_scripts(web, looker, profile):
    asked = {}
    web.pages["a.example"] = lambda path, headers: (asked.update({path: dict(headers)}), web.reply(WHO))[1]
    visit = looker.visit("https://a.example/", profile, proxy=web.proxy, referer="https://www.so.com/s?q=%E5%AE%89%E5%85%A8")
    network, phone = Network(), profile == "mobile"
    agent = network.mobile_user_agent if phone else network.user_agent
    head = {k.lower(): v for k, v in asked["/"].items()}
    assert (head["user-agent"], head["referer"]) == (agent, "https://www.so.com/s?q=%E5%AE%89%E5%85%A8")
    assert head["accept-language"].startswith("zh-CN")
    assert head["sec-ch-ua-mobile"] == ("?1" if phone else "?0") and '"141"' in head["sec-ch-ua"]
    assert "headless" not in str(head).lower()
    for said in (agent, "zh-CN", "Asia/Shanghai", "393" if phone else "1366", "2.75" if phone else "1",
                 "Linux armv8l" if phone else "Win32", "https://www.so.com/s?q=%E5%AE%89%E5%85%A8"):
        assert said in visit.shot.dom, said
    assert ("true" in visit.shot.dom) is phone


def test_every_way_to_another_address_is_a_hop(web, looker):
    web.pages |= {
        "a.example": lambda p, h: web.reply(b"", 302, [("Location", "http://b.example/go")]),
        "b.example": lambda p, h: web.reply(b"<meta http-equiv=refresh content='0;url=https://c.example/'>"),
        "c.example": lambda p, h: web.reply(b"<script>location.replace('http://d.example/end#part')</script>"),
        "d.example": lambda p, h: web.reply(html("here"))}
    visit = looker.visit("http://a.example/", proxy=web.proxy)
    assert visit.url == "http://d.example/end" and b"here" in bytes(visit.main.body)
    assert [(h.url, h.status, h.location) for h in visit.hops] == [
        ("http://a.example/", 302, "http://b.example/go"), ("http://b.example/go", 200, "https://c.example/"),
        ("https://c.example/", 200, "http://d.example/end")]


class Trap:
    """A service of this machine that a page must never reach: counts connections."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.hits = self.socket.getsockname()[1], 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.hits += 1
            connection.close()


@pytest.fixture
def trap():
    made = Trap()
    yield made
    made.socket.close()


REACHING = """
<img src="http://127.0.0.1:PORT/img"><img src="http://127.1:PORT/short"><img src="http://2130706433:PORT/number">
<img src="http://169.254.169.254/latest/meta-data/"><iframe src="http://localhost:PORT/frame"></iframe>
<img src="http://[::1]:PORT/six"><img src="http://[::ffff:127.0.0.1]:PORT/mapped"><img src="/redirect">
<link rel=stylesheet href="http://10.0.0.1:PORT/css"><img src="file:///etc/passwd"><iframe src="file:///etc/passwd"></iframe>
<link rel=dns-prefetch href="//127.0.0.1:PORT"><link rel=preconnect href="http://127.0.0.1:PORT">
<script>
const at = 'http://127.0.0.1:PORT/';
fetch(at + 'fetch', {mode: 'no-cors'}).catch(() => 0);
navigator.sendBeacon(at + 'beacon', 'x');
try { new WebSocket('ws://127.0.0.1:PORT/socket') } catch (e) {}
try { new WebSocket('wss://127.0.0.1:PORT/socket') } catch (e) {}
try { new WebSocket('ws://localhost:PORT/socket') } catch (e) {}
new Worker(URL.createObjectURL(new Blob(["fetch('" + at + "worker', {mode: 'no-cors'})"])));
navigator.serviceWorker.register('/sw.js').catch(() => 0);
window.open(at + 'popup');
try { const c = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:PORT'},
    {urls: 'turn:127.0.0.1:PORT?transport=tcp', username: 'a', credential: 'b'}]});
  c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o)); } catch (e) {}
try { new WebTransport('https://127.0.0.1:PORT/wt') } catch (e) {}
const s = document.createElement('script'); s.type = 'speculationrules';
s.textContent = JSON.stringify({prefetch: [{source: 'list', urls: [at + 'spec']}]}); document.head.append(s);
const f = document.createElement('form'); f.action = at + 'form'; f.target = 'frame2'; f.method = 'post';
document.body.append(f); f.submit();
</script>"""


def test_a_page_reaches_nothing_of_this_machine_or_its_network(web, looker, trap):
    port = str(trap.port)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", trap.port))
    udp.setblocking(False)
    serve(web, index=html(REACHING.replace("PORT", port)),
          redirect=web.reply(b"", 302, [("Location", f"http://127.0.0.1:{port}/redirected")]),
          sw_js=web.reply(f"addEventListener('install', e => e.waitUntil(fetch('http://127.0.0.1:{port}/sw', {{mode: 'no-cors'}})))"
                          .encode(), kind="text/javascript"))
    visit = looker.visit("https://a.example/", proxy=web.proxy)
    assert visit.shot.pictures, visit.short
    assert trap.hits == 0
    with pytest.raises(BlockingIOError):
        udp.recvfrom(100)
    udp.close()
    assert {host for host, _ in web.log} == {"a.example"}
    said = blocked(visit)
    paths = {url.rsplit("/", 1)[-1] for url in said if port in url}
    assert {"img", "short", "number", "frame", "six", "mapped", "redirected", "fetch", "worker", "sw", "socket", "css"} <= paths, said
    assert all(why.startswith("refused: ") for why in said.values()), said
    assert any("169.254.169.254" in url for url in said)


def test_a_page_of_this_machine_opens_only_where_the_configuration_allows(looker, trap):
    refused = looker.visit(f"http://localhost:{trap.port}/")
    assert (result_of(refused).outcome, trap.hits) == ("refused", 0)
    looker.visit(f"http://127.0.0.1:{trap.port}/", allow=[f"127.0.0.1:{trap.port}"])
    assert trap.hits > 0


ONWARD = {
    "a script": "<script>setTimeout(() => { location = 'http://10.0.0.1/x' }, 1)</script>",
    "a refresh": "<meta http-equiv=refresh content='0;url=http://10.0.0.1/x'>",
}


@pytest.mark.parametrize("way", ONWARD.values(), ids=ONWARD.keys())
def test_a_page_that_goes_on_to_what_is_refused_is_kept_and_that_is_said(web, looker, way):
    serve(web, index=html("<h1>这里卖证</h1>" + way))
    visit = looker.visit("http://a.example/", proxy=web.proxy)
    result = result_of(visit)
    assert (result.outcome, visit.url, visit.main.status) == ("partial", "http://a.example/", 200)
    assert "http://10.0.0.1/x: refused: 10.0.0.1 is private" in result.note
    assert "这里卖证" in visit.shot.dom and visit.shot.pictures, "never an error page of the browser's own"


def test_a_way_that_ends_at_what_is_refused_is_refused(web, looker):
    serve(web, index=web.reply(b"", 302, [("Location", "http://10.0.0.1/x")]))
    visit = looker.visit("http://a.example/", proxy=web.proxy)
    result = result_of(visit)
    assert (result.outcome, result.note) == ("refused", "refused: 10.0.0.1 is private")
    assert [(h.url, h.status) for h in visit.hops] == [("http://a.example/", 302)] and not visit.shot.pictures


def test_nobody_waits_for_a_browser_that_was_ended(web, looker):
    arrived = threading.Event()
    web.pages["a.example"] = lambda path, headers: (arrived.set(), web.closing.wait(8), web.reply(b""))[2]

    async def ended():
        await asyncio.to_thread(arrived.wait, 10)
        await looker.chromium.restart()
        return time.monotonic()

    restart = asyncio.run_coroutine_threadsafe(ended(), looker.loop)
    with pytest.raises(BrowserDied) as told:
        looker.visit("http://a.example/", proxy=web.proxy, seconds=15.0)
    assert time.monotonic() - restart.result(20) < 2 and not told.value.guilty


def test_nothing_of_one_capture_is_left_for_the_next(web, looker):
    cookies = []
    page = html("<p id=p></p><script>p.textContent = 'seen:' + (localStorage.n || 0); localStorage.n = 1</script>")
    kept = [("Set-Cookie", "n=1"), ("Cache-Control", "max-age=9999")]
    web.pages["a.example"] = lambda path, headers: (cookies.append((path, headers.get("Cookie"))), web.reply(page, headers=kept))[1]
    made = [looker.visit("https://a.example/", proxy=web.proxy) for _ in range(2)]
    assert [c for path, c in cookies if path == "/"] == [None, None]
    assert all("seen:0" in v.shot.dom for v in made)


def test_dialogs_windows_and_downloads_are_noted_and_refused(web, looker):
    serve(web, index=html("<p>正文在此</p><script>"
                          "alert('恭喜'); confirm('要继续吗'); window.open('/w'); setTimeout(() => { const a = document.createElement('a');"
                          "a.href = '/a.apk'; a.download = ''; document.body.append(a); a.click() }, 10)</script>"),
          w=html("w"), a_apk=web.reply(b"PK\3\4" * 5000, kind="application/vnd.android.package-archive"))
    visit = looker.visit("https://a.example/", proxy=web.proxy)
    assert [(d["type"], d["text"]) for d in visit.watch.dialogs] == [("alert", "恭喜"), ("confirm", "要继续吗")]
    assert visit.watch.popups == ["https://a.example/w"]
    apk = next(e for e in visit.recording.exchanges if e.url.endswith("/a.apk"))
    assert (apk.cut, len(apk.body)) == ("download", 0)
    assert "正文" in visit.shot.dom and result_of(visit).outcome == "ok"


def test_an_address_that_is_a_download_is_refused_with_its_kind(web, looker):
    serve(web, index=web.reply(b"PK\3\4" * 5000, kind="application/vnd.android.package-archive"))
    result = result_of(looker.visit("https://a.example/", proxy=web.proxy))
    assert (result.outcome, result.note) == ("refused", "download: application/vnd.android.package-archive")


STUCK = {
    "a script without end": "<script>setTimeout(() => { for (;;); }, 50)</script>",
    "dialogs without end": "<script>setTimeout(() => { for (;;) alert('x') }, 50)</script>",
}


@pytest.mark.parametrize("script", STUCK.values(), ids=STUCK.keys())
def test_a_page_that_hangs_is_taken_with_its_scripts_off(web, looker, script):
    serve(web, index=html("<h1>这里卖证</h1>" + script))
    visit = looker.visit("https://a.example/", proxy=web.proxy, seconds=2.0)
    assert not visit.scripts and "这里卖证" in visit.shot.dom and visit.shot.pictures
    result = result_of(visit)
    assert result.outcome == "partial" and "scripts off" in result.note


LIMITS = {
    "a body too long": (lambda w: w.reply(html("<p>开头</p>") + b"x" * 900_000), "length"),
    "a bomb": (lambda w: w.reply(gzip.compress(html("<p>开头</p>") + b"\0" * 30_000_000), headers=[("Content-Encoding", "gzip")]), "bomb"),
    "a server that drips": (lambda w: w.reply(html("<p>开头</p>" + "x" * 900), headers=[("X-Drip", "1")]), "time"),
}


@pytest.mark.parametrize(("reply", "why"), LIMITS.values(), ids=LIMITS.keys())
def test_what_goes_beyond_a_limit_is_cut_and_said(web, looker, reply, why):
    serve(web, index=reply(web))
    began = time.monotonic()
    visit = looker.visit("https://a.example/", proxy=web.proxy, seconds=2.0, limits=Limits(body=200_000))
    assert result_of(visit).outcome in {"partial", "error"} and why in result_of(visit).note, (visit.short, visit.trouble)
    assert len(visit.main.body) <= 200_000 and time.monotonic() - began < 12


def test_requests_without_end_are_stopped(web, looker):
    serve(web, index=html("<p>x</p><script>for (let i = 0; i < 80; i++) fetch('/n?' + i)</script>"), n=b"n")
    visit = looker.visit("https://a.example/", proxy=web.proxy, limits=Limits(requests=30))
    assert len(web.asked("a.example")) == 30
    assert "more than 30 requests" in result_of(visit).note


def test_a_page_that_reloads_itself_is_held_still(web, looker):
    serve(web, index=html("<p>reload</p><script>setTimeout(() => location.reload(), 300)</script>"))
    visit = looker.visit("https://a.example/", proxy=web.proxy, limits=Limits(navigations=4))
    assert visit.shot.pictures and "reload" in visit.shot.dom and len(web.asked("a.example")) <= 9


OUTCOMES = {
    "missing": (lambda w: w.reply(b"", 404), "gone"),
    "walled with status 200": (lambda w: w.reply("<title>请输入验证码</title>".encode()), "blocked"),
    "walled by its script": (lambda w: w.reply("<title>x</title><script>document.title = '请输入验证码'</script>".encode()), "blocked"),
    "for sale": (lambda w: w.reply("<title>域名出售 a.example</title>".encode()), "parked"),
    "broken": (lambda w: w.reply(b"oops", 500), "error"),
    "nothing at all": (lambda w: w.reply(b"", 204), "ok"),
    "a loop": (lambda w: w.reply(b"", 302, [("Location", "/again")]), "error"),
    "into a file": (lambda w: w.reply(b"", 302, [("Location", "file:///etc/passwd")]), "error"),
    "into a script": (lambda w: w.reply(b"<script>location = 'javascript:alert(1)'</script><p>x"), "ok"),
}


@pytest.mark.parametrize(("reply", "expected"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_outcomes_are_honest(web, looker, reply, expected):
    web.pages["a.example"] = lambda path, headers: reply(web)
    result = result_of(looker.visit("https://a.example/", proxy=web.proxy))
    assert result.outcome == expected, result
    assert result.note or expected == "ok"


def test_a_proxy_that_refuses_blocks_and_a_dead_host_is_an_error(looker):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def refuse():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                connection.close()

        threading.Thread(target=refuse, daemon=True).start()
        walled = looker.visit("https://a.example/", proxy=f"http://127.0.0.1:{listener.getsockname()[1]}")
        assert result_of(walled).outcome == "blocked"
    dead = looker.visit("https://a.example/", proxy="http://127.0.0.1:9")
    assert result_of(dead).outcome == "error" and "unreachable" in result_of(dead).note


def test_sockets_work_and_are_listed(web, looker):
    serve(web, index=html("<p id=p>-</p><script>const s = new WebSocket('wss://a.example/s');"
                          "s.onclose = () => p.textContent = 'closed'</script>"))
    visit = looker.visit("https://a.example/", proxy=web.proxy)
    assert visit.recording.sockets == ["https://a.example/s"] and "closed" in visit.shot.dom


def test_pictures_in_the_page_are_known_by_address_and_size(web, looker):
    png = io.BytesIO()
    Image.new("RGB", (120, 90), "#123456").save(png, "PNG")
    inline = "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()
    serve(web, index=html(f"<img src=/big.png><img src=/tiny.gif><img src='{inline}'>"),
          big_png=web.reply(png.getvalue(), kind="image/png"),
          tiny_gif=web.reply(base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAA="), kind="image/gif"))
    visit = looker.visit("https://a.example/", proxy=web.proxy)
    assert [(i["url"][:30], i["width"], i["height"]) for i in visit.shot.images] == [
        ("https://a.example/big.png", 120, 90), (inline[:30], 120, 90)]


def test_frames_of_the_page_itself_are_read_with_it_and_strangers_are_not(web, looker):
    serve(web, index=html("<iframe src=/inner></iframe><iframe src='https://other.example/'></iframe>"
                          "<iframe srcdoc='<p>就地写的</p>'></iframe>"),
          inner=html("<p>框里的字</p><iframe src=/deep></iframe>"), deep=html("<p>更深处</p>"))
    serve(web, "other.example", index=html("<p>别人的字</p>"))
    visit = looker.visit("https://a.example/", proxy=web.proxy)
    assert all(words in visit.shot.dom for words in ("框里的字", "更深处", "就地写的", "<!-- frame https://a.example/inner -->"))
    assert "别人的字" not in visit.shot.dom
    assert visit.shot.icon == "https://a.example/favicon.ico"
