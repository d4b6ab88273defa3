"""An outlet's file is refused when it is read, naming outlet and field."""

import pytest

from archive.settings import Home
from crawler.declaration import Declaration, DeclarationError, Listing
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
    ],
)
def test_a_wrong_field_is_named(field, value):
    with pytest.raises(DeclarationError, match=f"^outlet kabar: {field} "):
        declare(WordPress, **{field: value})


def test_a_wrong_name_is_named():
    with pytest.raises(DeclarationError, match="outlet Kabar Kita: name"):
        declare(WordPress, name="Kabar Kita")


@pytest.mark.parametrize(
    ("field", "value"),
    [("starts", ()), ("starts", ("berita",)), ("next_page", "/berita?page=2"), ("article", "("), ("sections", "[")],
)
def test_a_listing_that_cannot_be_walked_is_refused(field, value):
    good = {"starts": ("/berita",), "next_page": "{path}?page={page}", "article": "/berita/.+", "cards": (".card",)}
    with pytest.raises(DeclarationError, match="outlet kabar: listing"):
        declare(ListingSite, listing=Listing(**(good | {field: value})))


def test_a_source_that_needs_a_feed_or_a_listing_is_refused_without():
    with pytest.raises(DeclarationError, match="outlet kabar: feed is missing"):
        declare(PopojiCms, feed=None)
    with pytest.raises(DeclarationError, match="outlet kabar: listing is missing"):
        declare(PopojiCms, listing=None)


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
