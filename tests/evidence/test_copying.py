"""Records copied out block by block are the stored bytes, whatever their size; altered ones are refused."""

import io
import os
import random
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence import copying
from evidence.archive import ArchiveError, Vault, WarcWriter
from evidence.copying import copy_member, copy_payload


def written(home, body, kind="response", **named):
    """One record in a closed WARC: (vault, artifact)."""
    writer = WarcWriter.create(home, "run", "test")
    if kind == "response":
        made = writer.response(capture_id="c", url="http://a.example/x", status=200, headers=named.get("headers", ()), body=body)
    else:
        made = writer.resource(capture_id="c", name="dom", url="http://a.example/", media_type="text/html", data=body)
    writer.close()
    return Vault(home), made


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.binary(max_size=300) | st.sampled_from([b"", b"\r\n\r\n", b"\r\n\r\nWARC/1.1\r\n\r\n", b"HTTP/1.1 200\r\n\r\n"]),
       kind=st.sampled_from(["response", "resource"]))
def test_what_is_copied_is_what_is_stored(home, body, kind):
    vault, made = written(home, body, kind)
    payload, member = io.BytesIO(), io.BytesIO()
    copy_payload(vault, made, payload)
    heads = copy_member(vault, made, member)
    assert payload.getvalue() == vault.read(made) == body
    assert member.getvalue() == vault.member(made)
    assert zlib.decompressobj(31).decompress(member.getvalue()).startswith(heads)


@pytest.mark.parametrize("size", [copying.BLOCK - 300, 4 * copying.BLOCK, copying.MAX_HEADS, 9 * copying.BLOCK + 1])
def test_bodies_larger_than_a_block(home, size):
    vault, made = written(home, random.Random(size).randbytes(size))
    out = io.BytesIO()
    copy_payload(vault, made, out)
    assert out.getvalue() == vault.read(made)
    assert len(copy_member(vault, made, io.BytesIO())) == min(copying.MAX_HEADS, len(heads_and(vault, made)))


def heads_and(vault, made):
    return zlib.decompressobj(31).decompress(vault.member(made))


def test_memory_does_not_grow_with_the_body(home):
    vault, made = written(home, os.urandom(48 * copying.BLOCK))
    with Path(os.devnull).open("wb") as nowhere:
        tracemalloc.start()
        copy_payload(vault, made, nowhere)
        copy_member(vault, made, nowhere)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 16 * copying.BLOCK


def altered(vault, made, at, data):
    path = vault.path(made.warc)
    whole = bytearray(path.read_bytes())
    whole[made.offset + at:made.offset + at + len(data)] = data
    path.write_bytes(whole)


@pytest.mark.parametrize(("change", "said"), [
    (lambda v, a: altered(v, a, a.length // 2, b"\x00\xff\x00"), "damaged|altered|readable|length|long"),
    (lambda v, a: altered(v, a, 0, b"no"), "damaged"),
    (lambda v, a: os.truncate(v.path(a.warc), a.offset + a.length - 5), "ends before"),
    (lambda v, a: v.path(a.warc).unlink(), "missing"),
], ids=["flipped", "no gzip", "torn", "missing"])
def test_what_was_altered_is_refused(home, change, said):
    vault, made = written(home, random.Random(1).randbytes(5000))
    change(vault, made)
    for copy in (copy_payload, copy_member):
        with pytest.raises(ArchiveError, match=said):
            copy(vault, made, io.BytesIO())


@pytest.mark.parametrize(("field", "value"), [("sha256", "0" * 64), ("length", 40), ("length", 10**6), ("offset", 3)])
def test_a_row_that_points_elsewhere_is_refused(home, field, value):
    vault, made = written(home, b"x" * 400)
    with pytest.raises(ArchiveError):
        copy_payload(vault, replace(made, **{field: value}), io.BytesIO())
