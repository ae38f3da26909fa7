import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from evidence.archive import OPEN, ArchiveError, Vault, WarcWriter, decode, whole_members
from evidence.home import Home
from evidence.recovery import recover
from evidence.store import Store


def exchange(writer, body=b"<p>hello", **changes):
    values = {"capture_id": "c", "url": "http://a.example/x?q=1", "status": 200, "reason": "OK", "body": body,
              "headers": [("Content-Type", "text/html; charset=gbk"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")],
              "ip": "192.0.2.1", "protocol": "HTTP/1.1", "media_type": "text/html"}
    return writer.response(**(values | changes))


def records_of(path):
    with path.open("rb") as source:
        for record in ArchiveIterator(source, check_digests="raise"):
            yield record.rec_type, record.content_stream().read(), record


def test_an_exchange_is_kept_byte_for_byte(home):
    writer = WarcWriter.create(home, "run1", "capture")
    coded = gzip.compress("证书".encode("gbk"))
    body = exchange(writer, coded, coding="gzip",
                    headers=[("Content-Encoding", "gzip"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    closed = writer.close()
    assert Vault(home).read(body) == coded
    assert Vault(home).decoded(body).decode("gbk") == "证书"
    kinds = [kind for kind, _, _ in records_of(home.warc / closed.name)]
    assert kinds == ["warcinfo", "response", "request"]
    raw = gzip.decompress((home.warc / closed.name).read_bytes())
    assert raw.count(b"Set-Cookie") == 2
    assert b"GET /x?q=1 HTTP/1.1\r\nHost: a.example\r\n" in raw


def test_it_reads_while_the_file_is_still_open(home):
    writer = WarcWriter.create(home, "run1", "capture")
    picture = writer.resource(capture_id="c", name="screenshot-full", url="http://a.example/", media_type="image/png",
                              data=b"\x89PNG")
    writer.sync()
    assert Vault(home).read(picture) == b"\x89PNG"
    writer.close()
    assert Vault(home).read(picture) == b"\x89PNG"


def test_a_flipped_byte_is_refused(home):
    writer = WarcWriter.create(home, "run1", "capture")
    body = exchange(writer, bytes(range(256)) * 40)
    closed = writer.close()
    path = home.warc / closed.name
    data = bytearray(path.read_bytes())
    data[body.offset + body.length // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=closed.name):
        Vault(home).read(body)


@pytest.mark.parametrize("cut", [1, 7, 40], ids=["one byte", "trailer", "mid record"])
def test_a_torn_tail_costs_only_the_torn_record(home, cut):
    with Store.open(home) as store:
        writer = WarcWriter.create(home, "run1", "capture")
        kept = exchange(writer, b"kept")
        lost = exchange(writer, b"lost" * 50)
        writer.sync()
        writer._file.close()  # what a kill leaves: no rename, no lock
        path = home.warc / (writer.name + OPEN)
        path.write_bytes(path.read_bytes()[:-cut])
        files = recover(store)
        assert [f.name for f in files] == [writer.name]
        assert files[0].recovered
        assert Vault(home).read(kept) == b"kept"
        assert Vault(home).read(lost) == b"lost" * 50  # its request record was the torn one
        assert list(records_of(home.warc / writer.name))
        assert recover(store) == []
        assert (home.warc / (writer.name + ".torn")).exists()


def test_a_living_writers_file_is_left_alone(home):
    with Store.open(home) as store:
        writer = WarcWriter.create(home, "run1", "capture")
        exchange(writer)
        assert recover(store) == []
        writer.close()
        assert [f.name for f in recover(store)] == [writer.name]


def test_names_cannot_leave_the_vault(home):
    with pytest.raises(ArchiveError):
        Vault(home).path("../dajia.sqlite")


def test_header_text_cannot_break_a_record(home):
    writer = WarcWriter.create(home, "run1", "capture")
    exchange(writer, headers=[("X-Evil", "a\r\nWARC-Type: warcinfo\r\n\r\nx"), ("中文", "值")], reason="OK\r\nX: y")
    closed = writer.close()
    assert [k for k, _, _ in records_of(home.warc / closed.name)] == ["warcinfo", "response", "request"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=8))
def test_whatever_goes_in_comes_out(tmp_path_factory, bodies):
    home = Home.at(tmp_path_factory.mktemp("vault")).prepare()
    writer = WarcWriter.create(home, "run1", "x")
    stored = [(writer.resource(capture_id="c", name="dom", url="http://a.example/", media_type="x/y", data=b), b)
              for b in bodies]
    closed = writer.close()
    vault = Vault(home)
    assert all(vault.read(a) == b for a, b in stored)
    assert len(list(whole_members(home.warc / closed.name))) == closed.records == len(bodies) + 1


@pytest.mark.parametrize("bad", ["gzip", "br", "zstd", "lzma"])
def test_a_coding_that_lies_is_an_error_not_an_empty_page(bad):
    with pytest.raises(ArchiveError):
        decode(b"not compressed at all", bad)


def test_a_decompression_bomb_is_cut():
    bomb = gzip.compress(b"\0" * 10_000_000)
    assert len(decode(bomb, "gzip", limit=1000)) == 1000
    assert io.BytesIO(bomb).getbuffer().nbytes < 20_000
