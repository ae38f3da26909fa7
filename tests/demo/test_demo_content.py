"""The demo web's content: everything reachable, every class there, every contact invented, every text its own."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from demo import sites
from demo.index import Index

DEMO = Path(sites.__file__).parent
OFFICIAL = {"cx.mem.gov.cn", "zlaq.mohurd.gov.cn"}
BOARDS = {"b2b.hc360.com", "xiamen.liebiao.com"}  # the boards' own hosts: their pages are judged one by one
FORUM = "bbs.gongyoubang-luntan.com"
MONTHS = 12
PAGE_LIMIT = 20  # two pages of ten, what a run asks for

HAN = re.compile(r"[\u4e00-\u9fff]+")
SYSTEM_NAMES = re.compile(
    "特种作业操作证及安全生产知识和管理能力考核合格信息查询平台|全国工程质量安全监管信息平台|全国特种设备公示信息查询平台")
REPLY_FORM = re.compile(r'(?s)<(div) id="(?:respond|f_pst)".*?</form>')  # the blog's and the forum's own words, alike everywhere

SELLER_CLASSES = {
    "明文广告": 2, "变体：分隔符": 1, "变体：同音字": 1, "变体：表情": 1, "变体：繁体": 1, "变体：拆字": 1, "变体：拼音缩写": 1,
    "联系方式只在图片": 1, "联系方式只在二维码": 1, "只有微信": 1, "被黑网站中的一页": 2, "新闻掩护": 1, "论坛回帖": 1, "B2B 供应信息": 1,
    "分类信息": 1, "五个主机一个团伙": 5, "只买推广位": 1,
}
FAKE_CLASSES = {
    "名称明显": 1, "名称无意义": 1, "扫码打开的结果页": 1, "拆开的机关名称": 1, "抄来的备案号": 1, "应用下载页": 1, "脚本画出的页面": 1,
    "电脑手机两副面孔": 1, "免费托管上的一页": 1,
}
INNOCENT_CLASSES = {
    "打击新闻": 1, "官方警示": 3, "法规文本": 1, "裁判案例": 1, "持牌培训学校": 3, "工人提问": 2, "招聘": 2, "学校自己的证书查询": 1,
    "讲解官方查询的博客": 1, "转载的新闻": 1, "协会证书查询": 1, "体系认证查询": 1, "反诈科普": 1, "平台规则": 1, "教材与题库": 2,
    "论坛无辜讨论": 1, "培训论坛": 1, "保险": 1, "设备租赁": 2, "被黑网站的本站页面": 3, "官方查询系统": 2,
}


@pytest.fixture(scope="module")
def web():
    return sites.load(DEMO / "sites")


@pytest.fixture(scope="module")
def truths():
    return [row for path in sorted((DEMO / "truth").glob("*.yml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def texts(web):
    """Page file → its text, for every page written in words."""
    return {path: path.read_text(encoding="utf-8") for site in web.values() for path in sorted(site.folder.glob("*.html"))}


def _address(subject):
    """Host, path and whether one page is meant."""
    if "://" not in subject:
        return subject, "/", False
    parts = urlsplit(subject)
    return parts.hostname, parts.path + ("?" + parts.query if parts.query else ""), True


def _run(site, path):
    """Follow a site's own redirects to the page they end at."""
    for _ in range(3):
        page = site.page(path)
        if page is None or "redirect" not in page:
            return page
        path = page["redirect"]
    return None


def _kinds(truths, kind):
    return Counter(row["class"] for row in truths if (row["kind"] if row["kind"] in {"ad", "fake_site"} else "decoy") == kind)


@pytest.mark.parametrize(("kind", "least", "classes"), [
    ("ad", 16, SELLER_CLASSES), ("fake_site", 9, FAKE_CLASSES), ("decoy", 24, INNOCENT_CLASSES)])
def test_every_promised_class_is_there(truths, kind, least, classes):
    found = _kinds(truths, kind)
    assert found.total() >= least
    assert {name: count for name, count in classes.items() if found[name] < count} == {}


def test_truth_is_complete_and_says_each_subject_once(web, truths):
    for row in truths:
        assert set(row) == {"subject", "kind", "class", "note"} and all(row.values()), row
        assert row["kind"] in {"ad", "fake_site", "decoy"}
    assert [s for s, n in Counter(row["subject"] for row in truths).items() if n > 1] == []


def test_every_subject_has_a_reachable_page(web, truths):
    for row in truths:
        host, path, is_page = _address(row["subject"])
        site = web[host]
        page = _run(site, path)
        assert page is not None, f"{row['subject']}: no page"
        if is_page:
            assert urlsplit(row["subject"]).scheme == ("https" if site.https else "http"), row["subject"]
            assert "file" in page, row["subject"]
        else:
            assert any("file" in p for p in site.pages.values()), row["subject"]


