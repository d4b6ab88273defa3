"""Rows for every table of schema 0001, in an order in which references hold: what an upgrade must neither lose nor change."""

from typing import Any

AT = "2024-11-25 01:30:15.250000"
LATER = "2024-11-26 01:30:15.250000"

ROWS_0001: dict[str, list[dict[str, Any]]] = {
    "outlet": [{"id": 1, "slug": "kabar", "fence": 2}, {"id": 2, "slug": "suara", "fence": 1}],
    "outlet_declaration": [{"id": 1, "outlet_id": 1, "digest": "a1", "declared": '{"name": "Kabar"}', "since": AT}],
    "address": [
        {"id": 1, "outlet_id": 1, "canonical": "/pilkada/1/", "rules_version": 1, "first_seen_at": AT},
        {"id": 7, "outlet_id": 1, "canonical": "/pilkada/2/", "rules_version": 1, "first_seen_at": AT},
        {"id": 9, "outlet_id": 2, "canonical": "/pilkada/1/", "rules_version": 1, "first_seen_at": LATER},
    ],
    "address_alias": [{"id": 1, "address_id": 7, "raw": "https://kabar.example/pilkada/2/?utm=x"}],
    "agenda": [{"id": 1, "outlet_id": 1, "work": "crawl", "expression": "17 * * * *", "next_at": LATER}],
    "request": [{"id": 1, "outlet_id": 2, "action": "crawl", "asked_at": AT, "taken_at": None}],
    "source": [{"id": 1, "outlet_id": 1, "kind": "rest", "marks": '{"modified": "2024-11-25"}', "answered_at": AT}],
    "run": [
        {"id": 1, "outlet_id": 1, "kind": "crawl", "cause": "schedule", "planned_at": AT, "started_at": AT,
         "finished_at": LATER, "status": "ok", "detail": "", "counts": '{"new": 2}', "version": "0.1.0",
         "settings_digest": "b2", "pid": None, "fence": 1},
        {"id": 2, "outlet_id": 1, "kind": "crawl", "cause": "person", "planned_at": None, "started_at": LATER,
         "finished_at": None, "status": "running", "detail": "", "counts": "{}", "version": "0.1.0",
         "settings_digest": "b2", "pid": 4711, "fence": 2},
    ],
    "warc_file": [
        {"id": 1, "outlet_id": 1, "name": "kabar-20241125.warc.gz", "day": "2024-11-25", "state": "open", "size": 900,
         "sha256": None},
    ],
    "capture": [
        {"id": 3, "warc_file_id": 1, "record_id": "urn:uuid:1", "record_type": "response", "offset": 0, "length": 400,
         "sha256": "c3", "url": "https://kabar.example/wp-json/wp/v2/posts", "status": 200,
         "content_type": "application/json", "payload_sha256": "d4", "fetched_at": AT, "origin": "own"},
        {"id": 4, "warc_file_id": 1, "record_id": "urn:uuid:2", "record_type": "response", "offset": 400, "length": 500,
         "sha256": "c4", "url": "https://kabar.example/pilkada/1/", "status": 200, "content_type": "text/html",
         "payload_sha256": "d5", "fetched_at": AT, "origin": "own"},
    ],
    "host": [
        {"id": 1, "scheme": "https", "host": "kabar.example", "port": 443, "not_before": AT, "robots_status": 200,
         "robots_fetched_at": AT, "robots_capture_id": 3},
    ],
    "disposition": [
        {"run_id": 1, "address_id": 1, "entry": "discovered", "outcome": "new", "reason": None, "detail": None},
        {"run_id": 1, "address_id": 7, "entry": "carried", "outcome": "rejected", "reason": "password", "detail": "x"},
        {"run_id": 2, "address_id": 7, "entry": "carried", "outcome": None, "reason": None, "detail": None},
    ],
    "due": [
        {"id": 1, "outlet_id": 1, "address_id": 7, "purpose": "article", "next_at": LATER, "priority": 1, "tries": 1,
         "lease_run_id": 2},
        {"id": 2, "outlet_id": 2, "address_id": 9, "purpose": "evidence", "next_at": LATER, "priority": 2, "tries": 0,
         "lease_run_id": None},
    ],
    "sighting": [
        {"id": 1, "address_id": 1, "source": "rest", "first_at": AT, "last_at": LATER,
         "published_said": "2024-11-25T09:30:15", "modified_said": "2024-11-25T10:00:00", "title_said": "Debat Kedua"},
        {"id": 5, "address_id": 9, "source": "rest", "first_at": LATER, "last_at": LATER, "published_said": None,
         "modified_said": None, "title_said": None},
    ],
    "visit": [
        {"id": 1, "outlet_id": 1, "address_id": 1, "run_id": 1, "purpose": "article", "capture_id": 3, "record": "11",
         "url": "https://kabar.example/pilkada/1/", "at": AT, "status": 200, "state": "read", "reason": None,
         "detail": None, "text_sha256": "e6"},
        {"id": 2, "outlet_id": 1, "address_id": 1, "run_id": 1, "purpose": "evidence", "capture_id": 4, "record": None,
         "url": "https://kabar.example/pilkada/1/", "at": AT, "status": 200, "state": "unread", "reason": None,
         "detail": None, "text_sha256": None},
    ],
    "article": [
        {"id": 1, "uid": "pbmjsa5bdguo3nj7", "outlet_id": 1, "address_id": 1, "reading_id": 1, "state": "live",
         "first_seen_at": AT, "last_seen_at": LATER, "removed_at": None, "published_date": "2024-11-25",
         "moment": 1732498215},
    ],
    "article_key": [
        {"id": 1, "article_id": 1, "outlet_id": 1, "scheme": "wp", "value": "11", "since": AT, "until": None},
        {"id": 2, "article_id": 1, "outlet_id": 1, "scheme": "address", "value": "/lama/", "since": AT, "until": LATER},
    ],
    "reading": [
        {"id": 1, "article_id": 1, "visit_id": 1, "extractor": "1", "text_sha256": "e6", "title": "Debat Kedua",
         "lead": "Dua pasangan calon beradu gagasan.", "word_count": 5, "dateline": "TENGGARONG", "dateline_outlet": None,
         "place": "Tenggarong", "authors": '["Rina"]', "editors": "[]", "credit": None, "advertorial_mark": None,
         "published_date": "2024-11-25", "published_at": AT, "published_offset": 480, "published_source": "api",
         "modified_at": None, "modified_offset": None, "section": "Politik", "tags": '["debat"]', "image_url": None,
         "caption": None, "photo_credit": None, "captions": "[]", "related": "[]", "language": "id", "flags": "[]"},
    ],
    "body": [{"reading_id": 1, "text": "Dua pasangan calon beradu gagasan.", "removed": "[]"}],
    "reading_source": [
        {"reading_id": 1, "capture_id": 3, "role": "record"},
        {"reading_id": 1, "capture_id": 4, "role": "page"},
    ],
    "version": [
        {"id": 1, "article_id": 1, "first_visit_id": 1, "reading_id": 1, "text_sha256": "e6", "since": AT},
    ],
    "change": [
        {"sequence": 1, "article_id": 1, "uid": "pbmjsa5bdguo3nj7", "kind": "upsert", "at": AT},
        {"sequence": 4, "article_id": 1, "uid": "pbmjsa5bdguo3nj7", "kind": "tombstone", "at": LATER},
    ],
}  # fmt: skip

