"""The command line: gathers the commands of all packages, opens what they need, turns errors into one line and a status.

Commands are imported when they are run, so that `pilkada search` pays for nothing but itself.
"""

import contextlib
import importlib
import logging
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from archive.text import for_terminal
from crawler import logs, startup

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.database import Database
    from archive.phases import Phase
    from archive.records import TagKind
    from archive.settings import Home
    from crawler.config import Loaded
    from crawler.progress import Progress
    from crawler.runner import Runner
    from scheduler.due import Errand
    from scheduler.lock import ProcessLock
    from scheduler.reload import Renewal
    from scheduler.settings import ScheduleSettings
    from scheduler.timetable import Timetable
    from scheduler.watch import Watch

COMMANDS = {
    "cite": "archive.citecommand:cite",
    "clusters": "archive.clustercommands:clusters",
    "codebook": "archive.codebookcommand:codebook",
    "config": "crawler.commands:config",
    "coverage": "scheduler.coveragecommands:coverage",
    "crawl": "crawler.commands:crawl",
    "db": "crawler.commands:db",
    "demo": "crawler.demo:demo",
    "doctor": "crawler.doctor.command:doctor",
    "export": "archive.exportcommand:export",
    "import": "crawler.importing.command:import_",
    "init": "crawler.commands:init",
    "label": "archive.labelcommand:label",
    "outlets": "crawler.commands:outlets",
    "reextract": "crawler.reextract.command:reextract",
    "schedule": "scheduler.commands:schedule",
    "search": "archive.searchcommand:search",
    "show": "archive.showcommand:show",
    "stats": "archive.statcommand:stats",
    "takedown": "archive.takedowncommands:takedown",
    "verify": "archive.verifycommand:verify",
}


LONGEST_LINE = 500
"""Characters of an error that are shown: a value that was refused may be a file's whole content."""


