"""Pilkada's public face: `from pilkada import Archive`, and `python -m pilkada` for the command."""

__all__: list[str] = []

if __name__ == "__main__":
    import sys

    from crawler.cli import main

    sys.exit(main())
