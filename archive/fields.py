"""What the search index holds of an article, and how a query finds it there: the one place that knows its fields."""

import math
from datetime import UTC, datetime

import tantivy
from tantivy import FieldType, Occur, Query

from archive import stems
from archive.document import IndexDocument
from archive.querytree import All, Also, AnyOf, Node, Not, Phrase, Prefix, Word
from archive.records import Filters

VERSION = 5
"""Counts the changes to `schema` and `document`; an index made under another number is made again."""

TRUE, FALSE = "true", "false"
"""The terms of the field `election`: whether an article is about one."""
SEVERAL = "several"
"""The term of the field `versions` in articles that have more than one."""

FACETS = ("outlet", "month", "region", "topic", "actor", "state", "election")
"""What the articles that a query finds can be counted by: of regions, provinces and what lies right in them."""
_COUNTED = {"region": "wide_region"}
"""The fields that are counted where others are asked; a district costs a count as much as a province, and few look for it."""

# What a match is worth: in the title more than in the body, as it was typed more than in another form.
_FIELDS = {"title": 4.0, "title_stem": 3.0, "body": 1.0, "stem": 0.5}
_NAMES = {"author": "author", "place": "place", "tag": "tag", "actor": "actor_name"}
"""What a query calls a field of names, and what it is called here."""
_OTHERWISE = 0.5
"""What a match of another way to say a word is worth, of a match of the word."""
_A_YEAR = 1.1
"""How much more an article is worth than one that is like it and a year older: mild, since the past is what is searched."""
_YEARS = 40
_FIRST = datetime(2010, 1, 1, tzinfo=UTC).timestamp()
_SECONDS = 365.25 * 86_400


def schema() -> tantivy.Schema:
    """What is kept of an article: words with positions as they stand, stems without, names, and the uid; no text."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("uid", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("versions", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("region", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(counted(name), tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("title", "body", *_NAMES.values()):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    # `stem` holds title and body, and every word's stem is in it: one field decides what matches.
    for name in ("title_stem", "stem"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("moment", fast=True)
    builder.add_integer_field("day", fast=True)
    builder.add_float_field("recency", fast=True)
    return builder.build()


def document(article: IndexDocument) -> tantivy.Document:
    """What is kept of one article."""
    document = tantivy.Document()
    document.add_text("uid", article.uid)
    document.add_text("outlet", article.outlet)
    document.add_text("state", article.state.value)
    if article.changed:
        document.add_text("versions", SEVERAL)
    document.add_text("election", TRUE if article.election else FALSE)
    for name, values in (("region", article.regions), ("topic", article.topics), ("actor", article.actors)):
        for value in values:
            document.add_text(name, value)
    for code in article.regions:
        if code.count(".") <= 1:
            document.add_text(counted("region"), code)
    for name, values in (
        ("author", article.authors),
        ("place", (article.place,) if article.place else ()),
        ("tag", article.tags),
        ("actor_name", (*article.actor_names, *article.actors)),
    ):
        for value in values:
            document.add_text(name, stems.index_text(value)[0])
    title, title_stems = stems.index_text(article.title)
    body, body_stems = stems.index_text(article.body)
    document.add_text("title", title)
    document.add_text("title_stem", title_stems)
    document.add_text("body", body)
    document.add_text("stem", f"{title_stems} {body_stems}")
    document.add_integer("moment", article.moment)
    document.add_float("recency", recency(article.moment))
    if article.published is not None:
        document.add_integer("day", article.published.toordinal())
        document.add_text("month", f"{article.published:%Y-%m}")
    return document


def counted(facet: str) -> str:
    """The field whose values are counted for a facet."""
    return _COUNTED.get(facet, facet)


def recency(moment: int) -> float:
    """What the engine is to weigh an article by: of two, the ratio depends on the time between them, not on today's date.

    It multiplies a score by log2(2 + this), or by 1 where this is negative, so that this gives the factor `_A_YEAR` for
    each year since 2010; what is older is all alike.
    """
    years = (moment - _FIRST) / _SECONDS
    return math.exp2(math.pow(_A_YEAR, max(0.0, min(years, _YEARS)))) - 2.0


def matching(schema: tantivy.Schema, node: Node, *, ranked: bool) -> Query:
    """Finds what a query's tree asks for; with `ranked` in a way that gives scores, which costs more."""
    if isinstance(node, All | Not):
        return _all(schema, node.of if isinstance(node, All) else (node,), ranked=ranked)
    if isinstance(node, AnyOf):
        return _any([matching(schema, part, ranked=ranked) for part in node.of])
    if isinstance(node, Also):
        others = [_otherwise(schema, other, ranked=ranked) for other in node.others]
        return _any([matching(schema, node.node, ranked=ranked), *others])
    if node.field == "outlet":
        return _outlet(schema, node)
    if isinstance(node, Prefix):
        # A folded word is letters and digits only, so that nothing in it means anything to the engine.
        return _any([Query.regex_query(schema, name, f"{node.beginning}.*") for name in _surfaces(node.field)])
    if isinstance(node, Phrase):
        return _any(_side_by_side(schema, _surfaces(node.field), node.parts))
    return _word(schema, node, ranked=ranked)


