"""Two pictures compared: what differs is red, what is the same stays pale, hostile sizes are bounded."""

import io

import pytest
from PIL import Image

from exports.pictures import PictureError
from review.desk import pictures


def png(size=(400, 300), spots=()):
    picture = Image.new("RGB", size, "white")
    for box in spots:
        picture.paste("black", box)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def compared(world, one, other):
    pair = [world.page(f"http://p{n}.example/", "", "", shot=data) for n, data in enumerate((one, other))]
    data = pictures.difference(world.store, world.vault, *((p.id, "screenshot-full") for p in pair))
    return Image.open(io.BytesIO(data))


def reds(picture):
    return sum(1 for r, g, b in picture.get_flattened_data() if r > 150 and g < 60 and b < 60)


CASES = {"the same": (png(), png(), 0, 0), "one spot": (png(spots=[(50, 50, 90, 90)]), png(), 1400, 1800),
         "the other's spot": (png(), png(spots=[(50, 50, 90, 90)]), 1400, 1800), "longer": (png(), png((400, 500), [(0, 400, 400, 450)]), 19_000, 21_000),
         "another width, same page": (png((400, 300)), png((800, 600)), 0, 0)}


@pytest.mark.parametrize("case", CASES)
def test_red_is_where_they_differ(world, case):
    one, other, least, most = CASES[case]
    assert least <= reds(compared(world, one, other)) <= most


def test_sides_are_bounded(world):
    found = compared(world, png((900, 8000)), png((10, 4000)))
    assert found.width <= pictures.COMPARED[0]
    assert found.height <= pictures.COMPARED[1]


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50], ids=["empty", "text", "torn"])
def test_what_is_no_picture_is_refused(world, data):
    capture = world.page("http://p.example/", "", "", shot=data or b" ")
    with pytest.raises(PictureError):
        pictures.served(world.store, world.vault, capture.id, "screenshot-full")
