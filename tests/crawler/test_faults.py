"""What declares an outlet is refused in words, before anything is asked of a site."""

import pytest

from crawler import faults

SITES = [
    "https://kabar.example",
    "http://127.0.0.1:8090",
    "http://[::1]:8090",
    "https://kabár.example/berita",
    "https://k",
]
NO_SITES = [
    *("", "kabar.example", "//kabar.example", "ftp://kabar.example", "https://", "https://kabar.example/?x=1"),
    *("https://kabar.example?", "https://kabar.example#a", "https://kabar.example:99999", "https://kabar.example:0"),
    *("https://kabar.example:", "https://kabar..example", "https://kabar .example", " https://kabar.example"),
    *("https://kabar.\nexample", "https://kabar.example\t", "https://kabar.example\\@lain.example", "https://[::1"),
    *("https://kabar\u202e.example", "https://kabar.example:delapan", None, 5, b"https://kabar.example"),
]
PATHS = ["/", "/berita", "/index.php/article", "/kategori/hukum-&-kriminal", "/a//b"]
NO_PATHS = [
    "",
    "berita",
    "//lain.example/x",
    "/\\lain.example",
    "/a b",
    "/a\nb",
    "/a#b",
    "/?sort=new",
    "/a\x7f",
    None,
    5,
]
TEMPLATES = ["{path}?page={page}", "{path}/page/{page}/", "/halaman/{page:d}{path}"]
NO_TEMPLATES = [
    *("", "{path}", "{page}", "?page={page}", "{path}?page={page}{x}", "{path}?page={page", "{path}}?page={page}"),
    *(
        "{path}?page={0}",
        "{path}?page={page.nomor}",
        "//lain.example{path}?page={page}",
        "{path}?page= {page}",
        None,
        5,
    ),
]


@pytest.mark.parametrize("value", SITES)
def test_a_site_is_taken(value):
    assert faults.not_site(value) is None


@pytest.mark.parametrize("value", NO_SITES, ids=repr)
def test_what_is_no_site_is_refused_in_one_line(value):
    wrong = faults.not_site(value)
    assert wrong.startswith("must be the address of a site")
    assert wrong.isprintable()


@pytest.mark.parametrize(
    "value", ["https://a:rahasia@kabar.example", "https://rahasia@kabar.example", "https://@k.example"]
)
def test_a_password_is_refused_and_not_repeated(value):
    assert faults.not_site(value) == "must be the address of a site without a user or password"


@pytest.mark.parametrize("value", PATHS)
def test_a_path_is_taken(value):
    assert faults.not_path(value) is None


@pytest.mark.parametrize("value", NO_PATHS, ids=repr)
def test_what_is_no_path_or_leads_to_another_host_is_refused(value):
    assert faults.not_path(value).startswith("must be a path")


def test_a_feed_may_have_a_query():
    assert faults.not_path("/?feed=rss2", query=True) is None


@pytest.mark.parametrize("value", TEMPLATES)
def test_a_template_that_tells_pages_apart_is_taken(value):
    assert faults.not_page_address(value) is None


@pytest.mark.parametrize("value", NO_TEMPLATES, ids=repr)
def test_a_template_that_cannot_be_filled_is_refused(value):
    assert faults.not_page_address(value).startswith("must say where page N is")


@pytest.mark.parametrize("value", ["", " ", "(", "a\nb", "a{99999999999999999999}", None, 5], ids=repr)
def test_what_is_no_pattern_is_refused(value):
    assert faults.not_pattern(value)


@pytest.mark.parametrize("value", ["", " ", "Kabar\nKukar", "Kabar\x1b[31m", "Kabar\u202e", None, 5], ids=repr)
def test_a_name_is_one_line_that_can_be_printed(value):
    assert faults.not_text(value).startswith("must be one line of text")


@pytest.mark.parametrize("value", ["64.2", "٦٤", "64.02\n", "6402", 64], ids=repr)
def test_what_has_not_the_form_of_a_code_is_refused(value):
    assert faults.not_codes((value,))


@pytest.mark.parametrize("value", ["", "..kartu", "a[", "h2:tak-ada()", "a::"], ids=repr)
def test_what_is_no_selector_is_refused(value):
    assert "is no CSS selector" in faults.not_selector(value)
