import pytest

from review import leads


def subjects(store):
    return {(r["kind"], r["subject"]): (r["band"], r["verdicts"]) for r in store.rows("SELECT * FROM v_leads")}


@pytest.mark.parametrize(("kind", "scope", "url", "subject"), [
    ("ad", "host", "http://Seller.Example:80/a?b=1", "seller.example"),
    ("fake_site", "host", "https://查询.example/c/1", "xn--jvv041f.example"),
    ("ad", "page", "http://BBS.example/t?id=1#reply", "http://bbs.example/t?id=1"),
    ("ad", "page", "not a url", "not a url"),
], ids=["host", "punycode", "page", "odd address"])
def test_what_a_verdict_accuses(kind, scope, url, subject):
    assert leads.subject_of(kind, scope, url) == subject


def test_verdicts_of_one_host_are_one_lead(store, judged):
    judged("http://seller.example/a")
    judged("http://seller.example/b", band="medium")
    judged("http://seller.example/c", band="low")
    count = leads.build(store)
    assert (count.new, count.tied) == (1, 3)
    assert subjects(store) == {("ad", "seller.example"): ("high", 3)}


def test_weak_verdicts_make_no_lead(store, judged):
    judged(band="low")
    judged("http://other.example/", band="none", kind="none")
    assert leads.build(store).new == 0
    assert subjects(store) == {}


def test_page_leads_leave_their_host_alone(store, judged):
    judged("http://bbs.example/t1", scope="page")
    judged("http://bbs.example/t2", scope="page")
    leads.build(store)
    assert set(subjects(store)) == {("ad", "http://bbs.example/t1"), ("ad", "http://bbs.example/t2")}


def test_building_twice_changes_nothing(store, judged):
    judged()
    leads.build(store)
    assert leads.build(store) == leads.LeadCount(0, 0)


def test_a_later_verdict_that_clears_reaches_the_lead(store, judged):
    capture, _ = judged()
    leads.build(store)
    judged(capture=capture, band="none", kind="none", ruleset="r2")
    leads.build(store)
    assert subjects(store) == {("ad", "cert.example"): ("none", 2)}


def test_leads_are_found_by_id_beginning_subject_or_part(store, judged):
    judged("http://one.example/")
    judged("http://two.example/")
    leads.build(store)
    lead = leads.find(store, "one.example")
    assert leads.find(store, lead.id) == lead == leads.find(store, " one.ex ")
    with pytest.raises(leads.NoSuchLead, match="多条"):
        leads.find(store, "example")
    with pytest.raises(leads.NoSuchLead, match="没有线索"):
        leads.find(store, "three%")
