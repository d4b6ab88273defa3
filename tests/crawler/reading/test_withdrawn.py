"""Notices in a story's place; the first table is the whole of what is told from a page at a held story's address."""

from datetime import UTC, datetime

import pytest

from archive.notes import withdrawal
from archive.records import Reading, Reason, Rejection
from crawler.reading import Material, Page, Site
from crawler.reading.page import read

SITE = Site(slug="kabar", name="Kabar Muara", base_url="https://kabar.example", timezone="Asia/Makassar")
URL = f"{SITE.base_url}/pilkada/kotak-suara/"
NOTICE = "Mohon maaf, berita ini telah dicabut oleh redaksi karena memuat identitas korban anak."
STORY = (
    "Sebanyak 1.204 kotak suara tiba di gudang KPU Kabupaten Muara Tiga pada Senin pagi, dikawal dua mobil polisi. "
    "Ketua KPU, Laila Nurhayati, memastikan seluruh kotak dihitung ulang di depan saksi sebelum disegel."
)
POST = "single single-post postid-7"


def page(*paragraphs: str, title: str = "Kotak Suara Tiba", classes: str = POST, head: str = "") -> str:
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f'<html><head><title>{title} - Kabar Muara</title>{head}</head><body class="{classes}"><article>'
        f'<h1 class="entry-title">{title}</h1><div class="entry-content">{text}</div></article></body></html>'
    )


def judged(html: str, status: int = 200, url: str = URL) -> Reading | Rejection:
    shown = Page(url=url, body=html.encode(), status=status, content_type="text/html")
    return read(Material(site=SITE, url=url, fetched_at=datetime(2024, 11, 26, 3, 0, tzinfo=UTC), page=shown))


CARDS = "".join(f'<article class="hentry"><h2><a href="/{one}/">Judul</a></h2></article>' for one in range(5))
LOGIN = '<form><input type="password" name="sandi"></form>'
CASES = {
    "a page that is not there": (page("Coba cari yang lain.", classes="error404"), 404, Reason.NOT_FOUND, None),
    "one with a notice": (page(NOTICE, classes="error404"), 404, Reason.NOT_FOUND, NOTICE),
    "one that is gone, with a notice": (page(NOTICE, classes=""), 410, Reason.NOT_FOUND, NOTICE),
    "an error page with 200": (page("Maaf.", classes="error404"), 200, Reason.SOFT_404, None),
    "one with a notice and 200": (page(NOTICE, classes="error404"), 200, Reason.SOFT_404, NOTICE),
    "a notice under the story's headline": (page(NOTICE), 200, Reason.SOFT_404, NOTICE),
    "a notice as the headline": (
        page("Terima kasih atas pengertiannya.", title="Artikel ini ditarik atas permintaan narasumber"),
        200, Reason.SOFT_404, "Artikel ini ditarik atas permintaan narasumber",
    ),
    "a notice on a page of an unknown theme": (
        f"<html><head><title>Kabar Muara</title></head><body><div><p>{NOTICE}</p></div></body></html>",
        200, Reason.SOFT_404, NOTICE,
    ),
    "a list": (page(CARDS, classes="archive category"), 200, Reason.LISTING, None),
    "a form to log in": (f"<html><head><title>Masuk</title></head><body>{LOGIN}</body></html>", 200, Reason.PASSWORD, None),
    "a site under repair": (
        "<html><head><title>Situs sedang dalam perbaikan</title></head><body><p>Silakan kembali.</p></body></html>",
        200, Reason.UNREADABLE, None,
    ),
    "a host that switched it off": (
        "<html><head><title>Account Suspended</title></head><body><h1>Account Suspended</h1></body></html>",
        200, Reason.UNREADABLE, None,
    ),
    "a challenge": ("<html><head><title>Just a moment...</title></head><body></body></html>", 200, Reason.CHALLENGE, None),
    "a challenge with 404": (
        "<html><head><title>Just a moment...</title></head><body></body></html>", 404, Reason.CHALLENGE, None
    ),
    "an error of the server": ("<html><body>Galat</body></html>", 503, Reason.HTTP, None),
}  # fmt: skip


@pytest.mark.parametrize(("html", "status", "reason", "notice"), CASES.values(), ids=CASES)
def test_what_stands_at_a_storys_address_is_told_apart(
    html: str, status: int, reason: Reason, notice: str | None
) -> None:
    found = judged(html, status)
    assert isinstance(found, Rejection)
    assert (found.reason, found.notice) == (reason, notice)


@pytest.mark.parametrize(
    "text",
    [
        (STORY,),
        (STORY, NOTICE, STORY, STORY),
        ("Unggahan itu telah dihapus pemiliknya karena menuai kecaman, kata Bawaslu Muara Tiga, Senin.",),
        ("“Berita ini telah dihapus oleh redaksi karena salah,” tulis akun itu, yang kini dilaporkan ke polisi.",),
        ("Konten kampanye yang telah diturunkan KPU itu sempat ditonton dua ribu kali sebelum masa tenang.",),
    ],
    ids=["a story", "a note above a story", "a post", "in quotes", "a campaign's clip"],
)
def test_a_story_about_something_withdrawn_is_a_story(text: tuple[str, ...]) -> None:
    assert isinstance(judged(page(*text)), Reading)


@pytest.mark.parametrize(
    "line",
    [
        "Berita ini telah dihapus atas permintaan narasumber.",
        "Artikel ini sudah diturunkan redaksi.",
        "Redaksi Kabar Muara dengan ini mencabut berita ini.",
        "Berita dengan judul “Calon Diduga Terima Uang” telah dicabut sesuai rekomendasi Dewan Pers.",
        "Maaf, konten ini tidak dapat ditampilkan atas permintaan pihak keluarga.",
        "Halaman yang Anda cari telah dihapus sehubungan dengan Hak Jawab dari KPU.",
        "Tulisan ini kami cabut karena melanggar Pedoman Pemberitaan Media Siber.",
        "This article has been removed at the request of the family.",
    ],
)
def test_a_notice_is_known_by_what_it_says_of_its_own_story(line: str) -> None:
    assert withdrawal(["Kabar Muara", line]) == line


@pytest.mark.parametrize(
    "line",
    [
        "Halaman yang Anda cari telah dihapus atau dipindahkan.",
        "Berita ini tidak ditemukan.",
        "Berita itu telah dihapus karena keliru.",
        "Artikel ini telah diperbarui karena ada kekeliruan penulisan nama.",
    ],
)
def test_an_error_or_a_correction_is_no_notice_of_a_withdrawal(line: str) -> None:
    assert withdrawal([line]) is None
