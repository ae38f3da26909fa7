"""The whole stage: real servers, everything stored, nobody asked twice, nothing hangs."""

import json
import time

import pytest

from crawlers import sitefacts
from evidence import ids, intake
from evidence.archive import WarcWriter
from evidence.config import ConfigError, load
from evidence.records import Capture

REPLY = "Domain Name: {name}\r\nSponsoring Registrar: 虚构网络\r\nRegistration Time: 2026-09-01 08:00:00\r\nName Server: ns.x.example\r\n"


@pytest.fixture
def place(home, name_server, whois_server, store):
    """A home whose configuration names the test's own servers; place(host) makes a host that answers."""
    def configure(more="", facts=""):
        home.config.write_text(
            f'[network]\nresolvers = ["{name_server.address}"]\nwhois = "{whois_server.address}"\nconnect_timeout = 0.5\n{more}\n'
            f'[facts]\nrdap = false\nwhois_interval = 0.0\n{facts}\n', encoding="utf-8")

    def host(name, ip="203.0.113.9"):
        name_server.names[name] = {"A": [ip]}
        whois_server.replies[name.split(".", 1)[1] if name.startswith("www.") else name] = REPLY.format(name=name)
    configure()
    host.configure = configure
    host.run = store.begin_run("daily", "2026-11-24")
    return host


def capture(store, home, run, url, html):
    writer = WarcWriter.create(home, run, "t")
    body = writer.response(capture_id="c", url=url, status=200, headers=[("Content-Type", "text/html")], body=html.encode())
    now = ids.utc_now()
    store.add_capture(Capture(id=ids.new_id(), run=run, asked_url=url, url=url, started=now, ended=now, means="http",
                              profile="desktop", outcome="ok", status=200, headers=(("Content-Type", "text/html; charset=utf-8"),),
                              artifacts=(body,)))
    store.add_warc(writer.close())


def kinds(store, host):
    return {f.kind: f for f in store.site_facts(host)}


def test_every_kind_is_stored_with_time_server_and_reason(home, store, place):
    place("www.a-query.cn")
    events = []
    assert sitefacts.run(home, place.run, ["WWW.A-Query.cn"], events.append) == 0
    found = kinds(store, "www.a-query.cn")
    assert set(found) == {"dns", "tls", "whois", "ip", "icp", "hosting"}
    assert found["whois"].value["created_day"] == "2026-09-01" and found["whois"].ok
    assert not found["tls"].ok and "refused" in found["tls"].note, "documentation addresses are not contacted"
    assert not found["ip"].ok and "no provider is configured" in found["ip"].note
    assert all(f.at and f.run == place.run for f in found.values())
    assert events == [{"event": "page", "url": "www.a-query.cn", "outcome": "unknown: icp, ip, tls", "done": 1, "waiting": 0}]
    judged = sitefacts.facts_for_judge(store, "www.a-query.cn")
    assert judged == {"domain_created": "2026-09-01", "registrar": "虚构网络", "as_of": found["whois"].at[:10]}


def test_nobody_is_asked_twice_within_the_days_and_unknowns_wait_a_day(home, store, place, name_server, whois_server):
    place("a.cn")
    sitefacts.run(home, place.run, ["a.cn"])
    before = len(name_server.asked), len(whois_server.asked)
    assert sitefacts.due(store, load(home), ["a.cn", "A.cn", ""]) == []
    sitefacts.run(home, place.run, ["a.cn"])
    assert (len(name_server.asked), len(whois_server.asked)) == before
    place.configure(facts="days = 0.0")
    assert sitefacts.due(store, load(home), ["a.cn"]) == ["a.cn"], "after the days it is due again"


def test_hosts_of_one_domain_share_one_whois_question(home, store, place, whois_server, name_server):
    for host in ("a.cn", "www.a.cn"):
        place(host)
    sitefacts.run(home, place.run, ["a.cn", "www.a.cn"])
    assert whois_server.asked == ["a.cn"]
    name_server.names["m.a.cn"] = {"A": ["203.0.113.9"]}
    sitefacts.run(home, place.run, ["m.a.cn"])
    assert whois_server.asked == ["a.cn"], "nor is it asked again by a later stage"
    assert kinds(store, "m.a.cn")["whois"].at == kinds(store, "a.cn")["whois"].at, "the time is that of the answer"


def test_silent_servers_leave_unknowns_in_bounded_time(home, store, place, name_server, whois_server):
    for n in range(6):
        name_server.names[f"s{n}.cn"] = "silent"
        whois_server.replies[f"s{n}.cn"] = "x"
    began = time.monotonic()
    code = sitefacts.run(home, place.run, [f"s{n}.cn" for n in range(6)])
    assert time.monotonic() - began < 8
    assert code == 4, "nobody said anything: that is no quiet success"
    found = kinds(store, "s3.cn")
    assert {k: f.ok for k, f in found.items()} == dict.fromkeys(("dns", "tls", "whois", "ip", "icp", "hosting"), False)
    assert all(f.note for f in found.values())


def test_a_literal_address_has_no_registration(home, store, place):
    sitefacts.run(home, place.run, ["203.0.113.77"])
    assert set(kinds(store, "203.0.113.77")) == {"tls", "ip", "icp", "hosting"}


@pytest.mark.parametrize(("more", "facts", "field"), [
    ("", 'ip2region = ["/nowhere/x.xdb"]', "ip2region"), ("", 'rdap_bootstrap = "/nowhere/dns.json"', "rdap_bootstrap"),
], ids=["xdb", "bootstrap"])
def test_a_setting_that_names_no_file_stops_before_anything_is_asked(home, place, name_server, more, facts, field):
    place.configure(more, facts)
    with pytest.raises(ConfigError, match=field):
        sitefacts.run(home, place.run, ["a.cn"])
    assert name_server.asked == []


