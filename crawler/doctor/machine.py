"""Checks of what Pilkada runs on: Python, libraries, SQLite, the clock and its zones."""

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import metadata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.doctor.finding import Finding, Patient, bad, ok, warn

YEARS = (2025, 2100)
"""Before and after them no clock is right: this program was not there yet."""
AHEAD = timedelta(minutes=2)
"""By how much what the archive knows may lie ahead of the clock, which network time may have put right."""
_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?\s*([^;]*)(?:;(.*))?")
_BOUND = re.compile(r"(>=|<=|<|>|==|~=|!=)\s*([\w.]+)")


def python(_: Patient) -> Iterator[Finding]:
    """Python itself."""
    said = f"Python {sys.version.split()[0]} at {sys.executable}"
    yield ok(said) if sys.version_info >= (3, 11) else bad(said, "install Pilkada with Python 3.11 or later")


def packages(_: Patient) -> Iterator[Finding]:
    """Each library against the bounds that Pilkada declares."""
    try:
        declared = metadata.requires("pilkada") or []
    except metadata.PackageNotFoundError:
        yield warn("Pilkada runs from a checkout that was not installed: versions are unknown", "make .venv/.installed")
        return
    fine = []
    for requirement in declared:
        parts = _REQUIREMENT.match(requirement)
        if parts is None or "extra" in (parts[3] or ""):
            continue
        try:
            found = metadata.version(parts[1])
        except metadata.PackageNotFoundError:
            if not parts[3]:  # one that some systems do without
                yield bad(f"{parts[1]} is not installed", "install Pilkada again")
            continue
        if outside(found, parts[2]):
            yield bad(f"{parts[1]} {found} is installed, {parts[2].strip()} is needed", "install Pilkada again")
        else:
            fine.append(f"{parts[1]} {found}")
    yield ok(f"{len(fine)} libraries as required: {', '.join(sorted(fine, key=str.lower))}")


def outside(version: str, bounds: str) -> bool:
    """Say whether a version breaks one of its bounds; of both, only the numbers are compared."""
    found = _numbers(version)
    for sign, bound in _BOUND.findall(bounds):
        wanted = _numbers(bound)
        length = max(len(found), len(wanted))
        one, other = found + (0,) * (length - len(found)), wanted + (0,) * (length - len(wanted))
        if not {">=": one >= other, "<": one < other, "==": one == other, "<=": one <= other, ">": one > other}.get(
            sign, True
        ):
            return True
    return False


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", re.split(r"[a-zA-Z+-]", version)[0]))


def sqlite(patient: Patient) -> Iterator[Finding]:
    """The SQLite library, where the archive is in a file."""
    from archive.database import sqlite_module, sqlite_warning

    if patient.url.startswith("postgresql"):
        return
    if trouble := sqlite_warning():
        yield warn(trouble, "pip install pysqlite3, or use a newer Python")
    else:
        yield ok(f"SQLite {sqlite_module().sqlite_version}")


def clock(patient: Patient) -> Iterator[Finding]:
    """The clock, by the year and by what the archive has seen of it."""
    said, remedy = f"it is {patient.now:%Y-%m-%d %H:%M} UTC by this machine", "set the clock (timedatectl set-ntp true)"
    if not YEARS[0] <= patient.now.year <= YEARS[1]:
        yield bad(said, remedy)
        return
    newest = patient.condition.newest if patient.condition else None
    if newest is not None and newest > patient.now + AHEAD:
        yield bad(f"{said}, and the archive has a row of {newest:%Y-%m-%d %H:%M}", remedy)
    else:
        yield ok(said)


def zones(patient: Patient) -> Iterator[Finding]:
    """The time zones that are needed, and whether the schedule's knows summer time."""
    name = patient.settings.schedule.timezone if patient.settings else "Asia/Makassar"
    try:
        known = ZoneInfo("Asia/Makassar").utcoffset(datetime(2024, 11, 27)) == timedelta(hours=8)  # noqa: DTZ001 - a day there
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        known = False
    if not known:
        yield bad("the data on time zones are missing or wrong", "pip install tzdata")
        return
    days = [patient.now + timedelta(days=day) for day in range(0, 366, 7)]
    if len({day.astimezone(zone).utcoffset() for day in days}) > 1:
        yield warn(
            f"schedule.timezone {name} has summer time: on two days a year a run is an hour early or late",
            'timezone = "Asia/Makassar" or "UTC" under [schedule]',
        )
    else:
        yield ok(f"the schedule is read in {name}, which knows no summer time")
