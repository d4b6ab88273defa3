"""The commands on an archive whose database is on a PostgreSQL server: those that work, and those that say why not."""

import json
from typing import Any

import pytest

from archive.database import HEAD, Database
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada
from tests.postgres import Server


def test_the_commands_work_on_a_server(fresh: Pilkada, site: Newsroom, postgres: Server) -> None:
    with postgres.new(template="template0") as url:
        there = {"PILKADA_ARCHIVE__URL": url, **NO_PAGES}

        def run(*words: str) -> Any:
            done = fresh(*words, env=there)
            assert done.status == 0, (words, done.err)
            return done

        (report,) = run("crawl", SLUG, "--format", "json").json()
        assert (report["status"], report["new"]) == ("ok", 30)
        assert not (fresh.home / "pilkada.db").exists()
        (again,) = run("crawl", SLUG, "--format", "json").json()
        assert (again["status"], again["new"]) == ("ok", 0)

        hits = run("search", "bawaslu", "--format", "json").json()["hits"]
        uid = hits[0]["uid"]
        assert run("show", uid, "--format", "json").json()["captures"]
        assert hits[0]["title"].split()[0] in run("cite", uid).out
        (counted,) = run("stats", "--by", "outlet", "--format", "json").json()
        assert counted["articles"] == 30
        (run_made, *_) = run("schedule", "runs", "--format", "json").json()
        assert run_made["status"] == "ok"

        run("export", "--to", str(fresh.home / "all.jsonl"))
        exported = [json.loads(line) for line in (fresh.home / "all.jsonl").read_text("utf-8").splitlines()]
        run("db", "rebuild")
        run("export", "--to", str(fresh.home / "again.jsonl"))
        rebuilt = [json.loads(line) for line in (fresh.home / "again.jsonl").read_text("utf-8").splitlines()]
        assert {one["uid"]: one["body"] for one in rebuilt} == {one["uid"]: one["body"] for one in exported}

        run("takedown", uid, "--reason", "diminta", "--text")
        assert uid not in {hit["uid"] for hit in run("search", "bawaslu", "--format", "json").json()["hits"]}
        run("verify")
        run("db", "check")
        assert fresh("db", "upgrade", env=there).err == "the schema was up to date\n"
        database = Database(url)
        assert database.revision() == HEAD
        database.dispose()

        for words in (["db", "backup", str(fresh.home / "x.tar")], ["db", "describe"]):
            refused = fresh(*words, env=there)
            assert (refused.status, refused.out) == (1, "")
            assert "pg_dump" in refused.complaint()


@pytest.mark.parametrize("words", [["crawl", SLUG], ["search", "debat"], ["db", "check"], ["schedule", "status"]])
def test_a_server_that_is_down_is_one_line(fresh: Pilkada, words: list[str]) -> None:
    url = f"postgresql://rina:rahasia@/pilkada?host={fresh.home}"
    done = fresh(*words, env={"PILKADA_ARCHIVE__URL": url})
    assert (done.status, done.out) == (1, "")
    assert done.complaint().startswith("postgresql://rina:***@/pilkada")
    assert "rahasia" not in done.err