def test_a_resolver_that_is_none_stops_too(home, place, whois_server):
    home.config.write_text('[network]\nresolvers = ["dns.example"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"network\.resolvers"):
        sitefacts.run(home, place.run, ["a.cn"])


def file_filings(store, run, *rows):
    record = intake.Import(ids.new_id(), "icp", "备案导出.csv", "0" * 64, 1, "", "某某", "导出", run, len(rows), 0, (), ids.utc_now())
    intake.add(store, record, [intake.FiledSite(f"第 {n} 行", *row) for n, row in enumerate(rows, 2)])


PAGE = "<title>查询</title><body><p>证书查询</p><footer>闽ICP备 2020021857 号-1　闽公网安备 35010202001523号</footer>"


def test_a_copied_number_is_told_by_its_real_owner(home, store, place):
    place("www.a-query.cn")
    capture(store, home, place.run, "https://www.a-query.cn/", PAGE)
    sitefacts.run(home, place.run, ["www.a-query.cn"])
    fact = kinds(store, "www.a-query.cn")["icp"]
    assert [(n["number"], n["kind"], n["problem"], n["covers"]) for n in fact.value["numbers"]] == [
        ("闽ICP备2020021857号", "icp", "", None), ("闽公网安备35010202001523号", "police", "", None)]
    assert sitefacts.facts_for_judge(store, "www.a-query.cn")["icp_in_footer"] == "闽ICP备2020021857号"
    assert "icp_real_owner" not in sitefacts.facts_for_judge(store, "www.a-query.cn")

    file_filings(store, place.run, ("闽ICP备2020021857号", "1", "real-owner.cn", "某省某某厅"))
    assert sitefacts.refresh_filings(store, place.run, ["闽ICP备2020021857号"]) == ["www.a-query.cn"]
    assert sitefacts.facts_for_judge(store, "www.a-query.cn")["icp_real_owner"] == "某省某某厅"
    assert sitefacts.refresh_filings(store, place.run, ["闽ICP备2020021857号"]) == [], "nothing new to tell"


def test_the_owner_of_its_own_number_is_not_accused(home, store, place):
    place("www.a-query.cn")
    capture(store, home, place.run, "https://www.a-query.cn/", PAGE)
    file_filings(store, place.run, ("闽ICP备2020021857号", "1", "a-query.cn", "某某职业培训学校"))
    sitefacts.run(home, place.run, ["www.a-query.cn"])
    fact = kinds(store, "www.a-query.cn")["icp"]
    assert fact.value["numbers"][0]["covers"] is True and fact.value["filed"][0]["owner"] == "某某职业培训学校"
    assert "icp_real_owner" not in sitefacts.facts_for_judge(store, "www.a-query.cn")


def test_filings_without_domains_accuse_nobody(home, store, place):
    place("www.a-query.cn")
    capture(store, home, place.run, "https://www.a-query.cn/", PAGE)
    file_filings(store, place.run, ("闽ICP备2020021857号", "", "", "某省某某厅"))
    sitefacts.run(home, place.run, ["www.a-query.cn"])
    assert "icp_real_owner" not in sitefacts.facts_for_judge(store, "www.a-query.cn")


def test_countries_of_several_addresses_are_abroad_only_when_all_are(store, place):
    from evidence.records import SiteFact

    for n, code in enumerate(("US", "CN")):
        store.add_site_fact(SiteFact(ids.new_id(), place.run, f"h{n}.cn", "ip", {"country_code": "US", "ip": "x"}, "", "s", ids.utc_now()))
        store.add_site_fact(SiteFact(ids.new_id(), place.run, f"h{n}.cn", "ip", {"country_code": code, "ip": "y"}, "", "s", ids.utc_now()))
    assert sitefacts.facts_for_judge(store, "h0.cn") == {"ip_country": "US"}
    assert sitefacts.facts_for_judge(store, "h1.cn") == {"ip_country": "CN"}
    assert sitefacts.facts_for_judge(store, "") == {}


def test_the_stage_runs_as_a_process(home, store, place):
    import subprocess
    import sys

    place("a.cn")
    ran = subprocess.run([sys.executable, "-m", "crawlers.run", "facts", "--home", str(home.root), "--run", place.run, "--hosts", "a.cn"],
                         capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1])["event"] == "end" and "whois" in kinds(store, "a.cn")


def test_who_stands_behind_a_site_is_put_together_with_its_grounds(home, store, place, name_server):
    place("www.a-query.cn")
    name_server.names["www.a-query.cn"] = {"CNAME": ["www.a-query.cn.w.kunlunaq.com."], "A": ["203.0.113.9"]}
    name_server.names["a-query.cn"] = {"NS": ["dns9.hichina.com.", "ns1.unheard-of.example."]}
    capture(store, home, place.run, "https://www.a-query.cn/", PAGE.replace("</footer>", "技术支持：虚构网络科技有限公司</footer>"))
    sitefacts.run(home, place.run, ["www.a-query.cn"])
    links = {(link["role"], link["name"]) for link in kinds(store, "www.a-query.cn")["hosting"].value["links"]}
    assert links == {("registrar", "虚构网络"), ("dns", "阿里云（万网）"), ("dns", ""), ("cdn", "阿里云"),
                     ("support", "虚构网络科技有限公司")}
