"""`python -m crawler`: the child process that crawls one outlet, or, with the word `errand`, runs one errand.

Nothing is imported outside the guard, and the module's name ends in `__main__`: the readers that the child spawns would
import its main module again otherwise, Scrapy and SQLAlchemy with it (1.9 s of CPU a reader).
"""

if __name__ == "__main__":
    import gc
    import sys

    # What is imported stays: to look through it again and again took an eighth of the start (0.94 s of CPU, 0.82 without).
    gc.disable()
    if sys.argv[1:] == ["errand"]:
        from crawler.errands.child import main
    else:
        from crawler.child import main

    gc.freeze()
    gc.enable()
    sys.exit(main())
