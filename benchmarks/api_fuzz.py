"""Does the API ever do what its own description forbids? Many requests by schemathesis.

    python -m benchmarks.api_fuzz --examples 400

Builds a company of two communities, calls every operation with well-formed and malformed requests
made from the description, and prints each answer that the description does not allow. The suite
runs the same with one example of each kind.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from app.db import make_engine
from migrations.run import upgrade
from tests.web.api.fuzzing import fuzz
from tests.web.api.world import make_api_world


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=400, help="of each operation and kind")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'world.sqlite'}"
        engine = make_engine(url)
        upgrade(engine)
        api = make_api_world(engine, url, Path(name))
        found = fuzz(api, examples=asked.examples, seed=asked.seed)
        engine.dispose()
    print(f"{found.requests} requests; answers by status: {dict(sorted(found.statuses.items()))}")
    for text, count in Counter(found.violations).most_common():
        print(f"{count} x {text}")
    print(f"violations: {len(found.violations)}")
    raise SystemExit(1 if found.violations else 0)


if __name__ == "__main__":
    main()
