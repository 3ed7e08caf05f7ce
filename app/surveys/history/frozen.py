"""Entered answers as files that never change, and back to numbers. Worker side: loads DuckDB.

As in a snapshot the answers are one Parquet file, a row per home: `KEYS`, then one byte column
for each item. The manifest says that they were entered, from which file, through which map.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import GROUPS, Column, Dataset, Role
from app.storage import DamagedFileError, Storage
from app.surveys.history.mapping.take import Taken
from app.vault import Vault

SCHEMA = "linsheng-history/1"
ANSWERS = "answers.parquet"
KEYS = ("pseudonym", "place", "community", "replicate_group", "weight", "answered_on")
WEIGHT = "weight"
_Array = NDArray[np.object_] | NDArray[np.uint8] | NDArray[np.int64] | NDArray[np.float64]


def freeze_answers(
    storage: Storage, vault: Vault, taken: Taken, codes: Mapping[str, str], *, salt: str
) -> dict[str, object]:
    """Store entered answers and return what a manifest says about them.

    Args:
        storage: Where the file goes.
        vault: Makes the names of homes unreadable.
        taken: The answers.
        codes: Word of the file to code of the community; empty counts for the company only.
        salt: What the pseudonyms hang on: the digest of the file, so that they link nothing else.
    """
    content = _parquet(_arrays(vault, taken, codes, salt))
    return {
        "files": [{"name": ANSWERS, "digest": storage.put(content), "size": len(content)}],
        "columns": [asdict(one) for one in taken.columns],
        "rows": len(taken.codes),
        "weighted": bool(taken.weights),
        "own_groups": bool(taken.groups),
    }


def _arrays(vault: Vault, taken: Taken, codes: Mapping[str, str], salt: str) -> dict[str, _Array]:
    rows = len(taken.codes)
    homes = [
        vault.keyed_hash("history-home", f"{salt}\0{place}\0{home or f'#{at}'}").hex()[:32]
        for at, (place, home) in enumerate(
            zip(taken.places, taken.homes or [""] * rows, strict=True)
        )
    ]
    matrix = np.frombuffer(b"".join(taken.codes), dtype=np.uint8)
    matrix = matrix.reshape(rows, len(taken.columns))
    groups: Sequence[int] = taken.groups or [at % GROUPS for at in range(rows)]
    if taken.homes and not taken.groups:
        groups = [int(one[:8], 16) % GROUPS for one in homes]
    return {
        "pseudonym": _words(homes),
        "place": _words(taken.places),
        "community": _words([codes.get(place, "") for place in taken.places]),
        "replicate_group": np.array(groups, dtype=np.int64),
        "weight": np.array(taken.weights or [1.0] * rows, dtype=np.float64),
        "answered_on": _words(taken.days or [""] * rows),
        **{f"q{at}": np.ascontiguousarray(matrix[:, at]) for at, _one in enumerate(taken.columns)},
    }


def _words(values: Sequence[str]) -> NDArray[np.object_]:
    return np.array(values, dtype=np.object_)


def _parquet(data: Mapping[str, _Array]) -> bytes:
    """Return equally long columns as Parquet; one thread, so the same columns give one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            connection.register("answers", dict(data))
            connection.execute(
                f"COPY (SELECT * FROM answers) TO '{path}' "  # noqa: S608 - no user input
                "(FORMAT parquet, COMPRESSION zstd)"
            )
        return path.read_bytes()


def load_answers(
    storage: Storage, manifest: Mapping[str, object], wave: str
) -> tuple[Dataset, tuple[str, ...]]:
    """Read entered answers back, with their weights as a variable that splits cells.

    Args:
        storage: The store of files.
        manifest: What `freeze_answers` returned, within the manifest of the wave.
        wave: Code of the wave.

    Returns:
        The answers, communities named by code (a word of the file where there is none), and the
        code of the community of every row, empty where it counts for the company only.

    Raises:
        DamagedFileError: The file does not hold what the manifest says.
    """
    file, stated = _entry(manifest)
    content = storage.get(file)
    columns = tuple(
        Column(
            str(one["code"]),
            Role(str(one["role"])),
            str(one["item"]),
            tuple(one["points"]),
            tuple(one["satisfied"]),
            str(one["area"]),
        )
        for one in stated
    )
    table = _read(content)
    if set(table) != {*KEYS, *(f"q{at}" for at in range(len(columns)))}:
        raise DamagedFileError(file)
    codes = tuple(str(one) for one in table["community"].tolist())
    named = [code or f"?{place}" for code, place in zip(codes, table["place"], strict=True)]
    communities, community = _indexed(named)
    cells, cell = _indexed([f"{weight:.6g}" for weight in table["weight"].tolist()])
    weighted = bool(manifest.get("weighted"))
    return Dataset(
        columns=columns,
        values=np.stack([table[f"q{at}"].astype(np.uint8) for at in range(len(columns))], axis=1),
        wave=np.zeros(len(codes), dtype=np.int64),
        community=community,
        group=table["replicate_group"].astype(np.int64),
        waves=(wave,),
        communities=communities,
        own_groups=bool(manifest.get("own_groups")),
        cell_variables=(WEIGHT,) if weighted else (),
        cell_names=tuple((one,) for one in cells) if weighted else ((),),
        cell=cell if weighted else None,
        are_linked=False,
    ), codes


def _entry(manifest: Mapping[str, object]) -> tuple[str, list[dict[str, list[int]]]]:
    files, columns = manifest.get("files"), manifest.get("columns")
    if not isinstance(files, list) or not isinstance(columns, list) or not files:
        raise DamagedFileError("manifest")
    return str(files[0]["digest"]), columns


def _indexed(names: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    found = tuple(sorted(set(names)))
    place = {name: at for at, name in enumerate(found)}
    return found, np.array([place[name] for name in names], dtype=np.int64)


def _read(content: bytes) -> dict[str, NDArray[np.generic]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS
        path.write_bytes(content)
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            query = "SELECT * FROM read_parquet(?, file_row_number=false)"
            table = connection.execute(query, [str(path)]).fetchnumpy()
    return {name: np.asarray(values) for name, values in table.items()}


def canonical(manifest: Mapping[str, object]) -> tuple[str, str]:
    """Return a manifest as canonical JSON, and its SHA-256."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text, hashlib.sha256(text.encode()).hexdigest()
