"""Does every text survive every form of exported file, and is no cell a formula?

    python -m benchmarks.exports --examples 2000

Texts are drawn by Hypothesis, written as CSV, XLSX, SAV, Parquet, JSON and DDI, and read back by
csv, openpyxl, pyreadstat, DuckDB, json and lxml. The short form is in the suite.
"""

import argparse
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from tests.unit.exports.test_texts import TEXTS, WORDS, check_every_form


def main() -> None:
    """Run the proof."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--examples", type=int, default=2000)
    options = parser.parse_args()
    counted = 0
    with tempfile.TemporaryDirectory() as folder:

        @settings(
            max_examples=options.examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(word=WORDS, texts=TEXTS)
        def run(word: str, texts: list[str]) -> None:
            nonlocal counted
            counted += len(texts) + 1
            check_every_form(Path(folder), word, texts)

        started = time.process_time()
        run()
    spent = time.process_time() - started
    print(f"{counted} texts in 6 forms, 0 changed, 0 formula cells, {spent:.0f} s of CPU")


if __name__ == "__main__":
    main()
