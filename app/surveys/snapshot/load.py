"""From a snapshot back to numbers in memory; every digest is checked first. Worker side."""

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Column, Dataset, Role
from app.storage import DamagedFileError, Storage
from app.surveys.instrument.canonical import digest, from_canonical
from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole
from app.surveys.snapshot.errors import BadManifestError
from app.surveys.snapshot.freeze import KEY_COLUMNS
from app.surveys.snapshot.manifest import ANSWERS, INSTRUMENT, Manifest, from_json

_ROLES = {
    ItemRole.OVERALL: Role.OVERALL,
    ItemRole.PRIORITY: Role.PRIORITY,
    ItemRole.IMPORTANCE: Role.IMPORTANCE,
    ItemRole.ADEQUATE: Role.ADEQUATE,
    ItemRole.DESIRED: Role.DESIRED,
    ItemRole.PERCEIVED: Role.PERCEIVED,
    ItemRole.PERFORMANCE: Role.PERFORMANCE,
    ItemRole.LOYALTY: Role.LOYALTY,
}
TICKED, NOT_TICKED = 1, 0


@dataclass(frozen=True, slots=True, eq=False)
class LoadedSnapshot:
    """A snapshot whose every byte was checked.

    Attributes:
        manifest: What it says about itself.
        instrument: The instrument its answers were given on.
        dataset: The answers, with the columns the statistics know.
    """

    manifest: Manifest
    instrument: Instrument
    dataset: Dataset


def load_snapshot(storage: Storage, snapshot_digest: str) -> LoadedSnapshot:
    """Read a snapshot by its digest.

    Args:
        storage: The store of files.
        snapshot_digest: SHA-256 of the manifest.

    Raises:
        MissingFileError: The manifest or one of its files is not in the store.
        DamagedFileError: A file is not what its digest promises; nothing is computed from it.
        BadManifestError: The files do not hold what the manifest says.
    """
    manifest = from_json(_text(storage, snapshot_digest))
    instrument = from_canonical(_text(storage, manifest.file(INSTRUMENT).digest))
    if digest(instrument) != manifest.instrument:
        raise BadManifestError("instrument")
    content = storage.get(manifest.file(ANSWERS).digest)
    if len(content) != manifest.file(ANSWERS).size:
        raise BadManifestError("size")
    return LoadedSnapshot(manifest, instrument, _dataset(content, manifest, instrument))


def columns_of(instrument: Instrument) -> tuple[Column, ...]:
    """Return the columns of an instrument that the statistics know, in vector order.

    Experience, statements and profile are stored in the file but no part of this study.
    """
    names = Counter(item.attribute for item in instrument.items)
    names.update(area.code for area in instrument.areas)
    return tuple(
        _column(instrument, item, is_unique=names[item.attribute] == 1)
        for item in instrument.items
        if item.in_vector and item.role in _ROLES
    )


def _column(instrument: Instrument, item: Item, *, is_unique: bool) -> Column:
    """Describe one item for the statistics; an attribute code used twice is told by its area."""
    points: tuple[int, ...] = (TICKED, NOT_TICKED)
    satisfied: tuple[int, ...] = ()
    if item.kind is not ItemKind.TICK:
        scale = instrument.scales[str(item.scale)]
        points, satisfied = scale.points, scale.satisfied
    role, about = _ROLES[item.role], item.area or item.code
    if item.attribute is not None:
        role = Role.ATTRIBUTE
        about = item.attribute if is_unique else f"{item.area}.{item.attribute}"
    return Column(item.code, role, about, points, satisfied, item.area or "")


def _dataset(content: bytes, manifest: Manifest, instrument: Instrument) -> Dataset:
    """Build the dataset from the checked bytes of the answers file."""
    columns = columns_of(instrument)
    expected = {*KEY_COLUMNS, *(item.code for item in instrument.items if item.in_vector)}
    table = _read(content)
    if set(table) != expected:
        raise BadManifestError(min(set(table) ^ expected))
    households = int(table["pseudonym"].size)
    if households != manifest.returned:
        raise BadManifestError("returned")
    for name, said in (("wave", manifest.campaign), ("community", manifest.community)):
        if set(table[name].tolist()) - {said}:
            raise BadManifestError(name)
    values = np.empty((households, len(columns)), dtype=np.uint8)
    for j, column in enumerate(columns):
        values[:, j] = table[column.code]
    return Dataset(
        columns=columns,
        values=values,
        wave=np.zeros(households, dtype=np.int64),
        community=np.zeros(households, dtype=np.int64),
        group=table["replicate_group"].astype(np.int64),
        waves=(manifest.campaign,),
        communities=(manifest.community,),
    )


def _read(content: bytes) -> dict[str, NDArray[np.generic]]:
    """Return the columns of Parquet bytes.

    The bytes just checked are read, not the file in the store: nothing can change in between.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS
        path.write_bytes(content)
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            query = "SELECT * FROM read_parquet(?) ORDER BY pseudonym"
            table = connection.execute(query, [str(path)]).fetchnumpy()
    return {name: np.asarray(values) for name, values in table.items()}


def _text(storage: Storage, file_digest: str) -> str:
    """Return a stored file as text."""
    try:
        return storage.get(file_digest).decode()
    except UnicodeDecodeError as error:
        raise DamagedFileError(file_digest) from error
