"""What is no article is stored by no family: each kind of page is fed to each, as the answer of a story's address."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.database import sqlite_module
from archive.records import Reading, Rejection
from crawler.reading import Material, Page, Site
from crawler.reading.page import read
from crawler.runner import Runner, Scope
from crawler.sample import ListingSite, NewspaperSite, PopojiSite, SampleOutlet, SampleSite
from crawler.sample.posts import slugified
from spiders.families import FAMILIES
from tests.crawler.commandline import Pilkada
from tests.crawler.notarticles import KINDS
from tests.crawler.trapsite import NOW, SITES, Victim, victim

EVERY = pytest.mark.parametrize("family", SITES)
STORY = {
    "wordpress": "/pilkada/25/11/2024/{}/",
    "popojicms": "/detailpost/{}",
    "listing": "/article/{}",
}
PAGES = {
    f"{kind.replace('_', '-')}-{slugified(name)}": body for kind, pages in KINDS.items() for name, body in pages.items()
}
EXPECTED = {kind: len(pages) for kind, pages in KINDS.items()}


def result(family: str, url: str, body: bytes, content_type: str | None = "text/html") -> Reading | Rejection:
    site = Site(
        slug="kabar",
        name="Kabar Sampel",
        base_url="https://kabar.example",
        timezone="Asia/Makassar",
        rules=FAMILIES[family].rules,
    )
    return read(Material(site=site, url=url, fetched_at=NOW, page=Page(url=url, body=body, content_type=content_type)))


@EVERY
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, pages in KINDS.items() for name in pages])
def test_a_page_at_a_story_s_address_that_shows_none_is_named(family: str, kind: str, name: str) -> None:
    found = result(family, "https://kabar.example" + STORY[family].format("logistik-tiba"), KINDS[kind][name])
    assert isinstance(found, Rejection)
    assert found.reason == kind, found.detail


# ---- the systems' own pages that are no stories ----

OWN: dict[type[SampleOutlet], dict[str, str]] = {
    SampleSite: {
        "/": "listing",
        "/page/2/": "listing",
        "/?s=pilkada": "listing",
        "/tag/kpu/": "listing",
        "/category/pilkada/": "listing",
        "/16/10/2024/": "listing",
        "/feed/": "not_html",
        "/wp-sitemap.xml": "not_html",
        "/wp-json/wp/v2/posts": "not_html",
        "/tidak-ada/": "not_found",
    },
    NewspaperSite: {
        "/": "listing",
        "/page/2/": "listing",
        "/tag/asn/": "listing",
        "/22/10/2024/": "listing",
        "/sitemap_index.xml": "not_html",
        "/tidak-ada/": "not_found",
    },
    PopojiSite: {
        "/": "listing",
        "/search/pilkada": "listing",
        "/tag/pilkada": "listing",
        "/category/politik": "listing",
        "/category/all/page/99": "listing",
        "/category/tidak-ada": "soft_404",
        "/pages/redaksi": "listing",
        "/contact": "listing",
        "/member/profile/redaksi": "soft_404",
        "/404.php": "soft_404",
        "/detailpost/tidak-ada": "soft_404",
        "/feed": "not_html",
        "/sitemap.xml": "not_html",
    },
    ListingSite: {
        "/": "listing",
        "/article": "listing",
        "/article?page=99": "listing",
        "/search?q=pilkada": "listing",
        "/tag/bawaslu": "listing",
        "/category/pilkada": "listing",
        "/article/tidak-ada": "not_found",
        "/robots.txt": "not_html",
    },
}


@pytest.mark.parametrize("kind", OWN)
def test_no_page_of_a_system_beside_its_stories_is_taken_for_one(kind: Any) -> None:
    with kind(clock=lambda: NOW) as site:
        hidden = {site.path(post): None for post in site.posts if post not in site.public}
        assert hidden, "drafts, scheduled posts, and posts with a password"
        for target, reason in {**OWN[kind], **hidden}.items():
            answer = site.serve(target, {})
            types = dict(answer.headers)
            page = Page(
                url=site.base_url + target,
                status=answer.status,
                body=answer.body,
                content_type=types.get("Content-Type"),
            )
            rules = FAMILIES[site.family].rules
            here = Site(slug="x", name=site.name, base_url=site.base_url, timezone=site.zone_name, rules=rules)
            found = read(Material(site=here, url=page.url, fetched_at=NOW, page=page))
            assert isinstance(found, Rejection), target
            assert found.reason == reason or (reason is None and found.reason in ("password", "not_found", "soft_404"))


FURNITURE = (
    b'<div class="modal" id="login"><h4>Masuk</h4><form action="/login"><input type="password" name="p"></form></div>',
    b'<form id="comment"><textarea></textarea><div class="g-recaptcha" data-sitekey="k"></div></form>',
    b'<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>',
    b'<script src="/_Incapsula_Resource?SWJIYLWA=719d"></script>',
    b'<a href="/login">Masuk</a><p class="hidden">Halaman tidak ditemukan</p>',
)


@pytest.mark.parametrize("kind", OWN)
def test_a_story_stays_one_whatever_stands_beside_it(kind: Any) -> None:
    with kind(clock=lambda: NOW) as site:
        rules = FAMILIES[site.family].rules
        here = Site(slug="x", name=site.name, base_url=site.base_url, timezone=site.zone_name, rules=rules)
        lost = []
        for post in site.public:
            body = site.serve(site.path(post), {}).body
            signless = body.replace(b'property="og:type"', b'property="og:lain"').replace(
                b"application/ld+json", b"x/y"
            )
            for furniture in (b"", *FURNITURE, b"".join(FURNITURE)):
                page = Page(url=site.address(post), body=signless.replace(b"</body>", furniture + b"</body>"))
                found = read(Material(site=here, url=page.url, fetched_at=NOW, page=page))
                if isinstance(found, Rejection):
                    lost.append((post.slug, furniture[:30], found))
        assert lost == []


@EVERY
@pytest.mark.parametrize(
    "title",
    [
        "Ribuan Surat Suara Tidak Ditemukan di Gudang",
        "Masuk Bursa Calon Bupati, Rina Pilih Diam",
        "Login Sirekap Gagal, Petugas Kembali Menghitung dengan Tangan",
        "Artikel Ini Tidak Benar, Kata Ketua KPU",
        "Situs KPU Kabupaten Sedang Dalam Perbaikan",
        "Halaman Kantor Bupati Jadi Tempat Pleno",
    ],
)
def test_a_headline_that_sounds_like_an_error_is_a_headline(family: str, title: str) -> None:
    text = "SAMARINDA – Petugas memeriksa gudang logistik bersama saksi dan pengawas pada Rabu pagi. " * 8
    body = f"""<html><head><title>{title} - Kabar Sampel</title></head><body><h1>{title}</h1>
    <div class="single-post"><div class="entry-content article-body"><p>{text}</p></div></div>{FURNITURE[0].decode()}</body></html>"""
    found = result(family, "https://kabar.example" + STORY[family].format("judul"), body.encode())
    assert isinstance(found, Reading), found
    assert found.title == title


# ---- crawled ----


def ask_for(victim: Victim) -> dict[str, Any]:
    """Crawl; a WordPress is asked for the addresses alone, since its interface tells the texts themselves."""
    if victim.family != "wordpress":
        return victim.crawl()
    with runner(victim.pilkada) as crawls:
        only = [victim.site.base_url + STORY["wordpress"].format(name) for name in PAGES]
        report = crawls.crawl(victim.slug, cause="command", scope=Scope(only=tuple(only)))
    return asdict(report)


@contextmanager
def runner(pilkada: Pilkada) -> Iterator[Runner]:
    from archive.database import Database
    from archive.settings import Home
    from crawler.config import load

    loaded = load(home=pilkada.home, config=None, environment={})
    database = Database(f"sqlite:///{Home(pilkada.home).root / 'pilkada.db'}")
    try:
        database.upgrade()
        yield Runner(loaded, database, log_level="WARNING")
    finally:
        database.dispose()


@EVERY
def test_each_kind_is_counted_by_reason_and_none_is_stored(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home") as one:
        for number, (name, body) in enumerate(PAGES.items()):
            path = STORY[family].format(name)
            one.scripted[path] = one.said(body)
            if family != "wordpress":
                one.site.publish(replace(one.site.public[0], id=9000 + number, slug=name, title=f"Judul {number}"))
        report = ask_for(one)
        rejected = one.pilkada.rows(
            "SELECT canonical, reason, state FROM visit JOIN address ON address.id = address_id WHERE purpose = 'article'"
        )
        ours = [(reason, state) for path, reason, state in rejected if path.rstrip("/").rpartition("/")[2] in PAGES]
        assert Counter(ours) == {(kind, "rejected"): count for kind, count in EXPECTED.items()}
        assert all(report["rejected"].get(kind, 0) >= count for kind, count in EXPECTED.items()), report
        assert not {record["url"].rstrip("/").rpartition("/")[2] for record in one.pilkada.articles()} & PAGES.keys()


@pytest.mark.parametrize("family", ["popojicms"])
def test_a_story_behind_a_challenge_is_stored_once_that_is_gone(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home") as one:
        post = one.site.public[0]
        one.scripted[one.site.path(post)] = one.said(KINDS["challenge"]["cloudflare"])
        report = one.crawl()
        assert report["rejected"].get("challenge") == 1
        assert report["new"] == len(one.site.public) - 1
        one.scripted.clear()
        assert one.crawl()["new"] == 0, "not at once"
        connection = sqlite_module().connect(one.pilkada.home / "pilkada.db")
        connection.execute("UPDATE due SET next_at = ?", (f"{datetime(2020, 1, 1, tzinfo=UTC):%Y-%m-%d %H:%M:%S.%f}",))
        connection.commit()
        connection.close()
        assert one.crawl()["new"] == 1
