"""Sample sites that do what a test tells them to, as one outlet of each family."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.sample import ListingSite, PopojiSite, SampleOutlet, SampleSite
from crawler.sample.server import HTML, Answer
from tests.crawler.commandline import Pilkada, summed

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
SITES: dict[str, type[SampleSite | PopojiSite | ListingSite]] = {
    "wordpress": SampleSite,
    "popojicms": PopojiSite,
    "listing": ListingSite,
}
Script = Answer | Callable[[str], Answer]


class Victim:
    """An outlet of a family, a home that declares it, and what its site answers instead of its own pages."""

    slug = "korban"

    def __init__(self, family: str, home: Path, **given: Any) -> None:
        self.family = family
        self.scripted: dict[str, Script] = {}
        self.arrivals: list[float] = []
        self.at_once = 0
        """How many requests were answered at the same time, at most."""
        self._busy = 0
        self._lock = threading.Lock()
        victim = self

        class Scripted(SITES[family]):  # type: ignore[misc]
            def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
                return victim._answer(target, lambda: super(Scripted, self).answer(target, headers))

        self.site: SampleOutlet = Scripted(clock=lambda: NOW, **given)
        self.pilkada = Pilkada(home)

    def _answer(self, target: str, own: Callable[[], Answer]) -> Answer:
        with self._lock:
            self.arrivals.append(time.monotonic())
            self._busy += 1
            self.at_once = max(self.at_once, self._busy)
        try:
            # The longest prefix that was scripted: /a does not answer for /a/b where both are.
            found = max((prefix for prefix in self.scripted if target.startswith(prefix)), key=len, default=None)
            script = self.scripted[found] if found is not None else None
            return own() if script is None else script if isinstance(script, Answer) else script(target)
        finally:
            with self._lock:
                self._busy -= 1

    @staticmethod
    def said(body: bytes, *headers: tuple[str, str]) -> Answer:
        return Answer(headers=(HTML, *headers), body=body)

    @property
    def targets(self) -> list[str]:
        return [target for _, target, _ in self.site.requests]

    def declare(self, more: str = "") -> None:
        self.pilkada.declare(self.site.base_url, slug=self.slug, more=more)
        file = self.pilkada.home / "pilkada.toml"
        file.write_text(file.read_text("utf-8").replace('"wordpress"', f'"{self.family}"'), "utf-8")

    def crawl(self, *words: str, status: int = 0, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Crawl and give the report."""
        self.site.forget_requests()
        ended = self.pilkada("crawl", self.slug, *words, "--format", "json", env=env, timeout=110)
        assert ended.status == status, ended
        (report,) = ended.json()
        assert summed(report), report
        assert report["requests"] == len(self.site.requests), "what is counted is what was sent"
        return dict(report)


@contextmanager
def victim(family: str, home: Path, *, more: str = "", **given: Any) -> Iterator[Victim]:
    """An outlet that was never crawled, at a site that runs."""
    one = Victim(family, home, **given)
    with one.site:
        one.declare(more)
        yield one
        one.pilkada.close()
