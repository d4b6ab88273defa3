"""Crawls outlets while they do well, then each as something broke: `python -m tests.mutations HOME NAME…`.

A process of its own, since a reactor runs once. Nothing is imported outside the guard: the readers would import it again.
"""

if __name__ == "__main__":
    import sys

    from tests.mutations.player import main

    main(*sys.argv[1:])
