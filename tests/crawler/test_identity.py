"""One article per story whatever variant is met: through the command, at sample sites, over several crawls."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from archive.database import Database
from archive.identity import make_uid
from crawler.sample import ListingSite, Post
from crawler.sample.server import Answer
from tests.crawler.commandline import NO_PAGES, Newsroom, Pilkada
from tests.crawler.test_families import NOW, Outlet

SMALL = pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])
FLOOD = (
    "Banjir merendam puluhan rumah di tepi sungai sejak Rabu malam, sementara petugas menyiapkan perahu karet. " * 4,
)


def rewritten(post: Post, **said: Any) -> Post:
    """Another story in a post's place."""
    told = {"title": "Banjir Rendam Dua Kelurahan", "blocks": FLOOD, "modified": None, "comments": ()}
    return replace(post, **{**told, **said})


def quiet(pilkada: Pilkada) -> dict[str, Any]:
    return pilkada.crawl(env=NO_PAGES)


def by_path(pilkada: Pilkada) -> dict[str, dict[str, Any]]:
    """The records by what follows the host in their canonical address."""
    return {"/" + record["canonical_url"].split("/", 3)[3]: record for record in pilkada.articles()}


class Told(Newsroom):
    """A newsroom whose REST interface tells what a test makes of its posts."""

    def __init__(self, number: int | None = None) -> None:
        super().__init__(number)
        self.tell: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda told: told

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        answer = super().answer(target, headers)
        if not target.startswith("/wp-json/wp/v2/posts?") or answer.status != 200:
            return answer
        return replace(answer, body=json.dumps(self.tell(json.loads(answer.body))).encode())


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Pilkada, Told]]:
    with Told(6) as site:
        pilkada = Pilkada(tmp_path / "home")
        pilkada.declare(site.base_url)
        yield pilkada, site
        pilkada.close()


# ---- WordPress: numbers, guids, links ----


