import pytest

from evidence.config import Config, ConfigError, load


def test_an_absent_file_means_every_default(home):
    assert load(home) == Config()


@pytest.mark.parametrize(("text", "message"), [
    ("[crawl\n", "not valid TOML"),
    ("[crawl]\ndely = 3", "did you mean 'delay'"),
    ("[netwrok]\nproxy = ''", "did you mean 'network'"),
    ("[crawl]\ndelay = 'soon'", "field crawl.delay"),
    ('[sources.baidu]\nrobots = "override"', "legal_basis"),
    ('[sources.baidu]\nrobot = "obey"', "did you mean 'robots'"),
], ids=["syntax", "misspelt key", "misspelt section", "wrong type", "override without basis", "misspelt source key"])
def test_a_bad_file_is_answered_with_file_field_and_fix(home, text, message):
    home.config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(home)
    assert message in str(caught.value)
    assert str(home.config) in str(caught.value)


def test_an_override_with_its_basis_is_accepted(home):
    home.config.write_text('[sources.baidu]\nrobots = "override"\nlegal_basis = "批准"', encoding="utf-8")
    assert load(home).source("baidu").robots == "override"


@pytest.mark.parametrize(("text", "message"), [
    ('[recheck]\nvantages = {}', "recheck.vantages"),
    ('[recheck.vantages."a b"]', "no name for a vantage"),
    ('[recheck.vantages.a]\nprofil = "mobile"', "did you mean 'profile'"),
    ('[recheck]\nuntil_days = 3', "recheck.until_days"),
], ids=["no vantage", "a bad name", "misspelt key", "too short"])
def test_a_bad_vantage_is_answered_with_its_field(home, text, message):
    home.config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load(home)
