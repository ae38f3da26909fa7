import pytest

from review import leads, scoring


@pytest.fixture
def truth(tmp_path):
    def write(text):
        folder = tmp_path / "truth"
        folder.mkdir()
        (folder / "a.yml").write_text(text, encoding="utf-8")
        return folder
    return write


TRUTH = """
- {subject: seller.example, kind: ad, class: plain}
- {subject: "http://hacked.example/ad", kind: ad, class: injected}
- {subject: fake.example, kind: fake_site, class: telling_name}
- {subject: news.example, kind: decoy, class: news}
- {subject: hidden.example, kind: decoy, class: school}
"""


def test_found_missed_accused_and_unknown_are_told_apart(store, judged, truth):
    judged("http://seller.example/x")
    judged("http://hacked.example/ad", scope="page")
    judged("http://fake.example/", kind="ad")  # the wrong accusation does not count as found
    judged("http://news.example/1", band="medium")
    judged("http://surprise.example/")
    judged("http://hidden.example/", band="low")
    leads.build(store)
    got = scoring.score(store, scoring.load(truth(TRUTH)))
    assert (got.expected, got.found) == ({"ad": 2, "fake_site": 1}, {"ad": 2, "fake_site": 0})
    assert [t.subject for t in got.missed] == ["fake.example"]
    assert [t.subject for t in got.accused] == ["news.example"]
    assert got.unknown == ["surprise.example"]
    assert got.unseen_decoys == []
    assert not got.perfect


def test_a_decoy_nobody_captured_proves_nothing(store, judged, truth):
    judged("http://seller.example/x")
    leads.build(store)
    got = scoring.score(store, scoring.load(truth(TRUTH)))
    assert [t.subject for t in got.unseen_decoys] == ["news.example", "hidden.example"]


def test_a_bad_truth_entry_is_named(truth):
    with pytest.raises(scoring.TruthError, match=r"a\.yml: entry 1"):
        scoring.load(truth("- {subject: x.example}"))


def test_a_missing_truth_is_no_perfect_score(tmp_path):
    with pytest.raises(scoring.TruthError, match="no truth"):
        scoring.load(tmp_path)
