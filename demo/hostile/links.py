"""Links, frames and names: ways out of the page that must lead nowhere, and text that wants to be more than text."""

from __future__ import annotations

from demo.hostile.cases import Said, case, document


@case("reach-home", "图片、框架、脚本、套接字都指向本机")
def reach_home(said: Said) -> None:
    at = f"127.0.0.1:{said.trap}"
    said.page(f"<img src=http://{at}/a><iframe src=http://localhost:{said.trap}/b></iframe><link rel=stylesheet href=http://[::1]:{said.trap}/c>"
              f"<script src=http://2130706433:{said.trap}/d></script><video src=http://{at}/e autoplay></video><object data=http://{at}/f></object>"
              f"<script>fetch('http://{at}/g', {{mode: 'no-cors'}}).catch(() => 0); navigator.sendBeacon('http://{at}/h');"
              f"try {{ new WebSocket('ws://{at}/i') }} catch (e) {{}} new EventSource('http://{at}/j'); open('http://{at}/k')</script>")


@case("strange-schemes", "file:、javascript:、data:、自定义协议的链接与框架")
def strange_schemes(said: Said) -> None:
    addresses = ("file:///etc/passwd", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "weixin://dl/business",
                 "intent://x#Intent;end", "chrome://settings", "view-source:file:///etc/passwd", "blob:null/x", "ftp://127.0.0.1/x")
    said.page("".join(f'<a href="{a}">去</a><iframe src="{a}"></iframe>' for a in addresses)
              + "<script>setTimeout(() => { location = 'weixin://dl/business' }, 50);"
                "setTimeout(() => { location = 'file:///etc/passwd' }, 100)</script>")


@case("nested-frames", "自己套自己的框架", browser="ok|partial")
def nested_frames(said: Said) -> None:
    said.page(f"<iframe src='/{len(said.target)}{said.target[:60]}'></iframe>" * 2)


@case("frameset", "整页只有一个框架集", browser="ok")
def frameset(said: Said) -> None:
    if said.path == "/inner":
        said.page("<h1>框里的内容</h1>")
    else:
        said.page(b"<html><head><title>f</title></head><frameset cols='*'><frame src=/inner></frameset></html>")


@case("formula-title", "标题想成为公式和标记")
def formula_title(said: Said) -> None:
    said.page(document("<h1>=HYPERLINK(\"http://x\",\"点我\")</h1><p>@SUM(1)</p><p>\u202e\u200b\u2066倒着写</p>",
                       "=cmd|'/c calc'!A1</title><script>document.title</script>\u202e"))


@case("long-title", "一兆字节的标题")
def long_title(said: Said) -> None:
    said.page(document("<h1>长</h1>", "长" * 350_000))


@case("installer", "地址本身就是安装包", plain="refused", browser="refused", plain_note="download", browser_note="download")
def installer(said: Said) -> None:
    said.page(b"PK\3\4" * 5000, kind="application/vnd.android.package-archive")


@case("traversal-name", "下载文件名里藏着路径", plain="refused", browser="refused", plain_note="download", browser_note="download")
def traversal_name(said: Said) -> None:
    said.page(b"#!/bin/sh\n" * 500, 'Content-Disposition: attachment; filename="../../../../tmp/dajia-hostile.sh"',
              kind="application/octet-stream")


@case("sandboxed", "用 CSP 禁掉自己的脚本与框架", browser="ok")
def sandboxed(said: Said) -> None:
    said.page("<h1>沙箱</h1><script>document.title = '不会发生'</script>", "Content-Security-Policy: sandbox; default-src 'none'")


@case("base-elsewhere", "用 base 把相对地址引向本机")
def base_elsewhere(said: Said) -> None:
    said.page(f"<base href=http://127.0.0.1:{said.trap}/><img src=a.png><form action=x><button>查询</button></form>")


@case("css-import-chain", "样式表一层套一层", browser="ok|partial")
def css_import_chain(said: Said) -> None:
    if said.path.endswith(".css"):
        said.page(f"@import '/{len(said.path)}{said.path[1:][:80]}'; body {{ color: #111 }}".encode(), kind="text/css")
    else:
        said.page("<link rel=stylesheet href=/a.css>")
