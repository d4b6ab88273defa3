"""An outlet's file is refused when it is read, naming outlet and field."""

from dataclasses import replace
from typing import get_args

import pytest

from archive.settings import Home
from crawler import declaration as declared_names
from crawler import discovery
from crawler.addresses import Form
from crawler.declaration import Declaration, DeclarationError, Listing, check_selectors
from crawler.reading.rules import Rules
from spiders.families import FAMILIES, ListingSite, PopojiCms, WordPress
from spiders.outlets import declaration, shipped

WHOLE = {
    "name": "kabar",
    "outlet": "Kabar",
    "base_url": "https://kabar.example",
    "timezone": "Asia/Makassar",
    "regions": ("64.02",),
}


def declare(family: type[Declaration] = WordPress, /, *without: str, **changes: object) -> type[Declaration]:
    fields = {name: value for name, value in (WHOLE | changes).items() if name not in without}
    return type("Kabar", (family,), fields)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_whole_declaration_is_taken(family):
    assert declare(family).name == "kabar"


@pytest.mark.parametrize("field", ["outlet", "base_url", "timezone", "regions"])
def test_a_missing_field_is_named(field):
    with pytest.raises(DeclarationError, match=f"outlet kabar: {field} is missing"):
        declare(WordPress, field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outlet", " "),
        ("outlet", 7),
        ("base_url", "kabar.example"),
        ("base_url", "ftp://kabar.example"),
        ("base_url", "https://kabar.example/?x=1"),
        ("base_url", None),
        ("timezone", "WITA"),
        ("timezone", "../etc"),
        ("timezone", 8),
        ("regions", ()),
        ("regions", "64.02"),
        ("regions", ("Kukar",)),
        ("assumed", "one text"),
        ("rules", {}),
        ("form", None),
        ("sections", ("/berita",)),
        ("listing", {"starts": ["/berita"]}),
        ("outlet", "Kabar\x1b[31m"),
        ("outlet", "Kabar\nKukar"),
        ("base_url", "https://a:b@kabar.example"),
        ("base_url", "https://kabar.example:99999"),
        ("base_url", "https://kabar .example"),
        ("base_url", "https://kabar.example\n"),
        ("family", "joomla"),
        ("family", 5),
        ("sources", ()),
        ("sources", 5),
        ("sources", "feed"),
        ("sources", ("feed",)),
        ("sources", ((),)),
        ("sources", [["feed"]]),
        ("sources", (("feeds",),)),
        ("sources", ((5,),)),
        ("feed", "//lain.example/feed"),
        ("feed", "feed"),
        ("sitemaps", "/sitemap.xml"),
        ("sitemaps", ("//lain.example/sitemap.xml",)),
        ("form", Form(front="index.php")),
        ("form", Form(query="ya")),
        ("rules", Rules(containers=".isi")),
        ("rules", Rules(containers=[".isi"])),
        ("rules", Rules(containers=(".isi", " "))),
        ("rules", Rules(containers=(".isi",), cut=5)),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_field_is_named(field, value):
    with pytest.raises(DeclarationError, match=f"^outlet kabar: {field} "):
        declare(WordPress, **{field: value})


@pytest.mark.parametrize(
    ("name", "said"),
    [("Kabar Kita", "Kabar Kita"), (5, "5"), (None, "None"), ("", ""), ("kabar\n", r"'kabar\\n'")],
    ids=repr,
)
def test_a_wrong_name_is_named(name, said):
    with pytest.raises(DeclarationError, match=f"^outlet {said}: name is made of"):
        declare(WordPress, name=name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts", ()),
        ("starts", ("berita",)),
        ("starts", (1,)),
        ("starts", "/berita"),
        ("starts", ("//lain.example/berita",)),
        ("starts", ("/?sort=new",)),
        ("next_page", "/berita?page=2"),
        ("next_page", "{path}?page={page}{x}"),
        ("next_page", "{path}?page={page}{"),
        ("next_page", None),
        ("article", "("),
        ("article", ""),
        ("article", None),
        ("article", 5),
        ("sections", "["),
        ("sections", ""),
        ("cards", ()),
        ("cards", ".card"),
        ("cards", None),
        ("cards", ("",)),
        ("links", ()),
        ("dates", [".tanggal"]),
        ("onward", ("a", 5)),
        ("past_end", 40),
        ("past_end", "404"),
    ],
    ids=repr,
)
def test_a_listing_that_cannot_be_walked_is_refused(field, value):
    good = {"starts": ("/berita",), "next_page": "{path}?page={page}", "article": "/berita/.+", "cards": (".card",)}
    with pytest.raises(DeclarationError, match=f"^outlet kabar: listing has {field}, "):
        declare(ListingSite, listing=Listing(**(good | {field: value})))


def test_a_source_that_needs_a_feed_or_a_listing_is_refused_without():
    with pytest.raises(DeclarationError, match="outlet kabar: feed is missing"):
        declare(PopojiCms, feed=None)
    with pytest.raises(DeclarationError, match="outlet kabar: listing is missing"):
        declare(PopojiCms, listing=None)


def test_the_names_that_declarations_are_held_to_are_those_that_there_are():
    assert set(declared_names.SOURCES) == set(discovery.SOURCES)
    assert set(get_args(declared_names.Family)) == set(FAMILIES)