def test_every_host_is_covered_by_the_truth(web, truths):
    covered = defaultdict(set)
    for row in truths:
        host, path, is_page = _address(row["subject"])
        covered[host].add(path if is_page else "*")
    assert set(web) == set(covered)
    for host, paths in covered.items():
        if "*" in paths:
            assert paths == {"*"}, f"{host}: both a host and pages of it are in the truth table"


def test_every_whois_answer_is_complete(web):
    for site in web.values():
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", site.created), site.host
        assert site.registrar and site.country, site.host
        assert site.ip.startswith(("203.0.113.", "198.51.100.")), site.host


def test_accused_hosts_are_young_and_innocent_ones_mostly_old(web, truths):
    kinds = {host: row["kind"] for row in truths for host, _, is_page in [_address(row["subject"])] if not is_page}
    assert [h for h, kind in kinds.items() if kind != "decoy" and web[h].created < "2026-01-01"] == []
    assert sum(web[h].created < "2020-12-31" for h, kind in kinds.items() if kind == "decoy") >= 20


def _queries():
    import crawlers.queries
    folder = Path(crawlers.queries.__file__).parent
    found = [(doc.get("theme", "ad"), query) for path in sorted(folder.glob("*.yml"))
             for doc in [yaml.safe_load(path.read_text(encoding="utf-8"))] for query in doc.get("queries") or ()]
    assert len(found) > 20
    return found


@pytest.fixture(scope="module")
def surfaced(web):
    """Address → engines that show it on their first two pages, `paid` added for advertisements."""
    index, seen = Index([entry for site in web.values() for entry in site.index]), defaultdict(set)
    for _, query in _queries():
        for engine in sites.ENGINES:
            for entry in index.find(engine, query, FORUM if engine == "discuz" else "")[:PAGE_LIMIT]:
                seen[entry.url].add(engine)
            for entry in index.advertised(engine, query):
                seen[entry.url].add("paid")
    return seen


def test_every_indexed_page_is_surfaced_by_the_query_lists(web, surfaced):
    entries = [entry for site in web.values() for entry in site.index]
    assert [entry.url for entry in entries if entry.url not in surfaced] == []


def test_entries_are_spread_over_engines_and_some_stand_on_one_alone(web):
    entries = [entry for site in web.values() for entry in site.index]
    count = Counter(engine for entry in entries for engine in entry.engines)
    assert {e for e in ("so360", "baidu", "toutiao") if count[e] < 20} == set()
    assert all(count[e] >= 2 for e in ("hc360", "liebiao", "discuz"))
    assert sum(len(entry.engines | entry.paid) == 1 for entry in entries) >= 4
    assert any(entry.paid and not entry.engines for entry in entries)


def test_some_fakes_are_reachable_only_from_a_seller(web, truths, texts):
    hidden = []
    for row in truths:
        host, path, is_page = _address(row["subject"])
        if row["kind"] == "fake_site" and not any(not is_page or entry.url == row["subject"] for entry in web[host].index):
            hidden.append((host, path if is_page else ""))
    assert len(hidden) >= 5
    led = list(_led_to(web, truths))
    assert [host + path for host, path in hidden if not any(urlsplit(u).hostname == host and path in u for u in led)] == []


def _led_to(web, truths):
    """Addresses that sellers' pages link to or show as a QR code."""
    hosts = {_address(row["subject"])[0] for row in truths if row["kind"] == "ad"}
    for host in hosts:
        for page in web[host].pages.values():
            if "qr" in page:
                yield page["qr"]
        for path in web[host].folder.glob("*.html"):
            yield from re.findall(r'href="(https?://[^"]+)"', path.read_text(encoding="utf-8"))


def test_the_five_hosts_share_one_wechat_id(web, truths):
    hosts = [row["subject"] for row in truths if row["class"] == "五个主机一个团伙"]
    ids = [set(re.findall(r"\bzhengwang_[a-z0-9]+", "".join(p.read_text(encoding="utf-8") for p in web[h].folder.glob("*.html"))))
           for h in hosts]
    assert len(hosts) == 5 and set.intersection(*ids) == set.union(*ids) != set()


def test_contacts_in_pictures_are_nowhere_in_the_words(web):
    for host, kind in (("zhilengzheng.top", "picture"), ("chache-zheng-kb.com", "qr")):
        words = "".join(p.read_text(encoding="utf-8") for p in web[host].folder.glob("*.html"))
        hidden = [str(p[kind]) for p in web[host].pages.values() if kind in p]
        contact = re.search(r"1390000\d{4}|[a-z]+_[a-z0-9_]+", re.sub(r"(?<=\d) (?=\d)", "", " ".join(hidden)))
        assert contact and contact[0] not in words
        assert not re.search(r"1[3-9]\d{9}", re.sub(r"[\s-]", "", sites.visible(words)))


