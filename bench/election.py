"""How the election gate judges the articles that were written for it; `make gate` prints it."""

import tomllib
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Articles about an election and others, and how many of each were judged to be about one."""

    about: int
    found: int
    others: int
    taken: int

    @property
    def f1(self) -> float:
        """Of what is about an election."""
        return 2 * self.found / (self.found + self.taken + self.about)


def judged() -> dict[str, Judged]:
    """Judge the articles of each set."""
    pack, sets = load(ElectionSettings().pack, Path()), {}
    for who, names in SETS.items():
        said = [
            (
                ABOUT.get(name, article.get("about")),
                judge(pack, Words.of(article["title"], article["text"].split("\n\n"))).about,
            )
            for name in names
            for article in tomllib.loads((WRITTEN / f"{name}.toml").read_text("utf-8"))["article"]
        ]
        about, others = [taken for is_one, taken in said if is_one], [taken for is_one, taken in said if not is_one]
        sets[who] = Judged(about=len(about), found=sum(about), others=len(others), taken=sum(others))
    return sets


def main() -> None:
    """Print a line a set: articles about an election and others, how many of each were judged so, F1."""
    print(f"{'WRITTEN':<22}{'ABOUT':>6}{'FOUND':>6}{'OTHERS':>7}{'TAKEN':>6}{'F1':>7}")
    for who, one in judged().items():
        print(f"{who:<22}{one.about:>6}{one.found:>6}{one.others:>7}{one.taken:>6}{one.f1:>7.3f}")


if __name__ == "__main__":
    main()