def test_every_variant_of_a_link_is_one_article(told: tuple[Pilkada, Told]) -> None:
    pilkada, site = told
    ends = ("amp/", "?amp", "?amp=1", "?noamp=mobile", "?utm_source=wa&utm_medium=x", "?replytocom=7#comment-7",
            "comment-page-1/", "page/2/", "?lang=id", "?fbclid=x", "feed/", "amp/?utm_source=wa")  # fmt: skip

    def tell(posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        variants = [post | {"link": post["link"] + end} for post in posts[:2] for end in ends]
        plain = posts[0]["link"]
        path = plain.removeprefix(site.base_url)
        others = [plain.rstrip("/"), site.base_url + "/" + path, site.base_url + path.upper()]
        return [*variants, *posts, *({**posts[0], "link": link} for link in others)]

    site.tell = tell
    report = quiet(pilkada)
    assert (report["status"], report["discovered"], report["new"]) == ("ok", 6, 6)
    assert quiet(pilkada)["discovered"] == 0
    assert set(by_path(pilkada)) == {site.path(post) for post in site.posts}
    pilkada.assert_sound(6)


@SMALL
def test_a_story_whose_slug_and_section_change_is_the_same_article_at_its_new_address(
    fresh: Pilkada, site: Newsroom
) -> None:
    quiet(fresh)
    post = site.posts[2]
    old, uid = site.path(post), by_path(fresh)[site.path(post)]["uid"]
    new = site.path(site.move(post.id, slug="alamat-baru", section="Daerah"))
    report = quiet(fresh)
    assert (report["discovered"], report["new"], report["revised"], report["unchanged"]) == (1, 0, 0, 1)
    record = by_path(fresh)[new]
    assert (record["uid"], record["url"], record["versions"]) == (uid, site.base_url + new, 1)
    for address in (old, new):
        assert fresh("show", site.base_url + address, "--format", "json").json()["uid"] == uid
    site.forget_requests()
    assert quiet(fresh)["discovered"] == 0
    fresh.assert_sound(6)


@SMALL
def test_a_page_that_redirects_is_kept_as_the_moved_storys(fresh: Pilkada, site: Newsroom) -> None:
    """The interface told the old address, and the story moved before its page was fetched."""
    quiet(fresh)
    post = site.posts[2]
    old, new = site.path(post), site.path(replace(post, slug="alamat-baru"))
    uid = by_path(fresh)[old]["uid"]
    site.scripted[old] = Answer(status=301, headers=(("Location", site.base_url + new),))
    site.edit(post.id, blocks=[*post.blocks, "Berita ini telah diperbarui."])
    shown = site.serve(old, {})
    site.scripted[new] = replace(shown, body=shown.body.replace(old.encode(), new.encode()))
    report = fresh.crawl(env={"PILKADA_CRAWL__PAGES": "all"})
    assert (report["status"], report["revised"], report["evidence"]) == ("ok", 1, 1)
    assert [record["uid"] for record in fresh.articles()].count(uid) == 1
    site.forget_requests()
    assert fresh.crawl()["status"] == "ok"
    assert site.pages == []
    fresh.assert_sound(6)


@SMALL
def test_a_slug_used_again_for_another_story_is_a_new_article(fresh: Pilkada, site: Newsroom) -> None:
    quiet(fresh)
    post = site.posts[2]
    uid = by_path(fresh)[site.path(post)]["uid"]
    site.delete(post.id)
    site.publish(rewritten(post, id=9000, modified=site.now + timedelta(seconds=1)))
    report = quiet(fresh)
    assert (report["discovered"], report["new"], report["revised"]) == (0, 1, 0)
    shown = fresh("show", site.base_url + site.path(post), "--format", "json").json()
    assert (shown["title"], shown["uid"] != uid) == ("Banjir Rendam Dua Kelurahan", True)
    assert fresh("show", uid, "--format", "json").json()["title"] == post.title
    assert quiet(fresh)["new"] == 0


@SMALL
def test_a_system_that_counts_from_one_again_revises_no_old_article(fresh: Pilkada, site: Newsroom) -> None:
    quiet(fresh)
    before = by_path(fresh)
    kept = [(record["uid"], record["title"], record["body"]) for record in before.values()]
    site.now += timedelta(days=30)
    for post in site.posts:
        site.delete(post.id)
        fresh_text = (f"Kabar nomor {post.id}: " + FLOOD[0].replace("Rabu", f"hari ke-{post.id}"),)
        site.publish(
            rewritten(
                post,
                slug=f"kabar-ke-{post.id}",
                title=f"Kabar Banjir {post.id} Sungai",
                blocks=fresh_text,
                date=site.now - timedelta(hours=1),
            )
        )
    report = quiet(fresh)
    assert (report["new"], report["revised"]) == (6, 0)
    held = {record["uid"]: record for record in fresh.articles()}
    assert len(held) == 12
    assert all((held[uid]["title"], held[uid]["body"], held[uid]["versions"]) == (*text, 1) for uid, *text in kept)
    fresh.assert_sound(12)


def test_a_site_that_moved_to_another_system_has_the_same_articles(told: tuple[Pilkada, Told]) -> None:
    """All numbers are others and the guids are those of the old system: addresses, texts and days say the same."""
    pilkada, site = told
    quiet(pilkada)
    before = {path: record["uid"] for path, record in by_path(pilkada).items()}
    site.now += timedelta(days=30)
    for post in site.posts:
        site.edit(post.id, blocks=[*post.blocks, "Baca berita lain di laman kami."])
    site.tell = lambda posts: [post | {"id": post["id"] + 5000} for post in posts]
    report = quiet(pilkada)
    assert (report["discovered"], report["new"], report["revised"]) == (0, 0, 6)
    assert {path: record["uid"] for path, record in by_path(pilkada).items()} == before
    assert quiet(pilkada)["revised"] == 0


def test_stories_whose_addresses_end_with_small_numbers_stay_apart_over_crawls(told: tuple[Pilkada, Told]) -> None:
    pilkada, site = told
    quiet(pilkada)
    post = site.posts[2]
    texts = {"11": post.blocks, "12": FLOOD}
    for number, blocks in texts.items():
        site.now += timedelta(hours=1)
        site.publish(
            rewritten(post, id=9000 + int(number), slug=number, title=f"Rubrik {number}", blocks=(*blocks, number),
                      date=site.now - timedelta(minutes=1))
        )  # fmt: skip
        assert quiet(pilkada)["new"] == 1
    held = by_path(pilkada)
    for number in texts:
        path = next(site.path(one) for one in site.posts if one.slug == number)
        assert (held[path]["title"], held[path]["versions"]) == (f"Rubrik {number}", 1)
        assert pilkada("show", site.base_url + path, "--format", "json").json()["uid"] == held[path]["uid"]
    pilkada.assert_sound(8)


# ---- listing sites: addresses, pages, canonical links ----


class Pages(ListingSite):
    """A listing site whose answers a test may change."""

    def __init__(self) -> None:
        self.now = NOW
        super().__init__(clock=lambda: self.now)
        self.change: Callable[[str, Answer], Answer] = lambda _, answer: answer

    def serve(self, target: str, headers: Mapping[str, str]) -> Answer:
        return self.change(target, super().serve(target, headers))


@pytest.fixture
def laravel(tmp_path: Path) -> Iterator[tuple[Outlet, Pages]]:
    outlet = Outlet("gradasigo", tmp_path / "home")
    site = Pages()
    outlet.site = site
    with site:
        yield outlet, site
        outlet.pilkada.close()


def head(link: str) -> Callable[[str, Answer], Answer]:
    """Give the stories' pages a canonical link."""

    def change(target: str, answer: Answer) -> Answer:
        if not target.startswith("/article/") or answer.status != 200:
            return answer
        slug = target.removeprefix("/article/")
        mark = f'<link rel="canonical" href="{link.format(slug=slug)}"></head>'.encode()
        return replace(answer, body=answer.body.replace(b"</head>", mark, 1))

    return change


def test_an_address_that_redirects_ends_as_the_article_at_its_new_one(laravel: tuple[Outlet, Pages]) -> None:
    outlet, site = laravel
    post = site.public[4]
    old, new = site.path(post), "/article/alamat-baru"

    def change(target: str, answer: Answer) -> Answer:
        if target == old:
            return Answer(status=301, headers=(("Location", site.base_url + new),))
        if target == new:
            shown = ListingSite.serve(site, old, {})
            return replace(shown, body=shown.body.replace(old.encode(), new.encode()))
        return answer

    site.change = change
    report = outlet.crawl()
    assert (report["status"], report["new"]) == ("ok", len(site.public))
    held = by_path(outlet.pilkada)
    assert old not in held
    record = held[new]
    assert record["url"] == site.base_url + new
    for address in (old, new):
        assert outlet.pilkada("show", site.base_url + address, "--format", "json").json()["uid"] == record["uid"]
    report = outlet.crawl()
    assert report["discovered"] == report["carried"] == 0
    assert not {old, new} & {target for _, target, _ in site.requests}, "neither is asked for again"
    # The list names the new address by now: it is known, and the story is not fetched once more.
    outlet.pilkada.assert_sound(len(site.public))


def test_a_slug_used_again_at_a_site_without_numbers_is_a_new_article(laravel: tuple[Outlet, Pages]) -> None:
    outlet, site = laravel
    outlet.crawl()
    post = site.public[3]
    uid = by_path(outlet.pilkada)[site.path(post)]["uid"]
    site.now += timedelta(days=9)
    site.delete(post.id)
    # From two to three o'clock, "2 jam yang lalu" may be of either day, and is taken for none.
    local = datetime.now(ZoneInfo("Asia/Jakarta")) + timedelta(minutes=10)
    site.publish(rewritten(post, id=9000, date=site.now - timedelta(hours=5 if local.hour in (2, 3) else 2)))
    report = outlet.crawl()
    assert (report["discovered"], report["new"], report["revised"]) == (0, 1, 0)
    shown = outlet.pilkada("show", site.base_url + site.path(post), "--format", "json").json()
    assert (shown["title"], shown["uid"] != uid) == ("Banjir Rendam Dua Kelurahan", True)
    assert outlet.pilkada("show", uid, "--format", "json").json()["title"] == post.title
    assert outlet.crawl()["carried"] == 0


def test_a_canonical_link_is_believed_within_the_site(laravel: tuple[Outlet, Pages]) -> None:
    outlet, site = laravel
    site.change = head(f"{site.base_url}/article/utama-{{slug}}")
    assert outlet.crawl()["new"] == len(site.public)
    assert set(by_path(outlet.pilkada)) == {f"/article/utama-{post.slug}" for post in site.public}
    assert all("canonical_offsite" not in record["flags"] for record in outlet.pilkada.articles())
    # A list that names the address that was only claimed: its page is fetched, and is the same article.
    post = site.public[2]
    own = site.path(post)

    def change(target: str, answer: Answer) -> Answer:
        named = own.replace("/article/", "/article/utama-")
        if target == named:
            return ListingSite.serve(site, own, {})
        return replace(answer, body=answer.body.replace(f'{own}"'.encode(), f'{named}"'.encode()))

    site.change = change
    report = outlet.crawl()
    assert (report["discovered"], report["new"], report["unchanged"]) == (1, 0, 1)
    assert outlet.crawl()["discovered"] == 0


@pytest.mark.parametrize(
    ("link", "flagged"),
    [
        pytest.param("https://kantor-pusat.example/berita/{slug}", True, id="of another site"),
        pytest.param("http://127.0.0.1:9/article/{slug}", True, id="of another port"),
        pytest.param("/", False, id="the home page"),
        pytest.param("/article", False, id="a list"),
        pytest.param("/article/berita", False, id="one for all"),
    ],
)
def test_a_canonical_link_that_cannot_be_true_is_not_believed(
    laravel: tuple[Outlet, Pages], link: str, flagged: bool
) -> None:
    outlet, site = laravel
    site.change = head(link)
    report = outlet.crawl()
    assert (report["new"], report["revised"], report["unchanged"]) == (len(site.public), 0, 0)
    held = by_path(outlet.pilkada)
    assert len(set(held) & {site.path(post) for post in site.public}) >= len(site.public) - ("berita" in link)
    assert {"canonical_offsite" in record["flags"] for record in held.values()} == {flagged}


# ---- the rules' version ----


def test_an_archive_of_older_address_rules_is_crawled_on_as_if_nothing_had_been(laravel: tuple[Outlet, Pages]) -> None:
    outlet, site = laravel
    outlet.crawl()
    public = set(by_path(outlet.pilkada))
    with_older_rules(outlet.pilkada)
    older = by_path(outlet.pilkada)
    assert set(older) == {f"{path}/" for path in public}
    before = {path.rstrip("/"): (record["uid"], record["title"]) for path, record in older.items()}
    report = outlet.crawl()
    assert (report["status"], report["discovered"], report["carried"], report["new"]) == ("ok", 0, 0, 0)
    assert {path: (record["uid"], record["title"]) for path, record in by_path(outlet.pilkada).items()} == before
    outlet.pilkada.assert_sound(len(site.public))
    (outlet.pilkada.home / "pilkada.toml").write_text("[outlets.gradasigo]\n", "utf-8")
    assert outlet.pilkada("db", "rebuild").status == 0
    assert {path: (record["uid"], record["title"]) for path, record in by_path(outlet.pilkada).items()} == before


def with_older_rules(pilkada: Pilkada) -> None:
    """Make an archive what it would be under rules that left a slash at the end of addresses."""
    database = Database(f"sqlite:///{pilkada.home / 'pilkada.db'}")
    with database.write() as connection:
        run = connection.exec_driver_sql
        run("UPDATE address SET canonical = canonical || '/', rules_version = 1")
        run("UPDATE article_key SET value = value || '/' WHERE scheme = 'address'")
        named = run("SELECT r.uid, a.canonical FROM article r JOIN address a ON a.id = r.address_id").all()
        for uid, canonical in named:
            for table in ("article", "change"):
                run(f"UPDATE {table} SET uid = ? WHERE uid = ?", (make_uid("gradasigo", canonical, 0), uid))
    database.dispose()
    shutil.rmtree(pilkada.home / "index")
