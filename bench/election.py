"""How the election gate judges the articles that were written for it; `make gate` prints it."""

import tomllib
from pathlib import Path

from crawler.config import ElectionSettings
from crawler.reading.election import judge
from crawler.reading.pack import load
from crawler.reading.words import Words

WRITTEN = Path(__file__).parents[1] / "tests" / "election"
SETS = {"by the gate's author": ("about_1", "about_2", "near", "other"), "by a reviewer": ("reviewed",)}
"""Files by who wrote them; the words were mended after a look at all."""
ABOUT = {"about_1": True, "about_2": True, "near": False, "other": False}
"""What all articles of a file are; in others each says so itself."""


def main() -> None:
    """Print a line a set: articles about an election and others, how many of each were judged so, F1."""
    pack = load(ElectionSettings().pack, Path())
    print(f"{'WRITTEN':<22}{'ABOUT':>6}{'FOUND':>6}{'OTHERS':>7}{'TAKEN':>6}{'F1':>7}")
    for who, names in SETS.items():
        said = [
            (
                ABOUT.get(name, article.get("about")),
                judge(pack, Words.of(article["title"], article["text"].split("\n\n"))).about,
            )
            for name in names
            for article in tomllib.loads((WRITTEN / f"{name}.toml").read_text("utf-8"))["article"]
        ]
        about, others = [judged for is_one, judged in said if is_one], [judged for is_one, judged in said if not is_one]
        score = 2 * sum(about) / (sum(about) + sum(others) + len(about))
        print(f"{who:<22}{len(about):>6}{sum(about):>6}{len(others):>7}{sum(others):>6}{score:>7.3f}")


if __name__ == "__main__":
    main()
