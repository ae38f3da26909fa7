"""The demo web that ships: it loads, its engines can find all of it, and its configuration fits it."""

import pytest

from crawlers import queries, sources
from demo.sites import ENGINES, WALLS
from demo.web import FOLDER, Web
from evidence import config as settings

PAGES = 2  # what demo/dajia.toml lets a source ask per query


@pytest.fixture(scope="module")
def web():
    return Web()


def test_there_is_a_web(web):
    assert len(web.sites) > 40
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(web.sites)


@pytest.mark.parametrize("name", ENGINES)
def test_our_queries_reach_every_entry(web, name):
    one = next(o for own in web._standins.values() for o in own if o.name == name)
    entries = [entry for site in web.sites.values() for entry in site.index]
    asked = [one.shown(query.text, page) for query in queries.load() for page in range(1, PAGES + 1)]
    assert {e.url for e in entries if name in e.engines} - {e.url for s in asked for e in s.entries} == set()
    assert {e.url for e in entries if name in e.paid} - {e.url for s in asked for e in s.paid} == set()


def test_the_configuration_fits_the_web(web):
    config = settings.load_file(FOLDER.with_name("dajia.toml"))
    assert set(config.source("discuz").options["hosts"]) == web.index.hosts("discuz")
    assert config.crawl.pages_per_query == PAGES
    asked = {name for name, source in sources.classes().items() if source.enabled(config.source(name))}
    read = {name for name in asked if sources.classes()[name].entry == "site"}  # these read pages of the sites
    assert asked == {*ENGINES, *WALLS, *read}  # what has no stand-in is switched off, what has one is on
    assert {h for name in read for h in sources.classes()[name].hosts} <= set(web.sites)
