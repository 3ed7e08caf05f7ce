"""Answers for the benchmark of the statistics: clustered vectors and Parquet, made once.

Every answer is the household's mood plus noise on five points; 5 % are blank, 5 % "no
experience", 10 % not asked. Rows stand in the order of community and replicate group, as the
files of snapshots do when they are put together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from app.analysis.data.dataset import BLANK, GROUPS, Column, Dataset, Role

FIVE = (1, 2, 3, 4, 5)
RATINGS = 150
IN_BLOCK = 31
BATCH = 125_000
FILE = 500_000


def columns() -> tuple[Column, ...]:
    """Return 150 ratings: the overall one and 149 attributes; the first 31 form the block."""
    overall = Column("r0", Role.OVERALL, "overall", FIVE, (4, 5))
    rated = (Column(f"r{j}", Role.ATTRIBUTE, f"i{j}", FIVE, (4, 5)) for j in range(1, RATINGS))
    return overall, *rated


@dataclass(frozen=True)
class Stored:
    """Where the answers lie."""

    folder: Path
    rows: int
    communities: int

    @property
    def parquet(self) -> list[Path]:
        """Return the Parquet files in order."""
        return sorted(self.folder.glob("answers-*.parquet"))

    def values(self) -> np.ndarray:
        """Return the memory-mapped vectors, shape (rows, 150)."""
        return np.load(self.folder / "values.npy", mmap_mode="r")

    def keys(self) -> tuple[np.ndarray, np.ndarray]:
        """Return community and group of every row."""
        return tuple(np.load(self.folder / f"{name}.npy", mmap_mode="r") for name in KEYS)

    def names(self) -> tuple[str, ...]:
        """Return the names of the communities, in order."""
        return tuple(f"c{k:05d}" for k in range(self.communities))

    def batch(self, values: np.ndarray, community: np.ndarray, group: np.ndarray) -> Dataset:
        """Return rows as a dataset."""
        return Dataset(
            columns(),
            values,
            np.zeros(len(values), dtype=np.int64),
            community.astype(np.int64),
            group.astype(np.int64),
            ("wave",),
            self.names(),
        )

    def batches(self) -> Iterator[Dataset]:
        """Yield the memory-mapped rows, batch by batch."""
        values = self.values()
        community, group = self.keys()
        for start in range(0, self.rows, BATCH):
            rows = slice(start, start + BATCH)
            yield self.batch(values[rows], community[rows], group[rows])


KEYS = ("community", "replicate_group")


def make_answers(folder: Path, rows: int, communities: int) -> Stored:
    """Write the answers unless they lie there already."""
    stored = Stored(folder / f"{rows}-{communities}", rows, communities)
    done = stored.folder / "done"
    if done.exists():
        return stored
    stored.folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    order = np.sort(rng.integers(0, communities * GROUPS, rows))
    keys = (order // GROUPS).astype(np.uint16), (order % GROUPS).astype(np.uint8)
    for name, key in zip(KEYS, keys, strict=True):
        np.save(stored.folder / f"{name}.npy", key)
    values = np.lib.format.open_memmap(
        stored.folder / "values.npy", "w+", np.uint8, (rows, RATINGS)
    )
    for start in range(0, rows, BATCH):
        part = values[start : start + BATCH]
        part[:] = _draw(rng, len(part))
    values.flush()
    _write_parquet(stored)
    done.touch()
    return stored


def _draw(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Draw position codes."""
    mood = rng.integers(-60, 61, (rows, 1), dtype=np.int16)
    noise = rng.integers(-110, 111, (rows, RATINGS), dtype=np.int16)
    codes = np.clip((mood + noise + 385) // 100, 1, 5).astype(np.uint8)
    fate = rng.integers(0, 100, (rows, RATINGS), dtype=np.uint8)
    codes[fate < 5] = BLANK
    codes[(fate >= 5) & (fate < 10)] = BLANK + 1
    codes[(fate >= 10) & (fate < 20)] = 0
    return codes


def _write_parquet(stored: Stored) -> None:
    values = stored.values()
    keys = dict(zip(KEYS, stored.keys(), strict=True))
    for number, start in enumerate(range(0, stored.rows, FILE)):
        rows = slice(start, start + FILE)
        data = {name: np.array(key[rows]) for name, key in keys.items()}
        part = np.asfortranarray(values[rows])
        data |= {column.code: part[:, j] for j, column in enumerate(columns())}
        path = stored.folder / f"answers-{number:04d}.parquet"
        with duckdb.connect(config={"threads": 2}) as connection:
            connection.register("answers", data)
            connection.execute(
                f"COPY (SELECT * FROM answers) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
            )
