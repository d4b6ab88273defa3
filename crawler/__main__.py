"""`python -m crawler`: the child process that crawls one outlet, or, with the word `errand`, runs one errand.

Nothing is imported outside the guard, and the module's name ends in `__main__`: the readers that the child spawns would
import its main module again otherwise, Scrapy and SQLAlchemy with it (1.9 s of CPU a reader).
"""

if __name__ == "__main__":
    import sys

    from crawler import startup

    startup.begin()
    # First, while little is loaded: it asks thrice where it is called from, and Python looks through all modules to
    # answer that. Imported last, that alone is 0.09 s of a crawl's 0.78 s.
    import scrapy.core.downloader.contextfactory  # noqa: F401

    if sys.argv[1:] == ["errand"]:
        from crawler.errands.child import main
    else:
        from crawler.child import main

    startup.imported()
    startup.end(main)
