"""Serves the sample outlets until it is interrupted, so that a person can look at them: `python -m crawler.sample`."""

import argparse
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime

from crawler.sample import SAMPLES
from crawler.sample.large import enlarged


def main() -> None:
    """Print the addresses of the sites and serve them until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m crawler.sample", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8090, help="where the first listens on 127.0.0.1, the others after it; 0: any"
    )
    parser.add_argument("--size", type=int, help="so many stories each, made by chance, in place of the outlets' own")
    options = parser.parse_args()
    with ExitStack() as stack:
        for number, (slug, sample) in enumerate(SAMPLES.items()):
            port = options.port + number if options.port else 0
            if options.size:
                site = enlarged(sample, options.size, clock=now, port=port)
            else:
                site = sample(clock=now, port=port)
            stack.enter_context(site)
            sys.stdout.write(f"{slug:14} {site.family:10} {site.base_url}/\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


def now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
