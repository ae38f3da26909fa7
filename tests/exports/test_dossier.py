"""The dossier of a lead tells everything stored about it, and how its page was reached."""

import io

import pytest
from PIL import Image

from evidence.records import Contact
from exports import pictures
from exports.dossier import DossierError, load
from exports.pictures import PictureError


def test_a_dossier_holds_everything_about_its_lead(busy):
    told = load(busy.store, busy.leads["seller"])
    assert told.lead.subject == told.host == "banzheng.example"
    assert {c.profile for c in told.captures} == {"desktop", "mobile"}
    assert len(told.verdicts) == len(told.captures) == 3
    assert told.captures[0] == told.capture
    assert Contact("wechat", "banzheng_test", "banzheng_test") in told.contacts
    assert told.runs[0].environment == {"tool": "test"}
    assert {e.event for e in told.custody} >= {"captured", "judged", "lead", "linked", "archived"}
    assert [e.seq for e in told.custody] == sorted(e.seq for e in told.custody)
    assert told.shot("mobile")[1].name == "screenshot-first"
    assert told == load(busy.store, busy.leads["seller"])


def test_decisions_facts_and_state(busy):
    told = load(busy.store, busy.leads["released"])
    assert told.state == "released"
    assert [d.move for d in told.decisions] == ["confirm", "second"]
    assert told.fact("ip").value["asn"] == 64500
    assert told.fact("whois") is None


def test_the_entry_path_goes_back_to_the_search(world):
    hit = world.serp(query="电工证 免考", rank=4, url="http://ad.example/")
    ad = world.page("http://ad.example/", origin=hit.id, why="sighting")
    verdict = world.verdict(ad)
    lead = world.lead("cx.example", kind="fake_site", captures=False)
    landing = world.page("http://cx.example/q", origin=verdict.id, why="qr")
    world.store.add_lead_verdict(lead, world.verdict(landing, kind="fake_site", score=99.0).id)
    world.seal()
    told = load(world.store, lead)
    steps = told.entry
    assert [(s.kind, s.url.split("/")[2]) for s in steps] == [("search", "www.so360.example"), ("page", "ad.example")]
    assert steps[0].sighting.rank == 4
    assert steps[1].verdict == "qr"
    arrived = {e.subject_id for e in told.custody if e.event == "captured"}
    assert {landing.id, ad.id, hit.serp_capture} <= arrived  # what is packaged can be traced in the extract


def test_a_page_somebody_named_has_one_step(world):
    lead = world.lead("cx.example", kind="fake_site", captures=False)
    named = world.page("http://cx.example/", origin="", why="manual")
    world.store.add_lead_verdict(lead, world.verdict(named, kind="fake_site", score=99.0).id)
    assert [s.kind for s in load(world.store, lead).entry] == ["given"]


def test_a_circle_ends(world):
    lead = world.lead("cx.example", captures=False)
    a = world.page("http://cx.example/", origin="nowhere")
    world.store.add_lead_verdict(lead, world.verdict(a, score=99.0).id)
    assert len(load(world.store, lead).entry) == 1


def test_a_lead_without_verdict_is_told(world):
    from evidence import ids
    from evidence.records import Lead

    world.store.add_lead(Lead("x1", "ad", "a.example", "host", "v", ids.utc_now()))
    with pytest.raises(DossierError, match="dajia judge"):
        load(world.store, "x1")


# -- pictures ---------------------------------------------------------------------------------
def png(width=60, height=40, mode="RGB"):
    out = io.BytesIO()
    Image.new(mode, (width, height), 128 if mode == "L" else None).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "LA"])
def test_a_bar_stands_over_any_picture(mode):
    made = pictures.with_bar(png(800, 600, mode), ["网址：http://a.example/" + "很长" * 200, "时间\u202e\x07"])
    seen = Image.open(io.BytesIO(made.data))
    assert seen.size == (made.width, made.height)
    assert seen.width == 800
    assert seen.height > 600
    assert seen.getpixel((3, 3))[0] < 80  # the bar is dark


def test_a_long_page_is_cut_and_the_bar_is_taller_for_saying_so():
    short = pictures.with_bar(png(600, 500), ["a"], height=1000)
    long = pictures.with_bar(png(600, 3000), ["a"], height=1000)
    assert long.height - 1000 > short.height - 500


def test_coarse_pictures_cannot_be_read():
    page = Image.new("RGB", (640, 320), "white")
    for x in range(0, 640, 4):
        page.paste("black", (x, 0, x + 2, 320))
    out = io.BytesIO()
    page.save(out, "PNG")
    made = Image.open(io.BytesIO(pictures.with_bar(out.getvalue(), ["a"], coarse=True).data)).convert("L")
    row = [made.getpixel((x, made.height - 20)) for x in range(8, 632)]
    assert max(row) - min(row) < 80  # black and white stripes are gone


@pytest.mark.parametrize("data", [b"", b"not a picture", png()[:40], b"\x89PNG\r\n\x1a\n" + b"\0" * 30,
                                  b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
                         ids=["empty", "text", "torn", "header only", "eps", "svg"])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(PictureError):
        pictures.thumbnail(data)


def test_a_bomb_is_not_opened(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1000)
    with pytest.raises(PictureError, match="像素"):
        pictures.opened(png(100, 100))


def test_thumbnails_fit():
    made = pictures.thumbnail(png(1366, 9000))
    assert made.width <= 320
    assert made.height <= 240
