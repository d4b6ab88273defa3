"""Plots: what they say, that the same counts give the same bytes, and that nothing of a site is markup or code in them."""

import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from archive import plots
from archive.captions import Plot, articles, caption, label, short
from archive.drawing import TICKS, ticks
from archive.output import MisuseError
from archive.phases import Phase
from archive.records import Filters, TagRole
from archive.series import Per, Series, Timeline
from archive.statistics import By
from crawler.cli import main
from tests.archive.ran import Ran

MADE = date(2026, 11, 23)
HOSTILE = (
    "</title></svg><script>alert('kpu')</script>",
    "$\\frac{1}{0}$ $x^2",
    "_tersembunyi",
    "Lidia \U0001f44d Marpatan\nbaris dua \u202eterbalik",
    "N" * 300,
    "--><img src=x onerror=alert(1)>",
    "国际日报",
    "{}%s\\",
)
PHASES = (
    Phase(name="kampanye", start=date(2024, 9, 25), end=date(2024, 11, 23), rank=4),
    Phase(name="pemungutan_suara", start=date(2024, 11, 27), end=date(2024, 11, 27), rank=1),
    Phase(
        name="<b>$psu$</b>\n" + "W" * 200, start=date(2024, 11, 1), end=date(2024, 11, 1), rank=1, regions=("64.02",)
    ),
)
EVERYTHING = Filters()
SVG = "{http://www.w3.org/2000/svg}"


def timeline(
    names: Sequence[str], by: By | None = By.ACTOR, *, per: Per = Per.WEEK, periods: int = 104, **said: Any
) -> Timeline:
    first = date(2024, 1, 1)
    starts = [first]
    while len(starts) < periods:
        starts.append(per.end(starts[-1]) + timedelta(days=1))
    series = [
        Series(
            key=f"k{at}", name=name, counts=tuple((at * 7 + number * 3) % 11 for number in range(periods)), undated=at
        )
        for at, name in enumerate(names)
    ]
    return Timeline(
        **{
            "by": by,
            "per": per,
            "first": first,
            "last": starts[-1],
            "starts": tuple(starts),
            "series": tuple(series),
            "keys": len(series),
            "articles": 4321,
            "undated": 12,
            "nameless": {},
            **said,
        }
    )  # fmt: skip


def plot(line: Timeline, filters: Filters = EVERYTHING, phases: Sequence[Phase] = PHASES, **said: Any) -> Plot:
    words = caption(line, filters, role=None, election="Pilkada 2024", phases=phases, made=MADE)
    return Plot(timeline=line, caption=words, phases=tuple(phases), **said)


def drawn(of: Plot, folder: Path, name: str = "p.svg") -> str:
    plots.write(of, folder / name)
    return (folder / name).read_text("utf-8")


def size(file: Path) -> tuple[int, int]:
    head = file.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", head[16:24])


@pytest.mark.parametrize("ending", plots.ENDINGS)
def test_the_same_counts_give_the_same_bytes(ending: str, tmp_path: Path) -> None:
    of = plot(timeline(HOSTILE, periods=30), down=((date(2024, 1, 2), date(2024, 1, 9)),))
    for number in range(2):
        plots.write(of, tmp_path / f"{number}{ending}")
    one, two = sorted(tmp_path.iterdir())
    assert one.read_bytes() == two.read_bytes()
    if ending == ".png":
        wide, high = size(one)
        assert wide == 1800
        assert 1200 < high < 2400


@pytest.mark.parametrize(
    "line",
    [
        timeline(["semua"], None, per=Per.DAY, periods=300),
        timeline(["a", "b"], per=Per.MONTH, periods=1),
        timeline(["a"], per=Per.DAY, periods=1),
        timeline(["a"] * 8, per=Per.DAY, periods=2000),
    ],
    ids=["all-days", "one-month", "one-day", "five-years"],
)
def test_few_and_many_points_are_drawn_without_a_warning(line: Timeline, tmp_path: Path) -> None:
    text = drawn(plot(line), tmp_path)
    assert ET.fromstring(text).tag == f"{SVG}svg"
    assert all(f"<!-- {label(line, one)} -->" in text for one in line.series), "each has its name beside it"


