"""Scripts: loops, floods, storms, crashes, pages that grow, vanish, close or will not hold still."""

from __future__ import annotations

from demo.hostile.cases import Said, case


def _script(said: Said, code: str, before: str = "<h1>页面</h1>") -> None:
    said.page(f"{before}<script>{code}</script>") if said.path == "/" else said.page(b"x", kind="text/plain")


@case("busy-loop", "脚本死循环", browser="partial", browser_note="scripts off")
def busy_loop(said: Said) -> None:
    _script(said, "setTimeout(() => { for (;;); }, 30)")


@case("busy-at-once", "还没画出来就死循环", browser="partial", browser_note="scripts off")
def busy_at_once(said: Said) -> None:
    _script(said, "for (;;);")


@case("alert-loop", "弹窗不停", browser="partial", browser_note="dialogs")
def alert_loop(said: Said) -> None:
    _script(said, "setTimeout(() => { for (;;) alert('恭喜中奖'); }, 30)")


@case("leave-trap", "离开时拦人", browser="ok")
def leave_trap(said: Said) -> None:
    _script(said, "onbeforeunload = e => { e.preventDefault(); return 'x' }; onunload = () => { for (let i = 0; i < 1e6; i++); }")


@case("print-loop", "反复打印", browser="ok|partial")
def print_loop(said: Said) -> None:
    _script(said, "setInterval(() => print(), 50)")


@case("popup-storm", "几百个弹出窗口", browser="ok|partial")
def popup_storm(said: Said) -> None:
    _script(said, "for (let i = 0; i < 300; i++) window.open('/w' + i, '_blank'); setInterval(() => open('/x'), 20)")


@case("download-storm", "一打开就下载，而且不止一个")
def download_storm(said: Said) -> None:
    if said.path == "/":
        _script(said, "for (let i = 0; i < 30; i++) { const a = document.createElement('a'); a.href = '/' + i + '.apk';"
                      "a.download = 'x.apk'; document.body.append(a); a.click() }")
    else:
        said.page(b"PK\3\4" * 1000, 'Content-Disposition: attachment; filename="../../../etc/cron.d/x.apk"',
                  kind="application/vnd.android.package-archive")


@case("fetch-storm", "几千个请求", browser="partial")
def fetch_storm(said: Said) -> None:
    _script(said, "for (let i = 0; i < 3000; i++) fetch('/f' + i).catch(() => 0)")


@case("socket-storm", "几百个 WebSocket", browser="ok|partial")
def socket_storm(said: Said) -> None:
    _script(said, "for (let i = 0; i < 300; i++) new WebSocket('ws://' + location.host + '/s' + i)")


@case("console-flood", "控制台洪水", browser="ok|partial")
def console_flood(said: Said) -> None:
    _script(said, "let n = 0; setInterval(() => { for (let i = 0; i < 200; i++) console.log('x'.repeat(5000), n++) }, 10)")


@case("worker-swarm", "几十个忙碌的 Worker", browser="ok|partial")
def worker_swarm(said: Said) -> None:
    _script(said, "const u = URL.createObjectURL(new Blob(['for(;;);'])); for (let i = 0; i < 24; i++) new Worker(u)")


@case("memory-hog", "不断占内存", browser="partial", browser_note="scripts off")
def memory_hog(said: Said) -> None:
    _script(said, "const all = []; setInterval(() => { for (let i = 0; i < 8; i++) all.push(new Uint8Array(16 << 20).fill(1)) }, 30)")


@case("heap-hog", "把脚本堆撑爆", browser="partial", browser_note="scripts off")
def heap_hog(said: Said) -> None:
    _script(said, "const all = []; setInterval(() => { for (let i = 0; i < 4; i++)"
                  "all.push(Array.from({length: 1e6}, (_, n) => n + 0.5)) }, 5)")


