import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawler.commandline import Newsroom, Pilkada


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[Newsroom]:
    """The sample outlet, whole, or with as many articles as a test asks for by indirect parameter."""
    with Newsroom(getattr(request, "param", None)) as site:
        yield site


@pytest.fixture
def fresh(tmp_path: Path, site: Newsroom) -> Iterator[Pilkada]:
    """A home that knows the sample outlet and has not crawled it."""
    pilkada = Pilkada(tmp_path / "home")
    pilkada.declare(site.base_url)
    yield pilkada
    pilkada.close()


@pytest.fixture(scope="session")
def _first_crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pilkada = Pilkada(tmp_path_factory.mktemp("crawled") / "home")
    with Newsroom() as site:
        pilkada.declare(site.base_url)
        assert pilkada.crawl()["new"] == 30
    return pilkada.home


@pytest.fixture
def crawled(tmp_path: Path, site: Newsroom, _first_crawl: Path) -> Iterator[Pilkada]:
    """A home that has crawled the sample outlet once, which has moved to another port since."""
    pilkada = Pilkada(tmp_path / "home")
    shutil.copytree(_first_crawl, pilkada.home)
    (pilkada.home / "pilkada.toml").unlink()
    pilkada.declare(site.base_url)
    yield pilkada
    pilkada.close()
