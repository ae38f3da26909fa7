"""HTTP as it stands on the wire: what tells where a body ends is understood, everything else stays as it came."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from crawlers.browsing import wire


def head(text):
    return wire.read_head(text.encode("latin-1"))


def test_header_lines_keep_order_case_and_repeats():
    made = head("HTTP/1.1 200 Fine By Me\r\nSet-Cookie: a=1\r\nX-odd: \xe9\r\nset-cookie: b=2\r\n\r\n")
    assert made.first == ("HTTP/1.1", "200", "Fine By Me")
    assert made.headers == (("Set-Cookie", "a=1"), ("X-odd", "é"), ("set-cookie", "b=2"))
    assert wire.status_of(made) == 200


def test_what_browsers_forgive_is_forgiven():
    made = head("HTTP/1.0 200\nContent-Type: text/html;\n charset=gbk\nno colon here\nContent-Length : 5\n\n")
    assert made.get("content-type") == "text/html; charset=gbk no colon here"
    assert wire.response_framing(made, "GET", 200) == wire.Framing("length", 5)


@pytest.mark.parametrize("raw", [b"\r\n\r\n", b"hello\r\n\r\n", b"\x16\x03\x01\r\n\r\n"], ids=["nothing", "one word", "TLS"])
def test_what_is_no_message_is_an_error(raw):
    with pytest.raises(wire.WireError):
        wire.status_of(wire.read_head(raw))


FRAMINGS = {
    "a length": ("Content-Length: 12", "GET", 200, wire.Framing("length", 12)),
    "chunks outweigh a length": ("Content-Length: 12\r\nTransfer-Encoding: chunked", "GET", 200, wire.Framing("chunked")),
    "neither means until the end": ("X: y", "GET", 200, wire.Framing("close")),
    "a length that is none means until the end": ("Content-Length: many", "GET", 200, wire.Framing("close")),
    "HEAD has no body": ("Content-Length: 12", "HEAD", 200, wire.Framing("none")),
    "204 has no body": ("Content-Length: 12", "GET", 204, wire.Framing("none")),
    "304 has no body": ("X: y", "GET", 304, wire.Framing("none")),
    "101 has no body": ("Upgrade: websocket", "GET", 101, wire.Framing("none")),
}


@pytest.mark.parametrize(("lines", "method", "status", "expected"), FRAMINGS.values(), ids=FRAMINGS.keys())
def test_where_a_body_ends(lines, method, status, expected):
    assert wire.response_framing(head(f"HTTP/1.1 {status} x\r\n{lines}\r\n\r\n"), method, status) == expected


LASTING = {"1.1 lasts": ("HTTP/1.1 200 x", True), "1.0 does not": ("HTTP/1.0 200 x", False),
           "close closes": ("HTTP/1.1 200 x\r\nConnection: close", False),
           "1.0 with keep-alive lasts": ("HTTP/1.0 200 x\r\nConnection: Keep-Alive", True),
           "a request lasts": ("GET / HTTP/1.1\r\nProxy-Connection: keep-alive", True)}


@pytest.mark.parametrize(("text", "expected"), LASTING.values(), ids=LASTING.keys())
def test_whether_the_connection_goes_on(text, expected):
    assert wire.lasts(head(text + "\r\n\r\n")) is expected


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.data())
def test_chunks_give_their_payload_however_they_are_cut(pieces, data):
    coded = b"".join(b"%x;ext=1\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\nTrailer: x\r\n\r\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(coded)), max_size=6)))
    taken, out = wire.Dechunker(), b""
    for start, end in zip([0, *cuts], [*cuts, len(coded)], strict=True):
        out += taken.feed(coded[start:end])
    assert out == b"".join(pieces) and taken.done


@given(st.binary(max_size=200))
def test_any_bytes_as_chunks_end_in_payload_or_a_clear_error(data):
    try:
        wire.Dechunker().feed(data)
    except wire.WireError as problem:
        assert "chunk" in str(problem)


@given(st.binary(max_size=300))
def test_any_bytes_as_a_head_end_in_a_head_or_a_clear_error(data):
    try:
        made = wire.read_head(data)
    except wire.WireError as problem:
        assert "not an HTTP message" in str(problem)
    else:
        assert made.raw == data


CODERS = {"gzip": lambda b: gzip.compress(b), "deflate": zlib.compress,
          "br": lambda b: brotli.compress(b, quality=5), "zstd": zstd.compress}


@pytest.mark.parametrize("coding", CODERS)
def test_a_coded_body_is_measured_as_it_grows(coding):
    plain = bytes(range(256)) * 400
    coded, taken = CODERS[coding](plain), wire.Inflation(coding)
    for start in range(0, len(coded), 1000):
        assert taken.feed(coded[start:start + 1000], 1 << 20)
    assert taken.size == len(plain)


@pytest.mark.parametrize("coding", CODERS)
def test_a_bomb_is_noticed_without_growing_to_its_size(coding):
    taken = wire.Inflation(coding)
    assert not taken.feed(CODERS[coding](b"0" * 80_000_000), 1 << 20)
    assert taken.size < 20_000_000


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "", "rot13"])
def test_a_body_that_is_not_coded_as_it_says_is_counted_as_it_is(coding):
    taken = wire.Inflation(coding)
    assert taken.feed(b"<html>plain", 100) and taken.size == 11
