"""What the sample outlets show where a story was taken down or moved, and in front of a whole site."""

import http.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from crawler.reading import looks_like_challenge
from crawler.sample import SAMPLES, SampleOutlet
from crawler.sample.absent import challenge, gone, notice, soft_404, to_home

NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
NOTICE = "Berita ini telah dihapus atas permintaan narasumber."


@pytest.fixture(params=SAMPLES)
def site(request: pytest.FixtureRequest) -> Iterator[SampleOutlet]:
    with SAMPLES[request.param](clock=lambda: NOW) as running:
        yield running


def get(site: SampleOutlet, target: str) -> tuple[int, str | None, str]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.base_url).port, timeout=10)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location"), answer.read().decode()
    finally:
        connection.close()


def test_what_stands_in_a_storys_place_goes_when_it_is_restored(site: SampleOutlet) -> None:
    post = site.public[0]
    home = to_home(site.base_url)
    for instead, status in ((gone(), 410), (home, 301), (soft_404(), 200), (notice(NOTICE, status=404), 404)):
        site.remove(post.id, instead=instead)
        assert get(site, site.path(post))[0] == status
        assert post.id not in {one.id for one in site.public}
        site.restore(post.id)
        answered, _, body = get(site, site.path(post))
        assert answered == 200
        assert NOTICE not in body


def test_a_moved_story_is_led_to_where_someone_saw_to_it(site: SampleOutlet) -> None:
    post = site.public[-1]
    moved = site.move(post.id, slug=f"{post.slug}-lagi", redirect=True)
    assert get(site, site.path(post))[:2] == (301, site.address(moved))
    assert get(site, site.path(moved))[0] == 200
    again = site.move(post.id, slug=f"{post.slug}-kini", redirect=True)
    assert get(site, site.path(post))[:2] == (301, site.address(again)), "at once to where it stands now"
    site.remove(post.id)
    assert get(site, site.path(post))[1] is None


@pytest.mark.parametrize("status", [200, 403])
def test_a_shield_stands_before_the_whole_site(site: SampleOutlet, status: int) -> None:
    site.scripted = {"": challenge(status)}
    for target in ("/", "/robots.txt", site.path(site.public[0])):
        answered, _, body = get(site, target)
        assert (answered, looks_like_challenge(body.encode())) == (status, True)
    site.scripted.clear()
    assert get(site, site.path(site.public[0]))[0] == 200


def test_an_edit_may_leave_no_trace_beside_the_text(site: SampleOutlet) -> None:
    post = site.public[0]
    new = site.edit(post.id, blocks=[*post.blocks, "Dibaca 231 kali"], at=post.changed)
    assert new.changed == post.changed
    assert site.edit(post.id, title="Judul Baru", at=NOW + timedelta(hours=1)).changed == NOW + timedelta(hours=1)
