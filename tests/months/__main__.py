"""A daemon whose clock is set from outside: `python -m tests.months HOME`; it reads times from stdin.

Nothing is imported outside the guard: the readers would import it again.
"""

if __name__ == "__main__":
    import sys

    from tests.months.daemon import main

    main(sys.argv[1])
