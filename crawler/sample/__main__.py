"""Serves the sample outlets until it is interrupted, so that a person can look at them: `python -m crawler.sample`."""

import argparse
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime

from crawler.sample import SAMPLES


def main() -> None:
    """Print the addresses of the sites and serve them until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m crawler.sample", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8090, help="where the first listens on 127.0.0.1, the others after it; 0: any"
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        for number, (slug, sample) in enumerate(SAMPLES.items()):
            port = options.port + number if options.port else 0
            site = stack.enter_context(sample(clock=lambda: datetime.now(UTC), port=port))
            sys.stdout.write(f"{slug:14} {site.family:10} {site.base_url}/\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()