class App:
    """What a command may ask for; each thing is opened when it is first asked for."""

    def __init__(self, home: Path, config: Path | None, log_level: str) -> None:
        self.root = home
        self._config = config
        self.log_level = log_level

    @cached_property
    def loaded(self) -> "Loaded":
        """The settings in force."""
        from crawler.logs.inforce import follow

        return follow(self.read())

    def read(self) -> "Loaded":
        """Read the settings, and go by none of them yet."""
        from crawler.config import load

        return load(self.root, config=self._config)

    def renewed(self) -> "Renewal":
        """Read the settings anew for a daemon that runs."""
        from crawler.renewal import renewed

        return renewed(self)

    @property
    def home(self) -> "Home":
        """Where things lie in the archive's folder."""
        return self.loaded.home

    @property
    def schedule(self) -> "ScheduleSettings":
        """The scheduler's settings."""
        return self.loaded.settings.schedule

    @cached_property
    def timetable(self) -> "Timetable":
        """When each outlet's work is due."""
        from crawler.works import timetable

        return timetable(self.loaded)

    @property
    def hosts(self) -> Mapping[str, str]:
        """The host that each outlet is at."""
        from crawler.works import host_of

        return {slug: host_of(outlet) for slug, outlet in self.loaded.settings.outlets.items()}

    @property
    def outlets(self) -> Sequence[str]:
        """The slugs of the enabled outlets."""
        return [slug for slug, outlet in self.loaded.settings.outlets.items() if outlet.enabled]

    @property
    def version(self) -> str:
        """The version of this installation."""
        from crawler.version import VERSION

        return VERSION

    @cached_property
    def _database(self) -> "Database":
        from archive.database import Database

        return Database(self.home.database_url(self.loaded.settings.archive))

    def listed(self, kind: "TagKind") -> "Sequence[tuple[str, str]]":
        """Give value and name of the topics or actors that the election's data knows, each actor by all names."""
        from crawler.config import election_pack

        pack = election_pack(self.loaded)
        if kind == "topic":
            return [(name, name) for name in pack.codebook.names]
        forms = [form for forms in pack.actors.forms.values() for form in forms if not form.pair]
        return [(id_, " ".join(form.tokens)) for form in forms for id_ in form.ids]

    def phases(self, regions: "Sequence[str]") -> "tuple[str, Sequence[Phase]]":
        """Give the election's name, and its phases in all regions or around some."""
        from crawler.config import election_pack

        pack = election_pack(self.loaded)
        return pack.title, pack.calendar.around(regions)

    def raw_database(self) -> "Database":
        """Give the archive's database as it is, whatever its schema."""
        return self._database

    def own_files(self) -> list[Path]:
        """Give the files of the home that a person wrote: the settings, and what they name of the election."""
        from crawler.reading.pack import FILES

        root, election = self.home.root.resolve(), self.loaded.settings.election
        named = [self.home.settings_file.name, election.actors]
        named += [f"{election.pack}/{name}" for name in FILES if "/" in election.pack]
        files = {(root / Path(name).expanduser()).resolve() for name in named if name}
        return sorted(file for file in files if file.is_file() and file.is_relative_to(root))

    def database_named(self) -> str | None:
        """Say which setting names a database elsewhere than in the home; None where none does."""
        origin = self.loaded.origins.get("archive.url")
        return None if origin is None else f"archive.url ({origin})"

    def database(self) -> "Database":
        """Give the archive's database, made if there is none, its schema checked."""
        if warning := self._database.warning():
            logging.getLogger(__name__).warning("%s", warning)
        self._database.ensure()
        return self._database

    def database_to_read(self) -> "Database":
        """Give the archive's database; where there is none yet, an empty one in its stead, so that looking makes none."""
        if self._database.revision() is not None:
            return self.database()
        from tempfile import TemporaryDirectory

        from archive.database import Database

        root = click.get_current_context().find_root()
        folder = root.with_resource(TemporaryDirectory(prefix="pilkada-empty-"))
        empty = Database(f"sqlite:///{folder}/pilkada.db")
        root.call_on_close(empty.dispose)
        empty.ensure()
        return empty

    def archive(self) -> "Archive":
        """Give the archive for reading; it is not made if there is none."""
        return self._archive

    @cached_property
    def _archive(self) -> "Archive":
        # Opened once: the daemon asks for it after every crawl, for months.
        from archive.archive import Archive

        return Archive.open(self.home.root, url=self.home.database_url(self.loaded.settings.archive))

    def hold(self, outlet: str) -> "ProcessLock":
        """Give the lock of an outlet, which whoever changes its files holds."""
        from scheduler.lock import outlet_lock

        return outlet_lock(self.home.locks, outlet, self._database)

    @cached_property
    def progress(self) -> "Progress":
        """What shows how far crawls are."""
        from crawler.progress import Progress

        return Progress()

    @cached_property
    def runner(self) -> "Runner":
        """What starts crawls."""
        from crawler.runner import Runner

        return Runner(self.loaded, self.database(), log_level=self.log_level, on_progress=self.progress.show)

    def work(self, errand: "Errand") -> None:
        """Do some work for the daemon; what goes wrong is logged and in its run."""
        from crawler.works import work

        work(self, errand)

    def repair(self, spans: "Sequence[tuple[str, date, date]]") -> int:
        """Crawl some days of outlets, one after another, and say what became of each; give the exit status."""
        from crawler.repair import repair

        return repair(self, spans)

    @cached_property
    def watch(self) -> "Watch":
        """What judges outlets after their crawls, and tells people."""
        from crawler.clock import now
        from scheduler.watch import Watch

        settings = self.loaded.settings
        zone = settings.schedule.timezone
        return Watch(settings.alerts, database=self.database, home=self.home, zone=zone, outlets=self.outlets, now=now)

    def unwinding(self) -> contextlib.AbstractContextManager[None]:
        """Have SIGTERM stop a command as Ctrl-C does."""
        from scheduler.processes import stop_unwinds

        return stop_unwinds()

    def hindrance(self) -> str | None:
        """Say where too little of the disk is free for anything to be fetched, None where there is enough."""
        settings = self.loaded.settings
        return self.home.reserve(self.home.database_url(settings.archive), settings.crawl.reserve_mb).shortage()

    def interrupt(self) -> None:
        """Stop the crawls that run."""
        self.runner.interrupt()


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Give the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        startup.imported()
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; a name that is close to one that is unknown is named."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None


