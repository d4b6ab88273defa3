"""Plays the script of a month against real sites, real crawls and a real archive: `python -m tests.month PLAN HOME`.

A process of its own, since a reactor runs once; hundreds of crawls share it and one pool of readers, in place of a
process for each. The sites and the crawls have one clock, which is set from crawl to crawl and runs in between.
Nothing is imported outside the guard: the readers would import it again.
"""

if __name__ == "__main__":
    import sys

    from tests.month.player import main

    main(*sys.argv[1:])
