import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.paging import PageKeyError, Sort, key, place, read


@given(
    sort=st.sampled_from(Sort),
    uid=st.from_regex(r"[a-z2-7]{16}", fullmatch=True),
    moment=st.integers(-(10**12), 10**12),
    score=st.floats(1e-9, 1e9),
)
def test_a_key_leads_back_to_its_place(sort, uid, moment, score):
    stood = place(sort, uid, moment, score if sort is Sort.RELEVANCE else None)
    assert read(key(sort, stood), sort) == stood


@pytest.mark.parametrize(
    "text",
    [
        *("", "newest", "newest:1", "newest:1:", "newest:x:abc", "relevance:1:abc", "newest:1.5:1:abc", "\x00"),
        *("relevance:--:1:abc", "newest:1:abc\n", "newest:" + "9" * 40 + ":abc", "best:1:abc", "relevance:1e99e:1:a"),
    ],
)
def test_what_is_no_key_is_refused(text):
    for sort in Sort:
        with pytest.raises(PageKeyError, match="takes what an earlier search gave"):
            read(text, sort)


def test_a_key_of_another_order_is_refused_by_name():
    with pytest.raises(PageKeyError, match="one of --sort newest, and this search has --sort oldest"):
        read("newest:1:abc", Sort.OLDEST)
