"""The README of a package: what it is, how it is read, what is left out, whose the texts are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

_TABLES = {
    "articles": "an article a row, nested as in the archive",
    "versions": "a version of an article a row: when it stood there, what it changed",
    "regions": "a region that an article names a row",
    "topics": "a topic of an article a row; hints, not judgements",
    "actors": "an actor whom an article names a row",
    "captures": "a WARC record that an article was read from a row, with its digest",
    "labels": "a label of an article a row, as its coder gave it",
}
_READ = """## To read it

`CODEBOOK.md` says what each column means, where it comes from and what null and an empty list say; `schema.json` says so
as JSON Schema, under `$defs` for each table (days are printed as `2024-11-27`). Long tables join by `uid`; null in a list of
`articles.parquet` says that nobody looked, an empty list that nothing was found, and neither has rows in the long table.

```python
import pandas

articles = pandas.read_parquet("articles.parquet")
regions = pandas.read_parquet("regions.parquet").merge(articles[["uid", "outlet", "published_date"]], on="uid")
```

```r
articles <- arrow::read_parquet("articles.parquet")
topics <- dplyr::inner_join(arrow::read_parquet("topics.parquet"), articles[c("uid", "outlet", "published_date")], by = "uid")
```

```sql
-- DuckDB
SELECT outlet, date_trunc('month', published_date) AS month, count(*) FROM 'articles.parquet' GROUP BY ALL ORDER BY ALL;
```

`sha256sum -c SHA256SUMS` says whether all files are as they were written.
"""
_RIGHTS = """## Rights

Headlines, texts and pictures are their outlets', and their authors': whoever made this package gives no licence for them.
Cite an article by its outlet, headline, day and address; its `uid` finds it in any archive of Pilkada's, and the digests in
`captures.parquet` prove which bytes it was read from.
"""
_WITHOUT = """\
Texts, and what quotes them, so that no text can be put together again: {columns}. Headlines, addresses and the places
of what was found (`spans`, in characters of headline or text) are here, and so are labels, as their coders wrote them: a
value that quotes a text goes with them. Who holds the archive finds the texts by `uid`.
"""
_WITH = """## The texts are in it

`articles.parquet` and `versions.parquet` have the full texts. They are for who may read them, and not for publication.

"""
_LIMITS = """## What it is not

Outlets take stories down and edit them, and some days were not crawled: `coverage.csv` says of each outlet's day what is
held and known to be missing, and whether anybody looked since it was over. A day without articles is one without news only
where its verdict is `quiet` or `complete`; it covers all that the outlet wrote, whatever was asked for here. A count of
articles is one of what was found. Regions, topics, actors and clusters were found by rules, which err.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a package holds, and how it was chosen."""

    rows: Mapping[str, int]
    outlets: int
    months: Sequence[str]
    undated: int
    query: str | None
    filtered: bool
    gaps: Mapping[str, int]
    """By outlet how many days fall short."""
    left_out: Mapping[str, Sequence[str]]
    """By table the columns that quote texts; none where the texts are in it."""


def written(chosen: Chosen) -> str:
    """Give the README; the time is not in it, so that it is the same each time."""
    return "".join(_parts(chosen))


def _parts(chosen: Chosen) -> Iterator[str]:
    number = chosen.rows["articles"]
    yield f"# {number} articles of an archive of regional news\n\n"
    yield f"{number} articles of {chosen.outlets} outlets{_span(chosen)}, out of an archive made with Pilkada. {_how(chosen)}\n\n"
    yield "| file | rows | what it holds |\n| --- | --- | --- |\n"
    for name, said in _TABLES.items():
        yield f"| `{name}.parquet` | {chosen.rows[name]} | {said} |\n"
    yield f"| `counts.csv` | {chosen.rows['counts']} | articles, stories and firsts by outlet and month, as `pilkada stats` counts |\n"
    yield f"| `coverage.csv` | {chosen.rows['coverage']} | what is held, known and missing of each outlet's day |\n"
    yield "| `QUERY.json` | | query, filters, versions and the cursor after which newer articles come |\n\n"
    yield f"{_READ}\n"
    if chosen.left_out:
        yield "## What is left out\n\n"
        columns = "; ".join(
            f"of {table} {', '.join(f'`{column}`' for column in columns)}" for table, columns in chosen.left_out.items()
        )
        yield f"{fill(_WITHOUT.format(columns=columns), 120)}\n\n"
    else:
        yield _WITH
    yield _LIMITS
    if chosen.gaps:
        said = ", ".join(f"{outlet} {number}" for outlet, number in sorted(chosen.gaps.items()))
        yield fill(f"Days that fall short (`lacking`, `unseen`, `down`, `thin`), by outlet: {said}.", 120) + "\n\n"
    yield _RIGHTS


def _span(chosen: Chosen) -> str:
    if not chosen.months:
        return ""
    first, last = chosen.months[0], chosen.months[-1]
    undated = f", {chosen.undated} of them without a day" if chosen.undated else ""
    return (f" of {first}" if first == last else f" from {first} to {last}") + undated


def _how(chosen: Chosen) -> str:
    asked = [*(["the query"] if chosen.query is not None else []), *(["the filters"] if chosen.filtered else [])]
    return f"They are what {' and '.join(asked)} of `QUERY.json` found." if asked else "They are all that it held."
