"""What a query page resembles as a whole: the sites known to pose as official ones, or lawful ones. See `classifiers.wording`."""

from __future__ import annotations

from collections.abc import Iterable

from classifiers.features import family
from classifiers.features.wording import telling, told
from classifiers.reading import Hit, Reading
from classifiers.wording import FAKES, Words, likeness, shipped

MEANS = {
    "posing.close": "用语与要素同已知冒牌查询网站极近",
    "posing.unlike": "用语与要素不像冒牌查询网站",
}
CLOSE, THIN, UNLIKE = 0.3, 2.2, -1.5  # scores of the model; see docs/weights.md for what they let through on pages it was not fitted on
# Who asks for a number, shows a certificate or hands out an app may pose as an authority; who only calls himself one has to be
# nearer to those known.
_SIGNS = ("form.query", "form.lookup", "card.filled", "card.in_picture", "app.package", "app.words", "identity.shell")
_CLAIMS = ("claim.body", "claim.registered", "claim.state", "claim.system", "claim.script")
_PAPERS, _SHORT = ("certificate.safety", "certificate.named", "certificate.generic"), 400  # and who shows next to nothing else
_LEAST = 30  # a headline names an authority, and poses as nobody


@family("posing", MEANS)
def find(reading: Reading) -> Iterable[Hit]:
    """At most one hit, at the clause that weighs most."""
    if not asked(reading):
        return
    found = likeness(words(reading), shipped(FAKES))
    if found.score < UNLIKE:
        yield reading.fact("posing.unlike", f"{found.score:.1f}", "html")
    if found.score >= (CLOSE if any(map(reading.has, _SIGNS)) else THIN):
        yield reading.spot("posing.close", *telling(reading, found), value=told(found))


def asked(reading: Reading) -> bool:
    """Whether the model is asked at all."""
    length = len(reading.folded.text)
    if any(map(reading.has, _SIGNS)):
        return length > 0
    return (length >= _LEAST and any(map(reading.has, _CLAIMS))) or (0 < length <= _SHORT and any(map(reading.has, _PAPERS)))


def words(reading: Reading) -> Words:
    """What the model reads of a site: all its text, foot and menus with it, and its marks."""
    return Words(reading.folded.text, "", reading.marks)
