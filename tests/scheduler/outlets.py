"""What an archive would know of an outlet, made by hand: runs and stories, newest first, as `archive.signs` gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.records import Reason, RunStatus
from archive.signs import Printed, RunSign, Signs, StorySign
from archive.troubles import Trouble

NOW = datetime(2024, 11, 20, 4, 0, tzinfo=UTC)
EVERY = timedelta(hours=2)
TOLD: Mapping[str, int | None] = {"feed": 10, "listing": 12}
PRINTED = Printed(
    title="",
    words=240,
    day="2024-11-20",
    age=timedelta(hours=1),
    lag=0,
    author=True,
    section=True,
    garbled=False,
)


def ran(
    back: int, trouble: Trouble | None = None, *, told: Mapping[str, int | None] = TOLD, detail: str = ""
) -> RunSign:
    """The run that began so many periods ago."""
    at = NOW - back * EVERY
    return RunSign(
        started_at=at,
        finished_at=at + timedelta(minutes=1),
        status=RunStatus.FAILED if trouble else RunStatus.OK,
        detail=detail,
        trouble=trouble,
        url="http://kukar.test/list" if trouble else None,
        told={} if trouble else told,
    )


def found(back: int, number: int = 0, **other: object) -> StorySign:
    """A story that the run so many periods ago found; `printed` may be given in part."""
    printed = other.pop("printed", {})
    assert isinstance(printed, dict)
    story = StorySign(
        run_at=NOW - back * EVERY,
        backlog=False,
        url=f"http://kukar.test/{back}-{number}",
        sources=frozenset(TOLD),
        agreed=False,
        read=True,
        kept=None,
        refused=None,
        status=200,
        printed=replace(PRINTED, **{"title": f"Berita {back}-{number}", **printed}),
    )
    return replace(story, **other)  # type: ignore[arg-type]


def known(
    runs: Sequence[RunSign] = (),
    stories: Sequence[StorySign] = (),
    *,
    published: Sequence[datetime] | None = None,
    before: int = 30,
) -> Signs:
    """An outlet that did well before some runs and stories, two of which came with each of thirty runs."""
    first = len(runs)
    usual = [found(back, number) for back in range(first, first + before) for number in (1, 0)]
    return Signs(
        outlet="kukar",
        base_url="http://kukar.test/",
        timezone="Asia/Makassar",
        declared_at=NOW - timedelta(days=90),
        runs=[*runs, *(ran(back) for back in range(first, first + before))],
        stories=[*stories, *usual],
        published=[story.run_at for story in (*stories, *usual)] if published is None else published,
        told_at=(stories[0] if stories else usual[0]).run_at if (stories or usual) else None,
    )


def lacking(number: int, **printed: object) -> list[StorySign]:
    """The stories of the newest two runs, each of which lacks something."""
    return [found(back, at, printed=printed) for back in (0, 1) for at in range(number)]


def refused(number: int, reason: Reason, status: int | None) -> list[StorySign]:
    """Stories of the newest two runs whose pages gave none."""
    return [found(back, at, read=False, refused=reason, status=status) for back in (0, 1) for at in range(number)]
