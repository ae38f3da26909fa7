"""Servers: redirects without end or to where nobody should go, heads that are none, silence, bad certificates."""

from __future__ import annotations

import struct

from demo.hostile.cases import Said, case, document

_SO_LINGER = struct.pack("ii", 1, 0)


@case("endless-redirect", "永远重定向", plain="error", browser="error")
def endless_redirect(said: Said) -> None:
    said.redirect(f"/{len(said.target)}{'x' * (len(said.target) % 50)}")


@case("redirect-home", "重定向到本机服务", plain="refused", browser="refused", browser_note="loopback")
def redirect_home(said: Said) -> None:
    said.redirect(f"http://127.0.0.1:{said.trap}/")


@case("redirect-disguised", "用十六进制写的本机地址", plain="refused", browser="refused", browser_note="loopback")
def redirect_disguised(said: Said) -> None:
    said.redirect(f"http://0x7f000001:{said.trap}/")


@case("redirect-by-name", "名字指向本机", plain="refused", browser="refused", browser_note="localhost")
def redirect_by_name(said: Said) -> None:
    said.redirect(f"http://localhost:{said.trap}/")


@case("redirect-metadata", "重定向到云主机元数据", plain="refused", browser="refused", browser_note="link-local")
def redirect_metadata(said: Said) -> None:
    said.redirect("http://169.254.169.254/latest/meta-data/")


@case("redirect-file", "重定向到本地文件", plain="error|refused", browser="error")
def redirect_file(said: Said) -> None:
    said.redirect("file:///etc/passwd")


@case("redirect-long", "一万字符的跳转地址", plain="refused|error", browser="refused|error")
def redirect_long(said: Said) -> None:
    said.redirect(f"http://{said.headers['host']}/" + "a" * 10_000)


@case("dns-rebinding", "同一名字既答公网地址又答本机", plain="refused", browser="refused", plain_note="loopback", browser_note="loopback",
      addresses=("203.0.113.9", "127.0.0.1"))
def dns_rebinding(said: Said) -> None:
    said.page("不该有人看到这一页")


@case("dns-private", "名字解析到内网", plain="refused", browser="refused", plain_note="private", browser_note="private",
      addresses=("10.1.2.3",))
def dns_private(said: Said) -> None:
    said.page("不该有人看到这一页")


@case("dns-mapped", "藏在 IPv6 里的本机地址", plain="refused", browser="refused", plain_note="loopback", browser_note="loopback",
      addresses=("::ffff:127.0.0.1",))
def dns_mapped(said: Said) -> None:
    said.page("不该有人看到这一页")


@case("header-10mb", "10 MB 的响应头", plain="ok|partial|error", browser="error")
def header_10mb(said: Said) -> None:
    said.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(10_000):
        said.send(b"X-%d: %b\r\n" % (number, b"y" * 1000))
    said.send(b"\r\n" + document(""))


@case("header-drip", "响应头一字节一字节地给", plain="error", browser="error", browser_note="timeout")
def header_drip(said: Said) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"y" * 5000:
        if not said.wait(0.1):
            return
        said.send(bytes([byte]))


@case("interim-for-ever", "没完没了的 103 预告", plain="error", browser="error", browser_note="timeout")
def interim_for_ever(said: Said) -> None:
    while said.wait(0.01):
        said.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")


@case("silence", "接受连接后一言不发", plain="error", browser="error", browser_note="timeout")
def silence(said: Said) -> None:
    said.wait(120)


@case("reset", "读完请求就重置连接", plain="error", browser="error")
def reset(said: Said) -> None:
    import socket

    said.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _SO_LINGER)


@case("no-http", "回答的不是 HTTP", plain="error", browser="error")
def no_http(said: Said) -> None:
    said.send(b"SSH-2.0-OpenSSH_9.9\r\n" + bytes(range(256)) * 4)


@case("bare-body", "没有响应头的正文（HTTP/0.9）", plain="error", browser="error")
def bare_body(said: Said) -> None:
    said.send(document("<h1>0.9</h1>"))


@case("header-junk", "冒号前有空格、没有冒号、重复矛盾的响应头", plain="ok|error", browser="ok|error")
def header_junk(said: Said) -> None:
    body = document("<h1>乱头</h1>")
    said.send(b"HTTP/1.1 200\r\nContent-Type : text/html\r\nno colon at all\r\nX-\xe9: \xff\x00\r\nContent-Length: %d\r\n\r\n" % len(body))
    said.send(body)


@case("thousand-cookies", "一千个 Cookie")
def thousand_cookies(said: Said) -> None:
    said.page("<h1>饼干</h1>", *(f"Set-Cookie: c{n}=v{n}; Path=/" for n in range(1000)))


@case("bad-certificate", "别人的、无人签发的证书", https=True)
def bad_certificate(said: Said) -> None:
    said.page("<h1>证书不对</h1>")


@case("tls-garbage", "TLS 连接里忽然来了垃圾", plain="partial|error", browser="partial|error", https=True)
def tls_garbage(said: Said) -> None:
    said.connection.setsockopt(6, 1, 1)
    said.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    raw = said.connection.detach()
    import os

    os.write(raw, b"\x17\x03\x03\x00\x05junk!" * 3)
    os.close(raw)


@case("login-wanted", "要求用户名密码", plain="login", browser="login")
def login_wanted(said: Said) -> None:
    said.page("", 'WWW-Authenticate: Basic realm="x"', status="401 Unauthorized")


@case("fake-captcha", "以验证码页冒充内容", plain="blocked", browser="blocked")
def fake_captcha(said: Said) -> None:
    said.page(document("<form><input name=code><button>提交</button></form>", "安全验证"))


@case("no-content", "204，什么也没有", browser="ok|error")
def no_content(said: Said) -> None:
    said.head("204 No Content", kind="")