def _all(schema: tantivy.Schema, nodes: tuple[Node, ...], *, ranked: bool) -> Query:
    parts = [
        (Occur.MustNot, matching(schema, node.node, ranked=False))
        if isinstance(node, Not)
        else (Occur.Must, matching(schema, node, ranked=ranked))
        for node in nodes
    ]
    if all(isinstance(node, Not) for node in nodes):
        parts.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(parts)


def _word(schema: tantivy.Schema, word: Word, *, ranked: bool) -> Query:
    surfaces = _surfaces(word.field)
    parts, roots = word.forms.parts, word.forms.roots
    if word.field not in (None, "title"):
        return _any(_side_by_side(schema, surfaces, parts))
    stem = "stem" if word.field is None else "title_stem"
    if len(parts) > 1:
        return _any([*_side_by_side(schema, surfaces, parts), *(_term(schema, stem, root) for root in roots)])
    (part,), (root,) = parts, roots
    if not ranked:
        return Query.term_query(schema, stem, root, index_option="basic")
    fields = _FIELDS if word.field is None else ("title", "title_stem")
    return _any([_term(schema, field, root if field.endswith("stem") else part) for field in fields])


def _otherwise(schema: tantivy.Schema, other: Word | Phrase, *, ranked: bool) -> Query:
    """Finds another way to say a thing; a phrase's score is the sum of its words', which no one word comes up to."""
    words = len(other.parts) if isinstance(other, Phrase) else 1
    return Query.boost_query(matching(schema, other, ranked=ranked), _OTHERWISE / words)


def _outlet(schema: tantivy.Schema, leaf: Word | Phrase | Prefix) -> Query:
    """Finds an outlet by its slug, which a user may write in words."""
    if isinstance(leaf, Prefix):
        return Query.regex_query(schema, "outlet", f"{leaf.beginning}.*")
    parts = leaf.parts if isinstance(leaf, Phrase) else leaf.forms.parts
    return Query.term_set_query(schema, "outlet", [sign.join(parts) for sign in ("", "-", "_")])


def _surfaces(field: str | None) -> tuple[str, ...]:
    """The fields that hold words as they stand, for what a query says before a colon."""
    return ("title", "body") if field is None else (_NAMES.get(field, field),)


def _side_by_side(schema: tantivy.Schema, fields: tuple[str, ...], parts: tuple[str, ...]) -> list[Query]:
    if len(parts) == 1:
        return [_term(schema, field, parts[0]) for field in fields]
    return [
        Query.boost_query(Query.phrase_query(schema, field, list(parts)), _FIELDS.get(field, 1.0)) for field in fields
    ]


def _term(schema: tantivy.Schema, field: str, word: str) -> Query:
    return Query.boost_query(Query.term_query(schema, field, word, index_option="freq"), _FIELDS.get(field, 1.0))


def _any(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def passing(schema: tantivy.Schema, filters: Filters) -> list[Query]:
    """Finds what passes the filters, adding nothing to a score."""
    wanted = []
    for name, values in (
        ("outlet", filters.outlets),
        ("region", filters.regions),
        ("topic", filters.topics),
        ("actor", filters.actors),
    ):
        if values:
            wanted.append(Query.term_set_query(schema, name, list(values)))
    if filters.state is not None:
        wanted.append(Query.term_query(schema, "state", filters.state.value, index_option="basic"))
    if filters.changed:
        wanted.append(Query.term_query(schema, "versions", SEVERAL, index_option="basic"))
    if filters.election:
        wanted.append(Query.term_query(schema, "election", TRUE, index_option="basic"))
    if filters.after is not None or filters.before is not None:
        after, before = (None if day is None else day.toordinal() for day in (filters.after, filters.before))
        wanted.append(Query.range_query(schema, "day", FieldType.Integer, after, before))
    return [Query.const_score_query(query, 0.0) for query in wanted]
