"""Serves the sample outlet until it is interrupted, so that a person can look at it: `python -m crawler.sample --port 8090`."""

import argparse
import sys
import threading
from datetime import UTC, datetime

from crawler.sample.wordpress.site import SampleSite


def main() -> None:
    """Print the address of the site and serve it until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m crawler.sample", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="where to listen on 127.0.0.1; 0 lets the system choose")
    options = parser.parse_args()
    with SampleSite(clock=lambda: datetime.now(UTC), port=options.port) as site:
        sys.stdout.write(f"{site.base_url}/\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()
