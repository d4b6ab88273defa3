"""Settings are read once, checked whole, and refused by name."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from archive.ladder import DENSE
from crawler.config import SettingsError, election_pack, load
from crawler.reading.pack import SHIPPED

OUTLET = """
[outlets.kukar]
family = "wordpress"
base_url = "https://kabar.example"
name = "Kabar Kukar"
timezone = "Asia/Makassar"
"""


def read(home: Path, text: str = "", **environment: str):
    (home / "pilkada.toml").write_text(text, "utf-8")
    return load(home, environment=environment)


def told(loaded):
    """Where values came from, those of the outlets that ship apart."""
    return {key: origin for key, origin in loaded.origins.items() if not origin.startswith("spiders.")}


def test_without_a_file_all_settings_have_their_defaults(tmp_path):
    loaded = load(tmp_path, environment={})
    crawl, schedule = loaded.settings.crawl, loaded.settings.schedule
    assert (crawl.contact, crawl.delay, crawl.allow_hosts, crawl.deadline, crawl.memory_mb) == (
        None,
        2.0,
        [],
        3600,
        512,
    )
    assert (crawl.pages, loaded.settings.election.pack) == ("election", "pilkada-2024")
    assert (schedule.timezone, schedule.crawl) == ("Asia/Makassar", "*/30 * * * *")
    assert told(loaded) == {}


def test_the_environment_goes_before_the_file_and_both_are_told(tmp_path):
    loaded = read(tmp_path, "[crawl]\ndelay = 5\ndeadline = 60\n", PILKADA_CRAWL__DELAY="0.5")
    assert (loaded.settings.crawl.delay, loaded.settings.crawl.deadline) == (0.5, 60)
    assert told(loaded) == {"crawl.delay": "PILKADA_CRAWL__DELAY", "crawl.deadline": str(tmp_path / "pilkada.toml")}


def test_a_list_in_the_environment_is_parted_by_commas(tmp_path):
    loaded = read(tmp_path, PILKADA_CRAWL__ALLOW_HOSTS="127.0.0.1:80, [::1]:81")
    assert loaded.settings.crawl.allow_hosts == ["127.0.0.1:80", "[::1]:81"]


def test_an_outlet_has_visits_of_its_own_where_settings_say_so(tmp_path):
    text = OUTLET + "[visits]\nladder = 'dense'\nbudget = 20\n[visits.outlets.kukar]\nbudget = 5\narticles = 'all'\n"
    visits = read(tmp_path, text, PILKADA_VISITS__OVER="2d").settings.visits
    rule, other = visits.rule("kukar"), visits.rule("lain")
    assert (rule.budget, rule.articles, rule.ladder, rule.over) == (5, "all", DENSE, timedelta(days=2))
    assert (other.budget, other.articles, other.ladder, other.confirm) == (20, "election", DENSE, 3)
    listed = read(tmp_path, PILKADA_VISITS__LADDER="6h, 1d").settings.visits.rule("kukar")
    assert listed.ladder.rungs == (timedelta(hours=6), timedelta(days=1))


def test_an_outlet_can_be_declared_in_the_environment_alone(tmp_path):
    loaded = read(
        tmp_path,
        PILKADA_OUTLETS__KUKAR__FAMILY="wordpress",
        PILKADA_OUTLETS__KUKAR__BASE_URL="https://kabar.example",
        PILKADA_OUTLETS__KUKAR__NAME="Kabar",
        PILKADA_OUTLETS__KUKAR__TIMEZONE="Asia/Makassar",
        PILKADA_OUTLETS__KUKAR__REGIONS="64.02,64.03",
    )
    assert loaded.settings.outlets["kukar"].regions == ["64.02", "64.03"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[crawl]\ndelya = 1", "crawl.delya"),
        ("[krawl]\ndelay = 1", "krawl"),
        ("[crawl]\ndelay = 'cepat'", "crawl.delay"),
        ("[crawl]\ndelay = -1", "crawl.delay"),
        ("[crawl]\ndelay = inf", "crawl.delay"),
        ("[crawl]\ndelay = nan", "crawl.delay"),
        ("[crawl]\ndeadline = 0", "crawl.deadline"),
        ("[crawl]\nmemory_mb = 8", "crawl.memory_mb"),
        ("[crawl]\npages = 'some'", "crawl.pages"),
        ("[crawl]\ncontact = 'saya sendiri'", "crawl.contact"),
        ('[crawl]\ncontact = "a@b.id\\r\\nX: y"', "crawl.contact"),
        ("[crawl]\nallow_hosts = ['127.0.0.1']", "crawl.allow_hosts"),
        ("crawl = 1", "crawl"),
        ("outlets = 1", "outlets"),
        ("[outlets]\nkukar = 1", "outlets.kukar"),
        (OUTLET + "feed = 'x'", "outlets.kukar.feed"),
        (OUTLET.replace("wordpress", "joomla"), "outlets.kukar.family"),
        (OUTLET.replace("https://kabar.example", "kabar.example"), "outlets.kukar.base_url"),
        (OUTLET.replace("https://kabar.example", "file:///etc"), "outlets.kukar.base_url"),
        (OUTLET.replace("https://kabar.example", "https://a:b@kabar.example"), "outlets.kukar.base_url"),
        (OUTLET.replace("https://kabar.example", "https://kabar.example:99999"), "outlets.kukar.base_url"),
        (OUTLET.replace("Asia/Makassar", "Asia/Kukar"), "outlets.kukar.timezone"),
        (OUTLET.replace("Asia/Makassar", "../../etc/passwd"), "outlets.kukar.timezone"),
        (OUTLET.replace("outlets.kukar", "outlets.Kukar"), "outlets.Kukar"),
        (OUTLET.replace("outlets.kukar", 'outlets."../x"'), "outlets.../x"),
        (OUTLET + "regions = ['kukar']", "outlets.kukar.regions"),
        (OUTLET + "delay = -2", "outlets.kukar.delay"),
        ("[outlets.kukar]\nfamily = 'wordpress'", "outlets.kukar"),
        ("[schedule]\ncrawl = '* * * *'", "schedule.crawl"),
        ("[schedule]\ncrawl = '61 * * * *'", "schedule.crawl"),
        ("[schedule]\ntimezone = 'WITA'", "schedule.timezone"),
        ("[schedule.outlets]\nlain = '* * * * *'", "schedule.outlets.lain"),
        ("[schedule]\nparallel = 0", "schedule.parallel"),
        ("[visits]\nladder = 'often'", "visits.ladder: must be one of sparse, dense, or a list"),
        ("[visits]\nladder = ['1h', '2x']", "visits.ladder: '2x' is no duration"),
        ("[visits]\nladder = 3", "visits.ladder: must be text or a list"),
        ("[visits]\narticles = 'some'", "visits.articles: must be one of election, all, none"),
        ("[visits]\nbudget = -1", "visits.budget must be 0 to 1000000, not -1"),
        ("[visits]\nconfirm = 0", "visits.confirm must be 1 to 20, not 0"),
        ("[visits]\nover = '24'", "visits.over: '24' is no duration"),
        ("[visits]\nladers = 'dense'", "did you mean ladder"),
        ("[visits.outlets.lain]\nbudget = 1", "visits.outlets.lain: there is no outlet lain"),
        (OUTLET + "[visits.outlets.kukar]\nover = 'x'", "visits.outlets.kukar.over: 'x' is no duration"),
        (OUTLET + "[visits.outlets.kukar]\narticles = 'x'", "must be one of election, all, none"),
        ("[[[", "not valid TOML"),
        (OUTLET.replace("wordpress", "wordpres"), "wordpress, popojicms, listing"),
        ("[crawl]\npages = 'some'", "must be one of all, election, none"),
        ("[outlets.kaltimkta]", "did you mean kaltimkita"),
        (OUTLET.replace("Asia/Makassar", "wita"), "write Asia/Makassar"),
        (OUTLET + "lists = ['/berita']", "outlets.kukar: lists and stories are for the family listing"),
        (OUTLET.replace("wordpress", "listing") + "lists = ['berita']", "outlets.kukar.lists"),
        (OUTLET.replace("wordpress", "listing") + "stories = '('", "outlets.kukar.stories"),
        (OUTLET.replace("wordpress", "listing") + "stories = ''", "outlets.kukar.stories"),
        (OUTLET + "stories = ''", "outlets.kukar: lists and stories"),
        (OUTLET.replace("wordpress", "listing") + 'stories = "/a\\u0007"', "outlets.kukar.stories"),
        (OUTLET.replace("wordpress", "listing") + "lists = ['/?sort=new']", "outlets.kukar.lists"),
        (OUTLET.replace("wordpress", "listing") + "lists = ['//evil.id/x']", "outlets.kukar.lists"),
        (OUTLET.replace("wordpress", "listing") + 'lists = ["/a", "/b\\n"]', "outlets.kukar.lists"),
        (OUTLET.replace("wordpress", "listing") + "lists = ['']", "outlets.kukar.lists"),
        (OUTLET.replace("Kabar Kukar", " "), "outlets.kukar.name"),
        (OUTLET.replace("Kabar Kukar", "Kabar\\nKukar"), "outlets.kukar.name"),
        (OUTLET.replace("Kabar Kukar", "Kabar\\u001b[31m"), "outlets.kukar.name"),
        (OUTLET.replace("https://kabar.example", "https://kabar.example\\n"), "outlets.kukar.base_url"),
        (OUTLET.replace("https://kabar.example", "https://kabar .example"), "outlets.kukar.base_url"),
        (OUTLET.replace("wordpress", "popojicms").replace('timezone = "Asia/Makassar"', ""), "lacks the key timezone"),
        (OUTLET + "regions = ['64.02', '64.99']", "outlets.kukar.regions: there is no region with the code 64.99"),
    ],
    ids=lambda value: value.replace("\n", " ")[:40],
)
def test_what_is_wrong_is_refused_in_one_line_that_names_the_key(tmp_path, text, key):
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert key in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_key_in_the_environment_is_refused_by_its_name(tmp_path):
    with pytest.raises(SettingsError, match=r"PILKADA_CRAWL__DELYA: unknown key crawl\.delya"):
        read(tmp_path, PILKADA_CRAWL__DELYA="1")


def test_what_is_known_of_the_election_is_read_beside_the_home(tmp_path):
    shutil.copytree(SHIPPED / "pilkada-2024", tmp_path / "packs" / "sendiri")
    loaded = read(tmp_path, "[election]\npack = 'packs/sendiri'")
    assert election_pack(loaded).version.startswith("sendiri ")
    (tmp_path / "packs" / "sendiri" / "words.tsv").write_text("words\tkind\n", "utf-8")
    with pytest.raises(SettingsError, match=r"packs/sendiri/words\.tsv, line 1: the columns must be words"):
        election_pack(loaded)
    with pytest.raises(SettingsError, match=r"election\.pack: there is no pack pilkada-1999; pilkada-2024 ships"):
        election_pack(read(tmp_path, PILKADA_ELECTION__PACK="pilkada-1999"))


def test_one_underscore_in_the_environment_is_refused_not_ignored(tmp_path):
    with pytest.raises(SettingsError, match="PILKADA_CRAWL_DELAY"):
        read(tmp_path, PILKADA_CRAWL_DELAY="9")


def test_a_file_that_was_named_must_be_there(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path, config=tmp_path / "lain.toml", environment={})


def test_names_without_a_section_are_not_settings(tmp_path):
    assert read(tmp_path, PILKADA_HOME="/x", PILKADAX__Y="1").settings == read(tmp_path).settings
