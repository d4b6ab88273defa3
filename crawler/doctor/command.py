"""The command: every check by itself, so that what is broken keeps no other from being looked at."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from archive.output import format_option, wrapped, write_rows
from archive.settings import Home
from archive.text import for_terminal
from crawler import logs
from crawler.doctor import archived, house, machine, wishes
from crawler.doctor.finding import Finding, Patient, State, bad, ok

if TYPE_CHECKING:
    from crawler.cli import App

Check = Callable[[Patient], Iterator[Finding]]
CHECKS: dict[str, Check] = {
    "python": machine.python,
    "packages": machine.packages,
    "sqlite": machine.sqlite,
    "clock": machine.clock,
    "zones": machine.zones,
    "contact": wishes.contact,
    "outlets": wishes.outlets,
    "election": wishes.election,
    "alerts": wishes.alerts,
    "disk": house.disk,
    "permissions": house.permissions,
    "database": archived.database,
    "captures": archived.captures,
    "runs": archived.runs,
    "index": archived.index,
    "locks": house.locks,
    "daemon": house.daemon,
    "remains": house.remains,
    "log": house.log,
}
"""In the order in which one would look."""
_FOLDED = {"subsequent_indent": " " * 5, "break_long_words": False, "break_on_hyphens": False}


@click.command()
@format_option
@click.pass_obj
def doctor(app: "App", output: str) -> int:
    """Say what is wrong with this installation, a line each with what helps; nothing is changed."""
    rows = list(_looked_at(app, datetime.now(UTC)))
    if output == "table":
        for row in rows:
            remedy = f" → {row['remedy']}" if row["remedy"] else ""
            line = for_terminal(f"{row['state']:5}{row['check']}: {row['detail']}{remedy}")
            # Elsewhere a line stays one, so that it can be found by its words.
            click.echo(wrapped(line, **_FOLDED) if sys.stdout.isatty() else line)
    else:
        write_rows(rows, output)
    return 3 if any(row["state"] == State.BAD for row in rows) else 0


def _looked_at(app: "App", now: datetime) -> "Iterator[dict[str, Any]]":
    from crawler.config import SettingsError

    settings = None
    try:
        loaded = app.loaded
        home, settings = loaded.home, loaded.settings
        read = ok(f"{home.settings_file} is in force" if home.settings_file.exists() else "no pilkada.toml: defaults")
    except SettingsError as error:
        home, read = Home(app.root), bad(str(error), "correct it: until then no other command works")
    yield _row("settings", read)
    patient = Patient(home, settings, now)
    try:
        for name, check in CHECKS.items():
            try:
                yield from (_row(name, finding) for finding in check(patient))
            except Exception as error:  # noqa: BLE001 - a broken installation breaks in ways that nobody foresaw
                yield _row(name, bad(f"could not be looked at: {type(error).__name__}: {error}", "report this line"))
    finally:
        patient.let_go()


def _row(name: str, finding: Finding) -> "dict[str, Any]":
    texts = {"detail": finding.detail, "remedy": finding.remedy}
    return {"check": name, "state": finding.state, **{key: logs.rid_of_secrets(text) for key, text in texts.items()}}