@pytest.mark.parametrize("kind", {**FAMILIES, **shipped()}.values(), ids={**FAMILIES, **shipped()})
def test_selectors_and_patterns_of_families_and_shipped_outlets_can_be_compiled(kind):
    check_selectors(kind, kind.family)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"listing": replace(ListingSite.listing, cards=("..kartu",))}, "listing has cards '..kartu'"),
        ({"rules": replace(ListingSite.rules, containers=("main >",))}, "rules has containers 'main >'"),
        ({"rules": replace(ListingSite.rules, story_path="(")}, r"rules has story_path, which '\(' is no pattern"),
        ({"rules": ListingSite.rules.plus(cut=("(",))}, r"rules has cut, which '\(' is no pattern"),
        ({"rules": ListingSite.rules.plus(noise=("(a|b)",))}, r"rules has noise, which '\(a\|b\)' has a group"),
    ],
    ids=["listing", "rules", "pattern", "pattern of lines", "group"],
)
def test_a_selector_that_cannot_be_compiled_is_named_before_a_crawl(changes, wrong):
    with pytest.raises(DeclarationError, match=f"^outlet kabar: {wrong}"):
        check_selectors(declare(ListingSite, **changes), "kabar")


def test_the_three_named_outlets_ship():
    assert {slug: declared.family for slug, declared in shipped().items()} == {
        "gradasigo": "listing",
        "kaltimkita": "popojicms",
        "prokalteng": "wordpress",
    }


@pytest.mark.parametrize("slug", ["gradasigo", "kaltimkita", "prokalteng"])
def test_a_shipped_outlet_is_data_and_says_what_is_assumed(slug):
    declared = shipped()[slug]
    assert not [name for name, value in vars(declared).items() if callable(value) and not name.startswith("__")]
    assert declared.assumed
    assert declared.__doc__


def test_the_regions_of_shipped_outlets_are_official(region_codes):
    assert {code for declared in shipped().values() for code in declared.regions} <= region_codes


@pytest.fixture
def region_codes():
    import csv
    from importlib.resources import files

    with files("archive").joinpath("data/regions.csv").open(encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(file)}


def test_settings_may_say_where_a_listing_site_lists_its_stories():
    own = declaration("kabar", "listing", starts=("/berita",), article="/berita/[0-9]+")
    assert (own.listing.starts, own.listing.article) == (("/berita",), "/berita/[0-9]+")
    assert own.listing.cards == ListingSite.listing.cards
    assert declaration("gradasigo", "listing").name == "gradasigo"
    assert declaration("gradasigo", "wordpress") is WordPress, "another family is another outlet"


def test_a_home_without_settings_knows_the_shipped_outlets_and_crawls_none(tmp_path):
    from crawler.config import load

    loaded = load(tmp_path, environment={})
    assert isinstance(loaded.home, Home)
    assert {slug: outlet.enabled for slug, outlet in loaded.settings.outlets.items()} == dict.fromkeys(shipped(), False)


def test_a_value_in_the_environment_does_not_have_a_shipped_outlet_crawled(tmp_path):
    from crawler.config import load

    def enabled(**environment):
        outlets = load(tmp_path, environment=environment).settings.outlets
        return [slug for slug, outlet in outlets.items() if outlet.enabled]

    assert enabled(PILKADA_OUTLETS__KALTIMKITA__DELAY="5") == []
    assert enabled(PILKADA_OUTLETS__KALTIMKITA__ENABLED="true") == ["kaltimkita"]
    (tmp_path / "pilkada.toml").write_text("[outlets.kaltimkita]\n", "utf-8")
    assert enabled(PILKADA_OUTLETS__KALTIMKITA__DELAY="5") == ["kaltimkita"]
    assert enabled(PILKADA_OUTLETS__KALTIMKITA__ENABLED="false") == []


def test_lists_of_its_own_leave_a_shipped_outlet_all_else():
    own = declaration("gradasigo", "listing", starts=("/berita",))
    assert issubclass(own, shipped()["gradasigo"])
    assert (own.listing.starts, own.assumed) == (("/berita",), shipped()["gradasigo"].assumed)


def test_settings_override_a_shipped_outlet_key_by_key(tmp_path):
    from crawler.config import load

    (tmp_path / "pilkada.toml").write_text('[outlets.kaltimkita]\nbase_url = "https://cermin.example"\n', "utf-8")
    loaded = load(tmp_path, environment={})
    outlet = loaded.settings.outlets["kaltimkita"]
    assert (outlet.base_url, outlet.family, outlet.enabled) == ("https://cermin.example", "popojicms", True)
    assert loaded.origins["outlets.kaltimkita.timezone"] == "spiders.kaltimkita"
    assert loaded.origins["outlets.kaltimkita.base_url"] == str(tmp_path / "pilkada.toml")


def test_another_family_keeps_what_else_ships(tmp_path):
    from crawler.config import load

    (tmp_path / "pilkada.toml").write_text('[outlets.kaltimkita]\nfamily = "wordpress"\n', "utf-8")
    outlet = load(tmp_path, environment={}).settings.outlets["kaltimkita"]
    assert (outlet.family, outlet.base_url) == ("wordpress", "https://kaltimkita.com")
    assert declaration("kaltimkita", outlet.family) is WordPress
