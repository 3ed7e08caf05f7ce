"""How long reports take: ``python -m benchmarks.reports [reports] [--full] [--book 130]``.

Prints simulated communities of 480 homes through the real engine, without any database. Bars:
1.5 CPU seconds and 2 MB a community report once warm, 450 reports in 12 minutes on two cores, the
company book of 130 communities in 60 seconds. 450 reports are extrapolated from 30 unless
``--full`` is given; the last line says which.
"""

import argparse
import resource
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from time import perf_counter, process_time

from app.reports.kinds import document_of, printed
from app.reports.numbers import Source
from app.reports.paper import in_language
from benchmarks.reports_data import community, company

BAR_CPU, BAR_BYTES, BAR_MINUTES, BAR_BOOK = 1.5, 2_000_000, 12.0, 60.0
_ALL, _CORES, _WARM = 450, 2, 3
_SIX = 6  # different communities; printing does not get faster by repeating them


def print_report(seed: int) -> tuple[float, int]:
    """Print one report; return its CPU seconds and its bytes."""
    source = community(seed % _SIX)
    begun = process_time()
    with in_language("zh-Hans"):
        content = printed(document_of("report", (source,)), (source,))
    return process_time() - begun, len(content)


def warm() -> list[tuple[float, int]]:
    """Print a few reports, the first of which loads fonts and templates."""
    return [print_report(seed) for seed in range(1 + _WARM)][1:]


def print_many(count: int) -> float:
    """Print so many reports on two cores; return the seconds they took."""
    with ProcessPoolExecutor(_CORES, mp_context=get_context("spawn")) as pool:
        list(pool.map(print_report, range(_CORES)))
        begun = perf_counter()
        list(pool.map(print_report, range(count)))
        return perf_counter() - begun


def print_book(communities: int) -> tuple[float, int, int]:
    """Print a company book; return seconds, bytes, and the memory it took in MB."""
    sources = (company(), *_members(communities))
    begun = perf_counter()
    with in_language("zh-Hans"):
        content = printed(document_of("book", sources), sources)
    seconds = perf_counter() - begun
    return seconds, len(content), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _members(count: int) -> Iterator[Source]:
    for number in range(count):
        source = community(number % _SIX)
        yield replace(source, context=replace(source.context, community_code=f"C{number:03}"))


def main() -> int:
    """Measure and compare with the bars; the exit status says whether all hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=int, nargs="?", default=30)
    parser.add_argument("--full", action="store_true", help="print all 450")
    parser.add_argument("--book", type=int, default=0, metavar="COMMUNITIES")
    asked = parser.parse_args()
    found = warm()
    cpu, size = max(one[0] for one in found), max(one[1] for one in found)
    print(f"report, warm: {cpu:.2f} CPU s (bar {BAR_CPU}), {size / 1e6:.2f} MB")
    holds = [cpu <= BAR_CPU, size <= BAR_BYTES]
    count = _ALL if asked.full else asked.reports
    if count:
        minutes = print_many(count) * _ALL / count / 60
        how = "printed" if asked.full else f"extrapolated from {count}"
        print(f"{_ALL} reports on {_CORES} cores: {minutes:.1f} min (bar {BAR_MINUTES:g}), {how}")
        holds.append(minutes <= BAR_MINUTES)
    if asked.book:
        seconds, size, memory = print_book(asked.book)
        print(
            f"book of {asked.book}: {seconds:.0f} s (bar {BAR_BOOK:g}), "
            f"{size / 1e6:.1f} MB, {memory} MB of memory"
        )
        holds.append(seconds <= BAR_BOOK)
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main())
