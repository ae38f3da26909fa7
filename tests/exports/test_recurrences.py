"""What came back on a day: up again, at another address."""

from evidence import followup, ids
from evidence.followup import Successor
from exports.recurrences import recurrences

DAY, BEFORE, THEN = "2026-03-09", "2026-03-05T03:00:00.000000Z", "2026-03-09T03:00:00.000000Z"


def test_a_page_at_a_new_host_and_a_site_up_again_are_told_on_their_day(world):
    moved = world.lead("alt.example", captures=False, at=BEFORE)
    back = world.lead("wieder.example", captures=False, at=BEFORE)
    followup.add_successor(world.store, Successor(ids.new_id(), moved, "neu.example", "http://neu.example/", "content", "c", "o", THEN))
    world.check(back, "down", at=BEFORE)
    world.check(back, "up", at=THEN)
    world.seal()
    found = {(r.subject, r.why, r.of) for r in recurrences(world.store, "", DAY)}
    assert ("neu[.]example", "换地址再现：网页文字相同", "alt[.]example") in found
    assert ("wieder[.]example", "下线后又能访问", "") in found
    assert not [r for r in recurrences(world.store, "", "2026-03-10") if r.why.startswith("换地址")]
