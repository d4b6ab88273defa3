"""An archive that the first version made (commit 44811ac, schema 0001): six stories of its sample outlet, its bytes in
`first.tar.xz`. What newer versions promise of an archive, they promise of this one.
"""

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from crawler.cli import main
from tests.archive.whole import assert_whole, held

NEW = {"election", "regions", "topics", "actors", "phase", "extractor", "version"}
"""Fields of which the first version knew nothing, or that tell of the reader."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("first")
    with tarfile.open(Path(__file__).with_name("first.tar.xz")) as file:
        file.extractall(root, filter="data")
    return root


@pytest.fixture
def home(first: Path, tmp_path: Path) -> Path:
    shutil.copytree(first, tmp_path / "home")
    return tmp_path / "home"


def exported(home: Path) -> bytes:
    file = home.parent / f"{home.name}.jsonl"
    assert main(["--home", str(home), "export", "--to", str(file)]) == 0
    return file.read_bytes()


def test_it_is_backed_up_restored_and_only_then_upgraded(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    file, again = tmp_path / "cadangan.tar", tmp_path / "pulih"
    assert main(["--home", str(home), "db", "backup", str(file)]) == 0
    assert main(["--home", str(again), "db", "restore", str(file)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("6 articles, 17 captures in 1 WARC file, ")
    assert said.err.endswith(f"its schema is older: `pilkada --home {again} db upgrade`\n")
    assert held(again) == held(home)
    for root in (home, again):
        assert main(["--home", str(root), "db", "upgrade"]) == 0
        assert_whole(root, 17)
    assert exported(again) == exported(home)


def test_a_rebuild_gives_its_articles_again(home: Path, capsys: pytest.CaptureFixture[str], root_logger: None) -> None:
    assert main(["--home", str(home), "db", "upgrade"]) == 0
    before = records(exported(home))
    assert main(["--home", str(home), "db", "rebuild"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["kabar-sampel", "ok", "12", "6", "0", "0"]
    after = records(exported(home))
    assert [older(record) for record in after] == [older(record) for record in before]
    assert len(after) == 6
    assert [record["election"] is None for record in (*before, *after)] == [True] * 6 + [False] * 6
    assert main(["--home", str(home), "verify"]) == 0


def records(lines: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.splitlines()]


def older(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in NEW}
