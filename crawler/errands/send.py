"""Sending errands: each runs in a child process of its own, which is ended when its time is over."""

import contextlib
import threading

import click
import msgspec

from archive.errors import ArchiveUnavailableError
from crawler import logs
from crawler.config import Loaded, check_base_url
from crawler.errands.told import Errand, Finding
from crawler.guard import authority, is_loopback
from crawler.runner import EVERYTHING, OVERTIME_SECONDS, check_contact, child_process, make_task, user_agent
from scheduler import processes

LONGEST = 600.0
"""The most seconds that an errand takes: fifteen requests at half a minute."""


def probing(loaded: Loaded, url: str, *, log_level: str) -> Errand:
    """Put together a look at a site that nobody declared; one on this machine may be asked, since it was named.

    Raises:
        SettingsError: it is no address of a site, or may not be asked with these settings.
    """
    check_base_url("URL", url)
    crawl, host = loaded.settings.crawl, authority(url)
    assert host is not None
    check_contact("it", crawl, url)
    local = is_loopback(url)
    return Errand(
        url=url,
        locks=str(loaded.home.locks),
        delay=0.0 if local else crawl.delay,
        allowed_hosts=[*crawl.allow_hosts, *([host] if local else [])],
        user_agent=user_agent(crawl),
        deadline=min(crawl.deadline, LONGEST),
        memory_mb=crawl.memory_mb,
        log_level=log_level,
        log=logs.in_force(),
    )


def checking(loaded: Loaded, slug: str, *, log_level: str) -> Errand:
    """Put together a look at whether an outlet is as declared, as a crawl of it would be sent.

    Raises:
        SettingsError: it may not be asked with these settings.
    """
    task = make_task(loaded, "", slug, "check", None, EVERYTHING, log_level)
    return Errand(
        url=task.outlet.base_url,
        outlet=task.outlet,
        locks=str(loaded.home.locks),
        delay=task.delay,
        allowed_hosts=task.allowed_hosts,
        user_agent=task.user_agent,
        deadline=min(task.deadline, LONGEST),
        memory_mb=task.memory_mb,
        log_level=log_level,
        log=task.log,
    )


def send(errand: Errand) -> Finding:
    """Run an errand and give what it found, or why it found nothing.

    Raises:
        ArchiveUnavailableError: our side failed; the text names the cause.
        click.Abort: the program was told to stop.
    """
    child = child_process("errand")
    stopped: list[bool] = []

    def stop() -> None:
        stopped.append(True)
        processes.kill_group(child.pid)  # it holds nothing that could be lost

    timer = threading.Timer(errand.deadline + OVERTIME_SECONDS, processes.kill_group, [child.pid])
    timer.daemon = True
    timer.start()
    try:
        with processes.on_stop(stop):
            assert child.stdin is not None
            assert child.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(msgspec.json.encode(errand))
                child.stdin.close()
            with child.stdout:
                said = child.stdout.read()
            status = child.wait()
    finally:
        timer.cancel()
        processes.kill_group(child.pid)
        child.wait()
    if stopped:
        raise click.Abort
    try:
        return msgspec.json.decode(said, type=Finding)
    except msgspec.DecodeError as error:
        raise ArchiveUnavailableError(f"the look at {errand.url} ended early: {processes.ending(status)}") from error
