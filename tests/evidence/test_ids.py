import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import ids


def test_digests_match_the_published_vectors():
    assert ids.sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert ids.sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("spelled", "normal"),
    [
        ("HTTP://Example.COM:80", "http://example.com/"),
        ("https://user:pw@example.com:443/a#frag", "https://example.com/a"),
        ("http://证书查询.中国/x", "http://xn--1jq843d2lz3da.xn--fiqs8s/x"),
        ("http://example.com./%7Ea?q=1", "http://example.com/~a?q=1"),
    ],
    ids=["default port", "user info and fragment", "chinese host", "trailing dot and escape"],
)
def test_url_normal_form(spelled, normal):
    assert ids.normal_url(spelled) == normal


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_normal_form_is_idempotent(path, query):
    try:
        once = ids.normal_url(f"http://example.com/{path}?{query}")
    except ValueError:
        return
    assert ids.normal_url(once) == once


def test_ids_made_one_after_the_other_stand_in_that_order():
    made = [ids.new_id() for _ in range(2_000)]
    assert made == sorted(set(made))
    assert {len(one) for one in made} == {24} and all(int(one, 16) for one in made)


@pytest.mark.parametrize("bad", ["", "javascript:alert(1)", "file:///etc/passwd", "http://", "data:text/html,x"])
def test_what_is_no_web_address_is_refused(bad):
    with pytest.raises(ValueError, match="address"):
        ids.normal_url(bad)
