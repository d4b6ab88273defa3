import pytest

from crawler.errands.shapes import OTHERS, lists_for, shape_of

FRONT = f"(?!/(?:{OTHERS})/)"


@pytest.mark.parametrize(
    ("paths", "shape", "lists"),
    [
        (["/article/a-b-c", "/article/d-e-f", "/article/g-h-i", "/tentang"], "/article/[^/]+/?", ["/article", "/"]),
        (
            ["/read/2024/10/a-b-c", "/read/2024/11/d-e-f", "/read/2025/01/g-h-i/"],
            r"/read/\d+/\d+/[^/]+/?",
            ["/read", "/"],
        ),
        (["/politik/a-b-c", "/desa/d-e-f", "/olahraga/g-h-i", "/tag/x-y-z"], FRONT + "/[^/]+/[^/]*-[^/]*/?", ["/"]),
        (["/a-b-c", "/d-e-f/", "/g-h-i?utm_source=wa", "/kontak"], FRONT + "/[^/]*-[^/]*/?", ["/"]),
        (["/berita-daerah/a-b-c", "/berita-daerah/d-e-f"], None, []),
        (["/tag/a-b-c", "/tag/d-e-f", "/tag/g-h-i"], None, []),
        (["/", "", "/kontak"], None, []),
    ],
    ids=["one folder", "dates", "sections", "root", "too few", "lists only", "none"],
)
def test_the_pattern_is_what_addresses_of_stories_have_in_common(
    paths: list[str], shape: str | None, lists: list[str]
) -> None:
    assert shape_of(paths) == shape
    assert (lists_for(shape) if shape else []) == lists
