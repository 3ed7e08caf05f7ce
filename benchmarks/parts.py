"""Long benchmarks in parts: on several cores, and resumed where they were left.

Every part is made from its own number alone, so that it gives the same whenever it runs. A state
file keeps one line of JSON for each part that is done; its first line names the run it belongs to.
"""

import argparse
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path
from time import perf_counter
from typing import Any

Found = dict[str, Any]  # what a part gave, as JSON keeps it


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what every benchmark in parts takes."""
    parser.add_argument("--state", type=Path, help="file to go on from, and to keep parts in")
    parser.add_argument("--minutes", type=float, default=0, help="begin no part after so long")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)


def run_parts(
    name: str, parts: int, work: Callable[[int], Found], given: argparse.Namespace
) -> list[Found] | None:
    """Run the parts that are not done yet; None while some are left.

    Args:
        name: Of the run with all that its parts depend on: parts of two runs are never mixed.
        parts: How many there are.
        work: Gives what part number so and so finds; a function of a module, or a partial of one.
        given: Options of `add_options`.
    """
    done = _read(given.state, name)
    began = perf_counter()
    for number, found in _run(parts, done, work, given):
        done[number] = found
        if given.state is not None:
            with given.state.open("a") as file:
                file.write(json.dumps({"part": number, "found": found}) + "\n")
        print(f"{len(done)} of {parts} parts; {perf_counter() - began:.0f} s", flush=True)
    if len(done) < parts:
        print(f"{parts - len(done)} parts are left; the same command goes on")
        return None
    return [done[number] for number in range(parts)]


def _run(
    parts: int, done: dict[int, Found], work: Callable[[int], Found], given: argparse.Namespace
) -> Iterator[tuple[int, Found]]:
    until = perf_counter() + 60 * given.minutes if given.minutes else float("inf")
    left = iter([number for number in range(parts) if number not in done])
    with ProcessPoolExecutor(given.cores, multiprocessing.get_context("fork")) as pool:
        running = {}
        while True:
            while len(running) < given.cores and perf_counter() < until:
                number = next(left, None)
                if number is None:
                    break
                running[pool.submit(work, number)] = number
            if not running:
                return
            for one in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(one), one.result()


def _read(state: Path | None, name: str) -> dict[int, Found]:
    """Return the parts a state file holds. A line a kill cut short is left out."""
    if state is None:
        return {}
    if not state.exists():
        state.write_text(json.dumps({"run": name}) + "\n")
        return {}
    whole, _cut = state.read_text().rsplit("\n", 1)
    state.write_text(whole + "\n")
    lines = [json.loads(line) for line in whole.splitlines()]
    if lines[0] != {"run": name}:
        raise SystemExit(f"{state} belongs to another run: {lines[0].get('run')}")
    return {line["part"]: line["found"] for line in lines[1:]}
