"""Pictures: QR codes are read, hashes compare, and no picture can hurt or stop the judge."""

import io

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from classifiers.media import MAX_BYTES, distance, read_image

TARGET = "https://q.shigongzheng.example/c?id=20931"


def _code(text: str = TARGET, scale: int = 4) -> Image.Image:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(made, scale=scale)))


def _poster(scale: int = 4) -> Image.Image:
    sheet = Image.new("RGB", (900, 1200), "#f4efe0")
    ImageDraw.Draw(sheet).rectangle((60, 60, 840, 420), fill="#8b1a1a")
    sheet.paste(_code(scale=scale), (340, 640))
    return sheet


def _bytes(picture: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_bytes(_code()), id="bare code"),
        pytest.param(_bytes(_poster()), id="poster"),
        pytest.param(_bytes(_poster(), "JPEG", quality=40), id="squeezed poster"),
        pytest.param(_bytes(_poster().rotate(37, expand=True, fillcolor="white")), id="turned poster"),
        pytest.param(_bytes(_code(scale=1)), id="one pixel a module"),
        pytest.param(_bytes(_poster().convert("P"), "GIF"), id="gif"),
        pytest.param(_bytes(_poster(), "WEBP"), id="webp"),
        pytest.param(
            _bytes(
                Image.merge(
                    "LA", (Image.new("L", (132, 132), 0), Image.eval(_code(), lambda v: 255 - v).resize((132, 132)))
                )
            ),
            id="on glass",
        ),
    ],
)
def test_a_code_is_read(data: bytes) -> None:
    assert read_image(data, "p").qr == (TARGET,)


def test_several_codes_are_each_read_once() -> None:
    sheet = Image.new("L", (600, 300), 255)
    sheet.paste(_code("https://a.example/1"), (10, 10))
    sheet.paste(_code("weixin://x"), (300, 10))
    assert set(read_image(_bytes(sheet), "p").qr) == {"https://a.example/1", "weixin://x"}


def test_a_copy_has_nearly_the_same_hash_and_another_picture_has_not() -> None:
    original = read_image(_bytes(_poster()), "a").phash
    assert distance(original, read_image(_bytes(_poster(), "JPEG", quality=35), "b").phash) <= 8
    other = Image.radial_gradient("L").resize((900, 1200))
    assert distance(original, read_image(_bytes(other), "c").phash) > 16
    with pytest.raises(ValueError, match="感知哈希"):
        distance(original, "")


def _bomb() -> bytes:
    return _bytes(Image.new("1", (20_000, 20_000)))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "无法读取", id="nothing"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "无法读取", id="svg"),
        pytest.param(_bytes(_poster())[:2000], "无法读取", id="cut short"),
        pytest.param(_bomb(), "像素超过上限", id="pixel bomb"),
        pytest.param(b"\x89PNG" + b"\0" * (MAX_BYTES + 1), "超过 20 MiB", id="too many bytes"),
    ],
)
def test_a_bad_picture_is_explained_and_not_raised(data: bytes, said: str) -> None:
    found = read_image(data, "p")
    assert said in found.note
    assert found.qr == ()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1500), st.binary(min_size=1, max_size=40))
def test_a_damaged_picture_never_raises(place: int, noise: bytes) -> None:
    data = _DAMAGED[:place] + noise + _DAMAGED[place + len(noise) :]
    assert read_image(data, "p").name == "p"


_DAMAGED = _bytes(_code(), "PNG")