@click.group(cls=Commands)
@click.option(
    "--home", type=click.Path(path_type=Path), help="The archive's folder [$PILKADA_HOME, else your data folder]."
)
@click.option("--config", type=click.Path(path_type=Path), help="Settings to use instead of pilkada.toml in the home.")
@click.option("--verbose", is_flag=True, help="Say more about what is done.")
@click.option("--quiet", is_flag=True, help="Say nothing but what is wrong.")
@click.version_option(package_name="pilkada")
@click.pass_context
def pilkada(ctx: click.Context, home: Path | None, config: Path | None, verbose: bool, quiet: bool) -> None:  # noqa: FBT001
    """Crawl, keep and search what Indonesia's regional outlets wrote about an election."""
    level = "INFO" if verbose else "ERROR" if quiet else "WARNING"
    logs.begin(logs.Options(), "INFO" if level == "WARNING" and ctx.invoked_subcommand == "schedule" else level)
    ctx.obj = App((home or default_home()).absolute(), config, level)


def default_home() -> Path:
    """Give the home that is used without --home: $PILKADA_HOME, else the platform's folder for user data."""
    if named := os.environ.get("PILKADA_HOME"):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("pilkada", appauthor=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status (CONTRACT.md)."""
    try:
        status = pilkada.main(args=arguments, prog_name="pilkada", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.NoSuchOption as error:
        early = error.option_name in {name for option in pilkada.params for name in option.opts}
        _say(f"{error.option_name} stands before the command" if early else _with_help(error))
        return error.exit_code
    except click.UsageError as error:
        _say(_with_help(error))
        return error.exit_code
    except click.ClickException as error:
        _say(f"{error.format_message()}")
        return error.exit_code
    except click.Abort:
        _say("stopped")
        return 1
    except BrokenPipeError:
        # The reader of a pipe has seen enough (`pilkada search … | head`); Python must not try to flush again.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        status = foreseen(error)
        if status is None:
            raise
        _say(str(error))
    return status if isinstance(status, int) else 0


def unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the trace of a bug as Python does, but for the secrets that an error may quote."""
    text = logs.rid_of_secrets("".join(traceback.format_exception(kind, error, trace)))
    sys.stderr.write(for_terminal(text))


def foreseen(error: Exception) -> int | None:
    """Give the exit status of an error that has a cause outside the program, None for a bug."""
    from archive.cursors import CursorError
    from archive.errors import ArchiveError, BusyError
    from archive.export import ExportError
    from archive.labelfile import LabelFileError
    from archive.paging import PageKeyError
    from archive.querytree import QueryError
    from crawler.config import SettingsError
    from crawler.declaration import DeclarationError
    from scheduler.errors import SchedulerError
    from scheduler.lock import HeldError

    statuses: tuple[tuple[type[Exception], int], ...] = (
        (SettingsError, 2),
        (DeclarationError, 2),
        (QueryError, 2),
        (PageKeyError, 2),
        (CursorError, 2),
        (ExportError, 2),
        (LabelFileError, 2),
        (BusyError, 4),
        (HeldError, 4),
        (SchedulerError, 2),
        (ArchiveError, 1),
    )
    return next((status for kind, status in statuses if isinstance(error, kind)), None)


def _with_help(error: click.UsageError) -> str:
    """Say where it is told what a command takes, unless the error already says what was meant."""
    said = error.format_message()
    if error.ctx is None or "Did you mean" in said:
        return said
    return f"{said.rstrip('.')}; `{error.ctx.command_path} --help` says what it takes"


def _say(text: str) -> None:
    text = logs.rid_of_secrets(text)  # a driver's own words may repeat the address that it was given
    click.echo(f"pilkada: {' '.join(for_terminal(text).split())[:LONGEST_LINE]}", err=True)