def test_split_names_copied_numbers_downloads_scripts_and_two_faces(web):
    split = (web["zjcx-yjgl.com"].folder / "index.html").read_text(encoding="utf-8")
    assert "应急管理部" not in split and "应急管理部" in re.sub(r"<!--.*?-->|<[^>]+>", "", split)
    official = "".join(p.read_text(encoding="utf-8") for p in web["cx.mem.gov.cn"].folder.glob("*.html"))
    copied = (web["www.safetycert-query.com.cn"].folder / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r"ICP备\d+号-\d", copied)) <= set(re.findall(r"ICP备\d+号-\d", official)) != set()
    assert any(p.get("attachment", "").endswith(".apk") for p in web["app.aqzs-cx.com"].pages.values())
    assert HAN.findall(sites.visible((web["tzzycx.xyz"].folder / "index.html").read_text(encoding="utf-8"))) == []
    assert any("mobile" in p for p in web["www.zsyz-china.com"].pages.values())
    assert any("searched" in p for p in web["www.linxi-no3middle.cn"].pages.values())


def test_links_lead_into_the_demo_web_only(web, texts):
    targets = {urlsplit(url).hostname for text in texts.values() for url in re.findall(r'(?:href|src|action)="(https?://[^"]+)"', text)}
    targets |= {urlsplit(p["qr"]).hostname for site in web.values() for p in site.pages.values() if str(p.get("qr", "")).startswith("http")}
    assert targets and targets <= set(web)
    assert not any(re.search(r'(?:src|href)="//', text) for text in texts.values())


def test_pictures_of_pages_are_served(web):
    for site in web.values():
        for path in site.folder.glob("*.html"):
            for source in re.findall(r"<img[^>]+src=[\"'](/[^\"']+)", path.read_text(encoding="utf-8")):
                assert site.page(source) is not None, f"{path}: {source}"


def _digits(text):
    """Digits of a page as a reader sees them: separators, emoji and look-alikes undone."""
    text = text.replace("\ufe0f\u20e3", "").replace("○", "0").replace("㊀", " ")
    text = re.sub(r"(?<=\d)[\s.\-]+(?=\d{4}\b)", "", sites.visible(text))
    return re.sub(r"(?<=139)[oO]{4}", "0000", text)


def test_every_contact_is_of_the_invented_kind(web, texts):
    more = [str(p[k]) for site in web.values() for p in site.pages.values() for k in ("qr", "picture", "text") if k in p]
    more += [f"{e.title} {e.snippet}" for site in web.values() for e in site.index]
    phones = qqs = 0
    for text in [*texts.values(), *more]:
        plain = _digits(text)
        for number in re.findall(r"(?<![\dA-Za-z.])1[3-9]\d{9}(?!\d)", plain):
            assert number.startswith("1390000"), number
            phones += 1
        for number in re.findall(r"(?i)(?:QQ|扣扣)\D{0,4}(\d[\d ]{4,20}\d)", plain):
            assert number.replace(" ", "").startswith("9000000"), number
            qqs += 1
        for number in re.findall(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)", plain):
            assert number.partition("-")[2].startswith("0000"), number
        for number in re.findall(r"(?:ICP备|ICP证)(\d+)", plain):
            assert "000" in number[4:], number
        for number in re.findall(r"公网安备\s*(\d+)号", plain):
            assert "000" in number[2:10], number
        assert not re.search(r"(?<!\d)[1-6]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[2-9]|[12]\d|3[01])\d{3}[\dX](?!\d)", plain)
    assert phones > 20 and qqs > 3


def test_pages_are_of_real_weight(texts):
    shell = [path for path in texts if "tzzycx.xyz" in str(path)]
    small = [path for path, text in texts.items() if len(text.encode()) < 2_000 and path not in shell]
    assert small == []
    assert max(len(text.encode()) for text in texts.values()) < 30_000
    assert sum(len(text.encode()) > 3_000 for text in texts.values()) > 0.9 * len(texts)


def test_no_page_shares_long_text_with_another(texts):
    size, owner, shared = 28, {}, Counter()
    for path, text in texts.items():
        words = SYSTEM_NAMES.sub("", sites.visible(REPLY_FORM.sub("", text)))
        run = "".join(HAN.findall(words))
        for piece in {run[i:i + size] for i in range(len(run) - size + 1)}:
            first = owner.setdefault(piece, path)
            if first.parent != path.parent:
                shared[first.parent.name, path.parent.name] += 1
    assert shared == Counter()


def test_gbk_pages_can_be_sent_in_their_charset(web):
    old = [site for site in web.values() if site.charset == "gbk"]
    assert len(old) >= 4
    for site in old:
        for path in site.folder.glob("*.html"):
            text = path.read_text(encoding="utf-8")
            assert "charset=gbk" in text
            text.encode("gbk")
