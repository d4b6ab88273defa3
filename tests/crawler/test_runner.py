"""What surrounds a crawl's process: where it is started, and what is refused before it is."""

import subprocess
import sys

import pytest

from archive import runs
from archive.database import Database
from crawler.config import SettingsError, load
from crawler.runner import Runner, Scope, check_contact, make_task
from tests.crawler.commandline import SLUG, environment

OUTLET = """
[crawl]
{crawl}
[outlets.kukar]
family = "wordpress"
base_url = "{base_url}"
name = "Kabar Kukar"
timezone = "Asia/Makassar"
{outlet}
"""


def task(tmp_path, *, base_url="https://kabar.example", at=None, crawl='contact = "a@b.example"', outlet=""):
    (tmp_path / "pilkada.toml").write_text(OUTLET.format(base_url=base_url, crawl=crawl, outlet=outlet), "utf-8")
    loaded = load(tmp_path, environment={})
    return make_task(loaded, "sqlite:////x", "kukar", "command", None, Scope(base_url=at), "WARNING")


def test_a_folder_that_is_named_like_a_package_of_ours_is_not_taken_for_it(tmp_path, fresh):
    trap = tmp_path / "crawler"
    trap.mkdir()
    for name in ("__init__.py", "__main__.py"):
        (trap / name).write_text("raise SystemExit('not this one')\n")
    command = [sys.executable, "-P", *fresh.command("crawl", SLUG, "--limit", "1")[1:]]
    done = subprocess.run(command, cwd=tmp_path, env=environment(None), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_what_the_starting_program_holds_does_not_count_as_the_crawls_memory(fresh):
    held = bytearray(700 * 1024 * 1024)
    held[::4096] = b"x" * len(held[::4096])
    loaded = load(fresh.home, environment={})
    database = Database(loaded.home.database_url(loaded.settings.archive))
    database.ensure()
    report = Runner(loaded, database, log_level="WARNING").crawl(SLUG, cause="command")
    with database.read() as connection:
        row = runs.get(connection, report.run_id)
    database.dispose()
    assert (report.status, report.new, len(held)) == ("ok", 30, 700 * 1024 * 1024)
    assert (row.exit_status, 40 < row.memory_mb < 600) == (0, True)


def test_a_real_outlet_is_not_crawled_without_a_contact(tmp_path):
    with pytest.raises(SettingsError, match=r"crawl\.contact"):
        task(tmp_path, crawl="")
    check_contact("kukar", load(tmp_path, environment={}).settings.crawl, "http://127.0.0.1:8090")


def test_the_user_agent_names_the_project_and_the_contact(tmp_path):
    assert task(tmp_path).user_agent.startswith("Pilkada/")
    assert task(tmp_path).user_agent.endswith(" (+a@b.example)")


@pytest.mark.parametrize(
    ("given", "delay"),
    [
        ({}, 2.0),
        ({"crawl": 'contact = "a@b.example"\ndelay = 7'}, 7.0),
        ({"outlet": "delay = 9"}, 9.0),
        ({"at": "http://127.0.0.1:8090"}, 0.0),
        ({"at": "http://127.0.0.1:8090", "outlet": "delay = 0.5"}, 0.5),
        ({"base_url": "http://127.0.0.1:8090"}, 2.0),
        ({"base_url": "http://127.0.0.1:8090", "crawl": 'allow_hosts = ["127.0.0.1:8090"]'}, 0.0),
        ({"at": "https://mirror.example"}, 2.0),
    ],
    ids=["default", "crawl", "outlet", "base-url", "base-url-outlet", "loopback-unnamed", "loopback-allowed", "mirror"],
)
def test_only_a_named_address_of_this_machine_has_no_delay(tmp_path, given, delay):
    assert task(tmp_path, **given).delay == delay


def test_base_url_lets_its_own_host_and_port_be_reached_and_no_other(tmp_path):
    assert task(tmp_path, at="http://127.0.0.1:8090").allowed_hosts == ["127.0.0.1:8090"]
    assert task(tmp_path).allowed_hosts == []