class Tags(HTMLParser):
    """The names of the tags and of the attributes of a text, as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_what_a_site_wrote_is_never_markup(tmp_path: Path) -> None:
    friendly = ("Rahmadi", "Lidia", "KPU", "Bawaslu", "Partai", "Warga", "Media", "Panitia")
    for name in ("p.svg", "p.html"):
        wanted = Tags(drawn(plot(timeline(friendly)), tmp_path, name))
        text = drawn(plot(timeline(HOSTILE), Filters(outlets=("<i>o</i>",), actors=HOSTILE)), tmp_path, name)
        found = Tags(text)
        assert found.tags == wanted.tags
        assert found.attributes == wanted.attributes
        assert "\u202e" not in text
    ET.fromstring((tmp_path / "p.svg").read_text("utf-8"))


def test_signs_that_the_font_lacks_are_marked_and_the_key_says_who_is_meant(tmp_path: Path) -> None:
    text = drawn(plot(timeline(["国际日报", "Lidia \U0001f44d"], periods=9)), tmp_path)
    assert "\ufffd\ufffd\ufffd\ufffd: 42 [k0]" in text
    assert "Lidia \ufffd: 50 [k1]" in text


def test_a_page_loads_nothing_and_holds_every_number(tmp_path: Path) -> None:
    line = timeline(["Rahmadi Sanjaya", "Lidia"], periods=30)
    text = drawn(plot(line), tmp_path, "p.html")
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"<(?:script|link|iframe|object|img)\b|@import|url\((?!#)", text)
    assert re.search(r'<svg role="img"[^>]*>\s*<title>Articles by actor, per week</title>\s*<desc>4,321 articles', text)
    for one in line.series:
        assert f"{one.name} ({one.key})</th>" in text
    assert "<caption>Articles per week</caption>" in text
    assert '<th scope="row">2024-W01, 2024-01-01 to 2024-01-07</th><td>0</td><td>7</td>' in text
    assert text.count('<th scope="row">2024-W') == 30
    assert '<th scope="row">no date</th><td>0</td><td>1</td>' in text
    assert f"<td>{line.series[1].total + 1}</td></tr></tfoot>" in text
    assert '<th scope="row">kampanye</th>' not in text, "it lies behind the last week"
    assert "<li>12 articles have no date and cannot be shown.</li>" in text


def test_a_page_tells_the_phases_and_where_they_hold(tmp_path: Path) -> None:
    text = drawn(plot(timeline(["a"])), tmp_path, "p.html")
    assert '<th scope="row">kampanye</th><td>2024-09-25</td><td>2024-11-23</td><td>all</td>' in text
    assert "<td>Kabupaten Kutai Kartanegara 64.02</td>" in text
    assert "phases of Pilkada 2024" in text
    assert "phases" not in drawn(plot(timeline(["a"]), phases=()), tmp_path, "q.html").replace("table.phases", "")


def test_a_picture_says_to_a_screen_reader_what_it_shows(tmp_path: Path) -> None:
    root = ET.fromstring(drawn(plot(timeline(["Rahmadi"], periods=9)), tmp_path))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Articles by actor, per week"
    said = root.findtext(f"{SVG}desc") or ""
    assert "Rahmadi: 42" in said
    assert "12 articles have no date" in said
    assert "Made by Pilkada on 2026-11-23." in said


def test_days_without_a_crawl_are_hatched(tmp_path: Path) -> None:
    of = plot(timeline(["a", "b"], periods=9))
    assert "<pattern" not in drawn(of, tmp_path)
    down = drawn(replace(of, down=((date(2024, 1, 8), date(2024, 1, 14)),)), tmp_path)
    assert "<pattern" in down
    assert "<!-- not known: no crawl -->" in down


def test_an_outlet_whose_articles_have_no_day_is_named_with_nothing_beside_it(tmp_path: Path) -> None:
    line = timeline(["kabar", "suara"], By.OUTLET)
    bare = replace(line, series=(line.series[0], replace(line.series[1], counts=(None,) * 104)))
    assert "suara: 0" in drawn(plot(bare), tmp_path)


def test_the_words_say_what_was_counted() -> None:
    line = timeline(["a"], By.REGION, per=Per.MONTH, periods=3, keys=11, undated=1, nameless={"none": 5, "unknown": 1})
    filters = Filters(
        outlets=tuple(f"o{number}" for number in range(9)),
        regions=("64.02",),
        topics=("politik_uang",),
        actors=("x" * 300,),
        after=date(2024, 1, 10),
        before=date(2024, 3, 20),
        election=True,
        changed=True,
    )  # fmt: skip
    said = caption(line, filters, role=TagRole.MAIN, election="Pilkada 2024", phases=(), made=MADE)
    assert said.title == "Articles by region, per month, main regions only"
    assert said.subtitle == (
        "4,321 articles, 2024-01-01 to 2024-03-01. Filters: about an election; outlet o0, o1, o2, o3, o4 and 4 more;"
        f" region Kabupaten Kutai Kartanegara 64.02; topic politik_uang; actor {'x' * 39}…; edited; from 2024-01-10;"
        " until 2024-03-20. Query: none."
    )
    assert said.notes == (
        "1 article has no date and cannot be shown.",
        "An article counts under each region that it names, and in those that it lies in, under others once.",
        "Not shown: 5 articles name no region; of 1 article nobody looked which regions.",
        'Shown are the 8 with most articles; the other 3 together are "lainnya / others".',
        "The first month is counted from 2024-01-10 on.",
        "The last month is counted until 2024-03-20.",
        "Made by Pilkada on 2026-11-23.",
    )
    others = replace(line.series[0], key=None, name="")
    assert label(line, others) == f"lainnya / others (3): {others.total}"
    assert short(" a\u202e\n b" + "c" * 300) == "a b" + "c" * 36 + "…"
    assert articles(1000) == "1,000 articles"


@pytest.mark.parametrize("days", [1, 2, 12, 13, 24, 25, 84, 85, 200, 366, 900, 5000, 40_000, 3_000_000])
def test_at_most_a_dozen_days_are_named_and_all_lie_in_the_plot(days: int) -> None:
    for begin in (date(1, 1, 1), date(2024, 2, 29), date(2024, 12, 31)):
        end = date.fromordinal(min(begin.toordinal() + days - 1, date.max.toordinal()))
        named = ticks(begin, end)
        assert 1 <= len(named) <= TICKS + 1
        assert all(begin <= day <= end for day, _ in named)
        assert len({text for _, text in named}) == len(named)


@pytest.mark.parametrize("name", ["p.pdf", "p", "png", "p.png.gz"])
def test_another_ending_is_refused_before_anything_is_read(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    with pytest.raises(MisuseError, match=r"ends in \.png, \.svg or \.html"):
        plots.check(tmp_path / name)
    assert main(["--home", str(tmp_path / "none"), "stats", "--plot", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_draws_beside_what_it_prints(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    assert main([*ran.home, "stats", "--by", "topic", "--format", "csv"]) == 0
    printed = capsys.readouterr().out
    for ending in plots.ENDINGS:
        file = tmp_path / f"Topik{ending.upper()}"
        assert main([*ran.home, "stats", "--by", "topic", "--format", "csv", "--plot", str(file)]) == 0
        told = capsys.readouterr()
        assert told.out == printed
        assert told.err.splitlines()[0] == f"9 articles per day written to {file}"
        assert file.stat().st_size > 10_000
    page = (tmp_path / "Topik.HTML").read_text("utf-8")
    assert '<th scope="row">in all</th><td>7</td>' in page
    assert '<th scope="row">kampanye</th>' in page, "a phase of the days"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--after", "2030-01-01"], 0, "no article passes: no plot is written"),
        (["--after", "2030-01-01", "--by", "outlet"], 0, "no article passes: no plot is written"),
        (["--after", "2030-01-01", "--by", "outlet", "--format", "json"], 0, "no article passes: no plot is written"),
        (["--outlet", "seruni", "--by", "actor"], 0, "no article that passes names an actor: no plot is written"),
        (["--per", "week", "--by", "day"], 2, "pilkada: --by day says what a point counts: leave --per out"),
        (["--plot", "{tmp}/none/p.png"], 1, "pilkada: {tmp}/none/p.png cannot be written: No such file or directory"),
    ],
    ids=["nothing", "no-outlet", "json", "no-key", "two-times", "no-folder"],
)
def test_what_cannot_be_drawn_is_one_line_and_no_file(
    words: list[str],
    status: int,
    said: str,
    ran: Ran,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    root_logger: None,
) -> None:
    words = ["--plot", str(tmp_path / "p.png"), *(word.format(tmp=tmp_path) for word in words)]
    assert main([*ran.home, "stats", *words]) == status
    assert capsys.readouterr().err.splitlines()[:1] == [said.format(tmp=tmp_path)]
    assert list(tmp_path.iterdir()) == []


def test_without_a_plot_there_is_no_per(ran: Ran, capsys: pytest.CaptureFixture[str], root_logger: None) -> None:
    assert main([*ran.home, "stats", "--per", "day"]) == 2
    assert capsys.readouterr().err == "pilkada: --per goes with --plot FILE\n"


@pytest.mark.parametrize(
    ("backend", "status", "said"),
    [
        ("tkagg", 0, "9 articles per day written to {file}"),
        ("lukisan", 1, "pilkada: matplotlib cannot start: Key backend: 'lukisan' is not a valid value for backend"),
    ],
)
def test_matplotlib_is_imported_for_a_plot_alone_and_needs_no_home(
    backend: str, status: int, said: str, ran: Ran, tmp_path: Path
) -> None:
    program = (
        "import sys; from crawler.cli import main; words = ['--home', sys.argv[1], 'stats', '--by', 'outlet'];"
        "main(words); assert 'matplotlib' not in sys.modules;"
        "sys.exit(main([*words, '--plot', sys.argv[2]]))"
    )
    file = tmp_path / "p.png"
    done = subprocess.run(
        [sys.executable, "-c", program, ran.home[1], str(file)],
        env={"HOME": "/dev/null", "PATH": "", "TMPDIR": str(tmp_path), "MPLBACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (status, 1)
    assert done.stderr.startswith(said.format(file=file))
    assert list(tmp_path.iterdir()) == ([file] if status == 0 else [])
