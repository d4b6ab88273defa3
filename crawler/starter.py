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
from crawler.config import ZONES, SettingsError, load
from crawler.declaration import SLUG
from crawler.guard import authority, is_loopback
from crawler.outlets import shipped

QUESTIONS = {
    "contact": ("Your e-mail address or page, which sites are told", None),
    "outlet": ("Short name of the first outlet: {shipped}, which ship, or one of your own, such as kabar-kita", None),
    "family": ("Its system: wordpress, popojicms or listing (a site that lists its stories page by page)", "wordpress"),
    "url": ("Its address, such as https://kabarkita.example", None),
    "name": ("Its name as readers know it", None),
    "timezone": ("Its time zone: WIB, WITA, WIT, or a name such as Asia/Makassar", "WITA"),
}
OWN = ("family", "url", "name", "timezone")
"""What a shipped outlet's file answers."""
KEYS = {
    "family": "outlets.first.family",
    "contact": "crawl.contact",
    "url": "outlets.first.base_url",
    "name": "outlets.first.name",
    "timezone": "outlets.first.timezone",
}

TEMPLATE = """\
# Settings of a Pilkada archive. `pilkada config` prints all that are in force.

[crawl]
# Told to every site in the User-Agent; real outlets are not crawled without it.
contact = {contact}
{allowed}
{declared}
[schedule]
timezone = {timezone}
crawl = "*/30 * * * *"
"""

SHIPPED = """\
# It ships; any key that stands here goes before what `pilkada outlets show {outlet}` prints.
[outlets.{outlet}]
"""
DECLARED = """\
[outlets.{outlet}]
family = {family}
name = {name}
base_url = {url}
timezone = {timezone}
"""
ALLOWED = """\
# It is on this machine, and what is not public is only reached when it is named here.
allow_hosts = ["{host}"]
"""


def write_settings(home: Home, answers: Mapping[str, str | None]) -> Path:
    """Ask for what was not answered and write the settings; one that is there is left alone.

    Raises:
        MisuseError: there are settings already, an answer is wrong, or nobody can be asked.
        ArchiveUnavailableError: the file cannot be written.
        DeclarationError: a file of the outlets that ship is broken.
    """
    file = home.settings_file
    if file.exists():
        raise MisuseError(f"{file} exists already; edit it, or name another --home")
    ships = shipped()  # what is wrong with one would be taken for a wrong answer below
    given = {key: _checked(key, value) for key in QUESTIONS if (value := answers.get(key))}
    values: dict[str, str] = {}
    for key in QUESTIONS:
        if key in OWN and values["outlet"] in ships:
            if key in given:
                raise MisuseError(
                    f"--{key}: {values['outlet']} ships, so leave it out here and put it into {file} later"
                )
        else:
            values[key] = given.get(key) or _ask(key)
    text = _text(values)
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


def _text(values: Mapping[str, str]) -> str:
    """Give the settings that the answers make."""
    own = shipped().get(values["outlet"])
    quoted = {key: value if key == "outlet" else json.dumps(value, ensure_ascii=False) for key, value in values.items()}
    return TEMPLATE.format(
        contact=quoted["contact"],
        declared=(SHIPPED if own else DECLARED).format(**quoted),
        timezone=json.dumps(own.timezone) if own else quoted["timezone"],
        allowed=ALLOWED.format(host=authority(values["url"])) if is_loopback(values.get("url", "")) else "",
    )


def _ask(key: str) -> str:
    question, default = QUESTIONS[key]
    question = question.format(shipped=", ".join(shipped()))
    if not sys.stdin.isatty():
        if key == "family":
            return "wordpress"  # most are, and scripts of before there were others say nothing
        raise MisuseError(f"--{key} is missing, and there is no terminal to ask at")

    def checked(value: str) -> str:
        try:
            return _checked(key, value)
        except MisuseError as error:
            raise click.BadParameter(error.message.removeprefix(f"--{key}").lstrip(" :")) from error

    return str(click.prompt(question, default=default, err=True, value_proc=checked))


def _checked(key: str, value: str) -> str:
    """Give an answer as it is written down.

    Raises:
        MisuseError: it is none that the settings take.
    """
    value = value.strip()
    if key == "outlet":
        if not SLUG.fullmatch(value):
            raise MisuseError(f"--outlet: a short name is made of a to z, 0 to 9 and -, at most 40, not {value}")
        return value
    if key == "timezone":
        value = ZONES.get(value.upper(), value)
    outlet = {
        "family": "wordpress",
        "base_url": "https://contoh.example",
        "name": "Contoh",
        "timezone": "Asia/Makassar",
    }
    values = {f"outlets.first.{name}": good for name, good in outlet.items()} | {KEYS[key]: value}
    try:
        load(Path(os.devnull), environment={f"PILKADA_{k.upper().replace('.', '__')}": v for k, v in values.items()})
    except SettingsError as error:
        raise MisuseError(str(error).replace(KEYS[key], f"--{key}")) from error
    return value
