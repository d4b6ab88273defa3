"""A first pilkada.toml, asked for."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from archive.errors import ArchiveUnavailableError
from archive.output import MisuseError
from archive.settings import Home
from crawler.config import SettingsError, load

QUESTIONS = {
    "contact": ("Your e-mail address or page, which sites are told", None),
    "outlet": ("Short name of the first outlet", "outlet"),
    "url": ("Its address", None),
    "name": ("Its name as readers know it", None),
    "timezone": ("Its time zone", "Asia/Makassar"),
}

TEMPLATE = """\
# Settings of a Pilkada archive. `pilkada config` prints all that are in force.

[crawl]
# Told to every site in the User-Agent; real outlets are not crawled without it.
contact = {contact}

[outlets.{outlet}]
family = "wordpress"
name = {name}
base_url = {url}
timezone = {timezone}

[schedule]
timezone = {timezone}
crawl = "*/30 * * * *"
"""


def write_settings(home: Home, answers: Mapping[str, str | None]) -> Path:
    """Ask for what was not answered and write the settings; one that is there is left alone.

    Raises:
        MisuseError: there are settings already, an answer is wrong, or nobody can be asked.
        ArchiveUnavailableError: the file cannot be written.
    """
    file = home.settings_file
    if file.exists():
        raise MisuseError(f"{file} exists already; edit it, or name another --home")
    values = {key: answers.get(key) or _ask(key) for key in QUESTIONS}
    text = TEMPLATE.format(
        **{key: value if key == "outlet" else json.dumps(value, ensure_ascii=False) for key, value in values.items()}
    )
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, "utf-8")
        try:
            load(home.root, config=beside, environment={})
        except SettingsError as error:
            raise MisuseError(str(error).replace(f"{beside}: ", "")) from error
        beside.replace(file)
    except OSError as error:
        raise ArchiveUnavailableError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)
    return file


def _ask(key: str) -> str:
    question, default = QUESTIONS[key]
    if not sys.stdin.isatty():
        raise MisuseError(f"--{key} is missing, and there is no terminal to ask at")
    return str(click.prompt(question, default=default, err=True))
