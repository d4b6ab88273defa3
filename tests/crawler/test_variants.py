"""One article per story whatever form of its address is met, at a WordPress that is crawled by its pages."""

import re
from collections.abc import Mapping
from pathlib import Path

from crawler.sample import NewspaperSite
from crawler.sample.server import HTML, Answer
from tests.crawler.commandline import NO_PAGES, Pilkada
from tests.crawler.trapsite import NOW

ENDS = ("amp/", "?amp", "?amp=1", "?noamp=mobile", "?utm_source=wa&utm_medium=x", "?replytocom=7#comment-7",
        "comment-page-1/", "page/2/", "?lang=id", "2/", "?fbclid=x", "amp/?utm_source=wa")  # fmt: skip


class Listed(NewspaperSite):
    """A WordPress with the AMP plugin that has one list, of a test's making, and nothing else to be asked."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.rest = "404"
        self.down_paths = {"/feed": 404, "/page": 404}
        self.told: list[str] = []

    def serve(self, target: str, headers: Mapping[str, str]) -> Answer:
        if target != "/":
            # WordPress shows a story at these as well (OUTLETS 1.4).
            return super().serve(re.sub(r"(?<=.)/(page|comment-page)[/-]\d+/$", "/", target), headers)
        cards = (f'<article><h2><a href="{self.base_url}{path}">Judul</a></h2></article>' for path in self.told)
        return Answer(headers=(HTML,), body=f"<html><body><main>{''.join(cards)}</main></body></html>".encode())

    def crawl(self, pilkada: Pilkada) -> dict[str, object]:
        self.forget_requests()
        return pilkada.crawl(env=NO_PAGES)


def test_every_form_of_an_address_leads_to_one_article(tmp_path: Path) -> None:
    site, pilkada = Listed(), Pilkada(tmp_path / "home")
    with site:
        pilkada.declare(site.base_url)
        stories = site.public
        paths = [site.path(post) for post in stories]
        moved = site.move(stories[-1].id, slug="alamat-baru")
        now = [*paths[:-1], site.path(moved)]
        strange = [paths[-1], f"/{paths[-2]}", paths[-3].upper(), paths[-4].rstrip("/")]
        once = [path + end for path, end in zip(paths, ENDS, strict=False)]
        assert len(once) + len(strange) == len(stories), "each story is met in one form"
        site.told = [*once, *strange]
        report = site.crawl(pilkada)
        assert (report["status"], report["new"], report["rejected"], report["failed"]) == ("ok", len(stories), {}, 0), (
            report
        )
        assert all("parts_missing" not in record["flags"] for record in pilkada.articles())
        assert {record["canonical_url"].removeprefix(site.base_url) for record in pilkada.articles()} == set(now)
        site.told = [*now, *(path + end for path in now for end in ENDS), *strange]
        report = site.crawl(pilkada)
        assert (report["status"], report["discovered"], report["new"], report["revised"]) == ("ok", 0, 0, 0), report
        assert [target for _, target, _ in site.requests if not re.fullmatch(r"/(page/.*)?", target)] == []
        pilkada.assert_sound(len(stories))
    pilkada.close()
