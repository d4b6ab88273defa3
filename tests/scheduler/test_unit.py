import configparser
import getpass
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.settings import Home
from scheduler.commands import schedule
from scheduler.unit import STOP_SECONDS, Place, name_servers, quoted, unit
from tests.scheduler.test_commands import Asked

PYTHON = Path("/opt/pilkada/bin/python")


def lines(text: str, section: str = "Service") -> dict[str, str]:
    """The lines of a section, as anybody's reader of such files finds them."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # names keep their case
    parser.read_string(text)
    return dict(parser[section])


PLACES = {
    "system": Place(python=PYTHON, home=Path("/srv/pilkada"), user="pilkada", reached=("10.0.0.2", "fd00::53")),
    "own": Place(python=PYTHON, home=Path("/srv/pilkada")),
    "odd names": Place(
        python=PYTHON,
        home=Path('/srv/Arsip "Pilkada" 100% $HOME'),
        config=Path("/etc/pil kada.toml"),
        user="pilkada",
        written=(Path("/var/lib/basis data"),),
    ),
}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd is here to ask")
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_systemd_itself_finds_nothing_to_say_of_the_unit(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "pilkada.service"
    user = place.user and getpass.getuser()  # a unit for a user or a program that is not there is refused
    file.write_text(unit(replace(place, user=user, python=Path(sys.executable))))
    asked = ["systemd-analyze", "verify", *(["--user"] if user is None else []), "--man=no", str(file)]
    runtime = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(asked, env=runtime, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_unit_starts_watches_and_stops_the_daemon_of_this_installation() -> None:
    service = lines(unit(PLACES["system"]))
    assert shlex.split(service["ExecStart"]) == [
        *(str(PYTHON), "-P", "-m", "pilkada", "--home", "/srv/pilkada", "schedule", "run")
    ]
    assert (service["Type"], service["User"]) == ("notify", "pilkada")
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert 30 < STOP_SECONDS == int(service["TimeoutStopSec"])
    assert service["RestartPreventExitStatus"] == "2"
    assert lines(unit(PLACES["system"]), "Install") == {"WantedBy": "multi-user.target"}


def test_only_the_home_is_written_and_private_networks_are_closed_but_for_name_servers() -> None:
    service = lines(unit(PLACES["system"]))
    assert (service["ProtectSystem"], service["ReadWritePaths"]) == ("strict", "/srv/pilkada")
    assert service["IPAddressAllow"] == "localhost 10.0.0.2 fd00::53"
    assert "192.168.0.0/16" in service["IPAddressDeny"]
    assert service["CapabilityBoundingSet"] == ""
    assert (service["ProtectHome"], service["PrivateTmp"]) == ("yes", "yes")


def test_a_wall_does_not_stand_in_front_of_what_is_needed() -> None:
    at_home = lines(unit(Place(python=PYTHON, home=Path("/home/rina/berita"), user="rina")))
    assert at_home["ProtectHome"] == "read-only"
    in_temporary = lines(unit(Place(python=PYTHON, home=Path("/tmp/berita"), user="rina")))
    assert "PrivateTmp" not in in_temporary


def test_a_unit_of_ones_own_asks_for_nothing_that_takes_rights() -> None:
    service = lines(unit(PLACES["own"]))
    assert not {"User", "ProtectSystem", "IPAddressDeny", "CapabilityBoundingSet"} & set(service)
    assert service["NoNewPrivileges"] == "yes"
    assert lines(unit(PLACES["own"]), "Install") == {"WantedBy": "default.target"}


@pytest.mark.parametrize(
    ("word", "written"),
    [("/srv/berita", "/srv/berita"), ("a b", '"a b"'), ("100%", '"100%%"'), ('"', '"\\""'), ("$HOME", '"$HOME"')],
)
def test_names_are_written_so_that_systemd_reads_them_as_they_are(word: str, written: str) -> None:
    assert quoted(word) == written


def test_a_dollar_in_a_command_is_no_variable() -> None:
    assert quoted("$HOME", command=True) == '"$$HOME"'


def test_name_servers_are_read_from_what_the_resolver_reads() -> None:
    told = "# nameserver 10.0.0.9\nsearch kabar.test\nnameserver 127.0.0.53\nnameserver fd00::53%eth0\n"
    assert name_servers(told) == ("127.0.0.53", "fd00::53")


def test_the_command_prints_a_unit_for_its_home(tmp_path: Path) -> None:
    app = Asked(home=Home(tmp_path))
    made = CliRunner().invoke(schedule, ["unit", "--run-as", "rina", "--reach", "10.9.8.7"], obj=app)
    assert (made.exit_code, made.stderr) == (0, "")
    service = lines(made.stdout)
    assert (service["User"], service["ReadWritePaths"]) == ("rina", str(tmp_path))
    assert service["IPAddressAllow"].endswith(" 10.9.8.7")
    assert "User" in lines(CliRunner().invoke(schedule, ["unit"], obj=app).stdout)
    assert "User" not in lines(CliRunner().invoke(schedule, ["unit", "--user"], obj=app).stdout)


def test_the_container_runs_as_nobody_with_a_volume_and_a_health_check() -> None:
    made = CliRunner().invoke(schedule, ["containerfile"])
    assert made.exit_code == 0
    steps = dict(line.split(" ", 1) for line in made.stdout.splitlines() if re.match(r"[A-Z]+ ", line))
    assert (steps["USER"], steps["VOLUME"], steps["ENV"]) == ("pilkada", "/archive", "PILKADA_HOME=/archive")
    assert made.stdout.index("USER pilkada") < made.stdout.index("ENTRYPOINT")
    assert "schedule status --check=daemon" in steps["HEALTHCHECK"]
