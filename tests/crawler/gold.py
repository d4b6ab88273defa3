"""What an editor entered into the recorded WordPress, and how a body is compared with it."""

import json
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REASON = "the recorded WordPress (../shared/captures) is not here"


def shared() -> Path | None:
    """The folder of recordings: `$PILKADA_SHARED`, else `shared` beside the checkout; None where there is none."""
    named = os.environ.get("PILKADA_SHARED")
    places = [Path(named)] if named else [up.parent / "shared" for up in Path(__file__).resolve().parents]
    return next((place for place in places if (place / "captures").is_dir()), None)


def gold(folder: Path) -> list[dict[str, Any]]:
    """What the editor entered for each public post."""
    stories = json.loads((folder / "captures" / "wordpress-stock.gold.json").read_text("utf-8"))
    assert isinstance(stories, list)
    return stories


def plain(text: str) -> str:
    """A text in NFC, with simple blanks, each once."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").split())


def paragraphs(story: dict[str, Any]) -> Iterator[str]:
    """The paragraphs of a body as they should be read: no credit line, no leading dateline, no trailing star."""
    for number, paragraph in enumerate(map(plain, story["paragraphs"])):
        if paragraph.startswith("Penulis: ") and "/ Penyunting: " in paragraph:
            continue
        text = paragraph.split(" – ", 1)[-1] if number == 0 else paragraph
        yield text.removesuffix(" *")
