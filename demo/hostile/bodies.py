"""Bodies: too long, endless, bombs, torn, coded or named other than they are."""

from __future__ import annotations

import gzip
import struct
import zlib
from functools import cache

from demo.hostile.cases import WORDS, Said, case, document

_MEGABYTE = b"<p>" + b"x" * ((1 << 20) - 3)


@case("gigabyte", "一个 1 GB 的正文", plain="partial", browser="partial", plain_note="size limit", browser_note="length")
def gigabyte(said: Said) -> None:
    said.head("200 OK", f"Content-Length: {1 << 30}")
    said.send(document("<h1>开头</h1>"))
    while not said.closing():
        said.send(_MEGABYTE)


@case("endless-stream", "没有尽头的分块正文", plain="partial", browser="partial", plain_note="size limit", browser_note="length")
def endless_stream(said: Said) -> None:
    said.head("200 OK", "Transfer-Encoding: chunked")
    said.send(b"%x\r\n%b\r\n" % (len(document("")), document("")))
    while not said.closing():
        said.send(b"%x\r\n%b\r\n" % (len(_MEGABYTE), _MEGABYTE))


@case("slow-drip", "每次只给一个字节", plain="partial|error", browser="partial", browser_note="time")
def slow_drip(said: Said) -> None:
    body = document("<h1>慢</h1>")
    said.head("200 OK", f"Content-Length: {len(body) * 50}")
    said.send(body)
    while said.wait(0.2):
        said.send(b" ")


def warm() -> None:
    """Make the large bodies before anybody asks: that is not the delay they are about."""
    bomb(2)
    huge_png()


@cache
def bomb(layers: int) -> bytes:
    """A small body that grows to 200 MB, coded `layers` times."""
    if layers > 1:
        return gzip.compress(bomb(layers - 1), 9, mtime=0)
    squeeze = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    nothing = bytes(1 << 20)
    return squeeze.compress(document("<h1>开头</h1>")) + b"".join(squeeze.compress(nothing) for _ in range(200)) + squeeze.flush()


@case("gzip-bomb", "解压后 200 MB 的小正文", plain="partial", browser="partial", browser_note="bomb")
def gzip_bomb(said: Said) -> None:
    said.page(bomb(1), "Content-Encoding: gzip")


@case("gzip-in-gzip", "压了两层的解压炸弹", plain="partial", browser="partial|error")
def gzip_in_gzip(said: Said) -> None:
    said.page(bomb(2), "Content-Encoding: gzip, gzip")


@case("false-coding", "声称 gzip，其实不是", plain="partial", browser="partial|error")
def false_coding(said: Said) -> None:
    said.page("<h1>明文</h1>", "Content-Encoding: gzip")


@case("unknown-coding", "没有人认识的内容编码", plain="partial", browser="ok")
def unknown_coding(said: Said) -> None:
    said.page("<h1>明文</h1>", "Content-Encoding: rot13")


@case("torn-gzip", "压缩流在中途断开", plain="partial", browser="partial|error")
def torn_gzip(said: Said) -> None:
    coded = gzip.compress(document("<h1>开头</h1>" + WORDS * 500), mtime=0)
    said.head("200 OK", "Content-Encoding: gzip", f"Content-Length: {len(coded)}")
    said.send(coded[:len(coded) // 2])


@case("short-body", "正文比声明的短", plain="partial", browser="partial", plain_note="lost", browser_note="disconnect")
def short_body(said: Said) -> None:
    said.head("200 OK", "Content-Length: 90000")
    said.send(document("<h1>只有开头</h1>"))


@case("lying-charset", "响应头写 UTF-8，正文是 GBK")
def lying_charset(said: Said) -> None:
    said.page(f"<html><head><meta charset=gbk><title>证书</title></head><body>{WORDS}</body></html>".encode("gbk"))


@case("nul-bytes", "正文里到处是 NUL 与控制字符")
def nul_bytes(said: Said) -> None:
    said.page(b"\0\0" + document("<h1>a\0b\x01\x02</h1>").replace(b"x", b"x\0") + b"\0" * 5000)


@case("random-bytes", "声称是网页的随机字节")
def random_bytes(said: Said) -> None:
    said.page(zlib.compress(WORDS.encode() * 99)[2:] * 40)


@case("hundred-thousand-links", "十万个链接", browser="ok|partial")
def hundred_thousand_links(said: Said) -> None:
    said.page("".join(f"<a href=/{n}>{n}</a> " for n in range(100_000)))


@case("deep-nesting", "十万层嵌套的标签", browser="ok|partial")
def deep_nesting(said: Said) -> None:
    said.page("<div>" * 100_000 + "底")


@cache
def huge_png() -> bytes:
    """A picture that claims 30,000 × 30,000 pixels in a few kilobytes."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(bytes(30_000 // 8 + 1) * 30_000, 9)
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@case("huge-image", "九亿像素的图片")
def huge_image(said: Said) -> None:
    if said.path == "/i.png":
        said.page(huge_png(), kind="image/png")
    else:
        said.page("<img src=/i.png width=300>")


@case("entity-bomb", "实体展开的 SVG")
def entity_bomb(said: Said) -> None:
    if said.path == "/b.svg":
        entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
        said.page(f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY e0 "lol">{entities}]><svg xmlns="http://www.w3.org/2000/svg"><text>&e9;</text></svg>'
                  .encode(), kind="image/svg+xml")
    else:
        said.page("<img src=/b.svg><iframe src=/b.svg></iframe>")