@case("storage-flood", "往本地存储里倒东西", browser="ok|partial")
def storage_flood(said: Said) -> None:
    _script(said, "const b = new Blob([new Uint8Array(8 << 20)]); caches.open('x').catch(() => 0);"
                  "const r = indexedDB.open('x'); r.onupgradeneeded = () => r.result.createObjectStore('s', {autoIncrement: true});"
                  "r.onsuccess = () => { setInterval(() => { try { r.result.transaction('s', 'readwrite').objectStore('s').add(b) }"
                  "catch (e) {} }, 50) }; try { for (let i = 0; ; i++) localStorage['k' + i] = 'x'.repeat(100000) } catch (e) {}")


@case("growing-page", "越长越高的页面", browser="partial|ok")
def growing_page(said: Said) -> None:
    _script(said, "setInterval(() => { for (let i = 0; i < 20; i++) document.body.append(document.createElement('hr'),"
                  "'又长出一段'.repeat(20)) }, 10)")


@case("scroll-growth", "滚到底就再长一截", browser="ok|partial")
def scroll_growth(said: Said) -> None:
    _script(said, "onscroll = () => { const d = document.createElement('div'); d.style.height = '3000px'; d.textContent = '再来';"
                  "document.body.append(d) }", "<div style='height:3000px'>开头</div>")


@case("reload-loop", "自己不停刷新", browser="ok|partial")
def reload_loop(said: Said) -> None:
    said.page("<h1>刷新</h1><script>setTimeout(() => location.reload(), 200)</script>")


@case("meta-refresh-loop", "用 meta 刷新不停", plain="partial", browser="ok|partial")
def meta_refresh_loop(said: Said) -> None:
    said.page("<h1>刷新</h1><meta http-equiv=refresh content='0;url=/'>")


@case("history-flood", "塞满历史记录", browser="ok|partial")
def history_flood(said: Said) -> None:
    _script(said, "let n = 0; setInterval(() => { try { history.pushState({}, '', '/h' + n++) } catch (e) {} }, 5)")


@case("closes-itself", "把自己关掉", browser="ok|partial")
def closes_itself(said: Said) -> None:
    _script(said, "window.open('', '_self'); setTimeout(() => window.close(), 100)")


@case("removes-itself", "删掉整个文档", browser="ok|partial")
def removes_itself(said: Said) -> None:
    _script(said, "setTimeout(() => document.documentElement.remove(), 100)")


@case("poisoned-page", "改掉页面自己的函数", browser="ok")
def poisoned_page(said: Said) -> None:
    _script(said, "for (const n of ['scrollTo', 'setTimeout', 'requestAnimationFrame', 'fetch']) window[n] = () => { for (;;); };"
                  "Document.prototype.querySelector = Element.prototype.querySelectorAll = () => { throw 1 };"
                  "Object.defineProperty(Element.prototype, 'outerHTML', {get: () => '假的'}); JSON.stringify = () => '假的';"
                  "XMLSerializer.prototype.serializeToString = () => '假的'; Promise = undefined; Array.prototype.push = null;")


@case("permission-beggar", "索要定位、通知、摄像头", browser="ok")
def permission_beggar(said: Said) -> None:
    _script(said, "navigator.geolocation.getCurrentPosition(() => 0); try { Notification.requestPermission() } catch (e) {}"
                  "try { navigator.mediaDevices.getUserMedia({video: true, audio: true}).catch(() => 0) } catch (e) {}"
                  "try { navigator.clipboard.readText().catch(() => 0) } catch (e) {} document.body.requestFullscreen().catch(() => 0)")


@case("service-worker", "装一个改写内容的 Service Worker", https=True)
def service_worker(said: Said) -> None:
    if said.path == "/sw.js":
        said.page(f"self.addEventListener('install', e => {{ skipWaiting(); e.waitUntil(fetch('http://127.0.0.1:{said.trap}/')) }});"
                  "self.addEventListener('activate', e => e.waitUntil(clients.claim()));"
                  "self.addEventListener('fetch', e => e.respondWith(new Response('被劫持')))".encode(), kind="text/javascript")
    else:
        _script(said, "navigator.serviceWorker && navigator.serviceWorker.register('/sw.js').catch(() => 0)")