ROWS_LATER: dict[str, list[dict[str, Any]]] = {
    # 0005
    "tag": [
        {"reading_id": 1, "kind": "region", "value": "64.02", "place": 0, "name": "Kutai Kartanegara", "level": "kabupaten",
         "role": "main", "modality": None, "spans": "[[0, 10]]"},
        {"reading_id": 1, "kind": "topic", "value": "hoaks_sara", "place": 0, "name": "hoaks_sara", "level": None,
         "role": "mention", "modality": "warned", "spans": "[[3, 8], [12, 17]]"},
    ],
    # 0007
    "cluster": [{"article_id": 1, "seed_id": None, "tier": "copy"}],
    "follower": [{"name": "copies", "sequence": 4}],
    "likeness": [
        {"one_id": 1, "other_id": 2, "tier": "rewrite", "c3": 0.61, "c5": 0.4, "unquoted": 0.12, "figures": '["437"]',
         "quote": 0.9, "rule": 1},
    ],
    "sketch": [
        {"article_id": 1, "uid": "pbmjsa5bdguo3nj7", "day": 20052, "moment": 1732498215, "text_sha256": "e6",
         "marks": b"\x00\x01\xff"},
    ],
    "sketch_mark": [{"period": 1432, "mark": 2**62, "day": 20052, "article_id": 1}],
    # 0008
    "spending": [{"outlet_id": 1, "day": "2024-11-26", "requests": 7}],
    # 0009
    "event": [{"article_id": 1, "visit_id": 1, "kind": "suspected"}],
    # 0010
    "kept_reading": [{"visit_id": 2, "reading": '{"title": "Debat Kedua"}', "sources": '[[4, "page"]]'}],
    "takedown": [
        {"id": 1, "outlet_id": 2, "uid": "qprsazhw2jpwwca7", "level": "text", "reason": "Putusan pengadilan", "at": AT,
         "done_at": LATER, "left": '{"articles": []}', "traces": '{"3": ["a1"]}'},
    ],
    "takedown_key": [
        {"id": 1, "outlet_id": 2, "uid": "qprsazhw2jpwwca7", "scheme": "address", "value": "/pilkada/1/", "until": None},
    ],
    # 0011
    "label": [
        {"id": 1, "uid": "pbmjsa5bdguo3nj7", "coder": "rina", "code": "nada", "value": "netral", "at": AT,
         "source": "label.csv"},
    ],
    # 0012
    "health_change": [
        {"id": 1, "outlet_id": 1, "state": "silent", "cause": "silence", "detail": "tiga jeda lamanya", "example": None,
         "since": AT, "at": LATER, "told_at": None},
    ],
    "source_total": [
        {"id": 1, "outlet_id": 1, "source": "rest", "since": None, "until": None, "total": 2, "at": AT},
    ],
}  # fmt: skip
"""Rows of the tables that later schemas made; `archive_name` gets its own when it is made."""
