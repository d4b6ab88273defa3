"""What the tables of an archive are, told to Datasette, which shows an SQLite file in a browser."""

from typing import Any

from archive.schema import Base

LABELS = {
    "address": "canonical",
    "article": "uid",
    "article_key": "value",
    "capture": "url",
    "outlet": "slug",
    "reading": "title",
    "run": "started_at",
    "visit": "at",
    "warc_file": "name",
}
"""The column that stands for a row where another table refers to it."""
PLUMBING = ("agenda", "alembic_version", "archive_name", "follower", "kept_reading", "request", "sketch", "sketch_mark")
"""Tables of which a reader learns nothing."""
NEWEST_FIRST = {
    "article": "moment",
    "capture": "id",
    "change": "sequence",
    "event": "visit_id",
    "run": "id",
    "version": "since",
    "visit": "at",
}
FACETS: dict[str, list[Any]] = {
    "article": ["outlet_id", "state", "published_date"],
    "capture": ["record_type", "status", "origin"],
    "reading": ["section", "phase", {"array": "tags"}, {"array": "authors"}, {"array": "flags"}],
    "tag": ["kind", "name", "role"],
    "visit": ["outlet_id", "purpose", "state", "reason"],
}
COLUMNS = {
    "article": {
        "moment": "What articles are ordered by in time: microseconds since 1970, of the time or else the day of publication",
        "reading_id": "The reading (table of that name) that tells what the article is now",
        "published_date": "The day in the outlet's zone",
    },
    "capture": {
        "sha256": "Of the gzip member as it lies in the file, from `offset` for `length` bytes",
        "payload_sha256": "Of the body as the site sent it",
        "origin": "`own`, or which import it came from",
    },
    "reading": {
        "published_offset": "Minutes east of UTC that the time was printed with",
        "election": "Score, whether the article is about an election, and the words that say so",
        "codebook": "By which data regions, topics and actors were looked for; null where nobody looked",
    },
    "tag": {
        "spans": "Where the words stand in the text",
        "value": "Official code, name of the topic, or id of the actor",
    },
}
QUERIES = {
    "articles": (
        "Articles, newest first",
        "What each is, without its text; `words` finds a part of a headline",
        """\
select article.uid, outlet.slug as outlet, article.published_date, reading.title, reading.word_count,
  reading.authors, reading.section, article.state, visit.url
from article
join outlet on outlet.id = article.outlet_id
join reading on reading.id = article.reading_id
join visit on visit.id = reading.visit_id
where reading.title like '%' || :words || '%'
order by article.moment desc""",
    ),
    "text": (
        "One article's text",
        "By its uid, with the record that it was read from",
        """\
select reading.title, body.text, reading.published_date, visit.url, visit.at as fetched_at,
  warc_file.name as warc, capture.offset, capture.length, capture.sha256
from article
join reading on reading.id = article.reading_id
join body on body.reading_id = reading.id
join visit on visit.id = reading.visit_id
left join reading_source on reading_source.reading_id = reading.id
left join capture on capture.id = reading_source.capture_id
left join warc_file on warc_file.id = capture.warc_file_id
where article.uid = :uid""",
    ),
    "named": (
        "Regions, topics and actors",
        "In how many articles each is named; `kind` is region, topic or actor",
        """\
select tag.value, max(tag.name) as name, count(*) as articles, sum(tag.role = 'main') as main
from article
join tag on tag.reading_id = article.reading_id
where tag.kind = :kind
group by tag.value
order by articles desc, tag.value""",
    ),
    "edits": (
        "What was edited",
        "Versions after the first, with what changed and how the outlet announced it",
        """\
select article.uid, outlet.slug as outlet, version.since, reading.title, version.changed, version.note
from version
join article on article.id = version.article_id
join outlet on outlet.id = article.outlet_id
join reading on reading.id = version.reading_id
where exists (
  select 1 from version as earlier where earlier.article_id = version.article_id and earlier.since < version.since
)
order by version.since desc""",
    ),
    "copies": (
        "Stories that several outlets ran",
        "Each member of a cluster beside the article that had the text first",
        """\
select first.uid as cluster, first_reading.title as first_title, outlet.slug as outlet, article.uid, reading.title,
  article.published_date, cluster.tier
from cluster
join article on article.id = cluster.article_id
join outlet on outlet.id = article.outlet_id
join reading on reading.id = article.reading_id
join article as first on first.id = cluster.seed_id
join reading as first_reading on first_reading.id = first.reading_id
order by first.moment desc, first.uid, article.moment""",
    ),
}
"""By its name: title, description and SQL of each query that is ready to be run."""


def metadata(name: str) -> dict[str, Any]:
    """Give Datasette's metadata for an archive in an SQLite file of that name, without its ending.

    Tables are described by what their models promise, so that the two never differ.
    """
    mapped = {kind.__tablename__: kind for kind in Base.__subclasses__()}
    tables: dict[str, dict[str, Any]] = {
        table: {"description": " ".join(str(model.__doc__).split())} for table, model in mapped.items()
    }
    for key, said in (("label_column", LABELS), ("sort_desc", NEWEST_FIRST), ("facets", FACETS), ("columns", COLUMNS)):
        for table, value in said.items():
            tables[table][key] = value
    for table in PLUMBING:
        tables.setdefault(table, {})["hidden"] = True
    queries = {
        query: {"title": title, "description": description, "sql": sql}
        for query, (title, description, sql) in QUERIES.items()
    }
    return {
        "title": "Pilkada",
        "description": "What outlets wrote about elections; times are UTC, days are the outlet's",
        "databases": {name: {"tables": tables, "queries": queries}},
    }
