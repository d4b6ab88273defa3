"""What the search index holds of an article, and how a query finds it there: the one place that knows its fields."""

import tantivy
from tantivy import FieldType, Occur, Query

from archive import stems
from archive.query import All, Node, Phrase
from archive.records import Filters, IndexDocument

VERSION = 4
"""Counts the changes to `schema` and `document`; an index made under another number is made again."""

ABOUT = "about"
"""The term of the field `election` in articles that are about one."""
SEVERAL = "several"
"""The term of the field `versions` in articles that have more than one."""

# What a match is worth: in the title more than in the body, as it was typed more than in another form.
_FIELDS = {"title": 4.0, "title_stem": 3.0, "body": 1.0, "stem": 0.5}


def schema() -> tantivy.Schema:
    """What is kept of an article: words with positions as they stand, stems without, and the uid; no text."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("uid", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("outlet", "state", "versions", "election", "region", "topic", "actor"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("title", "body"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    # `stem` holds title and body, and every word's stem is in it: one field decides what matches.
    for name in ("title_stem", "stem"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("moment", fast=True)
    builder.add_integer_field("day", fast=True)
    return builder.build()


def document(article: IndexDocument) -> tantivy.Document:
    """What is kept of one article."""
    document = tantivy.Document()
    document.add_text("uid", article.uid)
    document.add_text("outlet", article.outlet)
    document.add_text("state", article.state.value)
    if article.changed:
        document.add_text("versions", SEVERAL)
    if article.election:
        document.add_text("election", ABOUT)
    for name, values in (("region", article.regions), ("topic", article.topics), ("actor", article.actors)):
        for value in values:
            document.add_text(name, value)
    title, title_stems = stems.index_text(article.title)
    body, body_stems = stems.index_text(article.body)
    document.add_text("title", title)
    document.add_text("title_stem", title_stems)
    document.add_text("body", body)
    document.add_text("stem", f"{title_stems} {body_stems}")
    document.add_integer("moment", article.moment)
    if article.published is not None:
        document.add_integer("day", article.published.toordinal())
    return document


def matching(schema: tantivy.Schema, node: Node, *, ranked: bool) -> Query:
    """Finds what a query's tree asks for; with `ranked` in a way that gives scores, which costs more."""
    if isinstance(node, All):
        return Query.boolean_query([(Occur.Must, matching(schema, part, ranked=ranked)) for part in node.of])
    if isinstance(node, Phrase):
        return _any(_side_by_side(schema, node.parts))
    if len(node.forms.parts) > 1:
        return _any(
            [*_side_by_side(schema, node.forms.parts), *(_term(schema, "stem", root) for root in node.forms.roots)]
        )
    (part,), (root,) = node.forms.parts, node.forms.roots
    if not ranked:
        return Query.term_query(schema, "stem", root, index_option="basic")
    return _any([_term(schema, field, root if field.endswith("stem") else part) for field in _FIELDS])


def _side_by_side(schema: tantivy.Schema, parts: tuple[str, ...]) -> list[Query]:
    if len(parts) == 1:
        return [_term(schema, field, parts[0]) for field in ("title", "body")]
    return [
        Query.boost_query(Query.phrase_query(schema, field, list(parts)), _FIELDS[field]) for field in ("title", "body")
    ]


def _term(schema: tantivy.Schema, field: str, word: str) -> Query:
    return Query.boost_query(Query.term_query(schema, field, word, index_option="freq"), _FIELDS[field])


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
        wanted.append(Query.term_query(schema, "election", ABOUT, index_option="basic"))
    if filters.after is not None or filters.before is not None:
        after, before = (None if day is None else day.toordinal() for day in (filters.after, filters.before))
        wanted.append(Query.range_query(schema, "day", FieldType.Integer, after, before))
    return [Query.const_score_query(query, 0.0) for query in wanted]
