"""From a snapshot back to numbers in memory; every digest is checked first. Worker side."""

import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
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
from app.surveys.snapshot.homes import FrameCounts, read_frame, read_homes
from app.surveys.snapshot.manifest import ANSWERS, FRAME, HOMES, INSTRUMENT, Manifest, from_json

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
UNSAID = "unsaid"  # a question about the household that it did not answer
_INSTRUMENTS = 16  # of a company's campaigns in memory at a time


@dataclass(frozen=True, slots=True, eq=False)
class LoadedSnapshot:
    """A snapshot whose every byte was checked.

    Attributes:
        manifest: What it says about itself.
        instrument: The instrument its answers were given on.
        dataset: The answers, with the columns the statistics know.
        homes: What tells the households apart, by variable, in the order of the dataset: what
            they said about themselves, and, in snapshots of the second form, their homes.
        frame: All homes of the base by kind; None in snapshots of the first form.
    """

    manifest: Manifest
    instrument: Instrument
    dataset: Dataset
    homes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    frame: FrameCounts | None = None


def load_snapshot(
    storage: Storage, snapshot_digest: str, *, roles: Collection[Role] | None = None
) -> LoadedSnapshot:
    """Read a snapshot by its digest.

    Args:
        storage: The store of files.
        snapshot_digest: SHA-256 of the manifest.
        roles: Read the columns of these roles only, and nothing about the homes: for the earlier
            waves of a trend. None reads everything.

    Raises:
        MissingFileError: The manifest or one of its files is not in the store.
        DamagedFileError: A file is not what its digest promises; nothing is computed from it.
        BadManifestError: The files do not hold what the manifest says.
    """
    manifest = from_json(_text(storage, snapshot_digest))
    instrument, found = _instrument(_text(storage, manifest.file(INSTRUMENT).digest))
    if found != manifest.instrument:
        raise BadManifestError("instrument")
    content = storage.get(manifest.file(ANSWERS).digest)
    if len(content) != manifest.file(ANSWERS).size:
        raise BadManifestError("size")
    columns = tuple(one for one in columns_of(instrument) if roles is None or one.role in roles)
    table = _table(content, manifest, instrument, None if roles is None else columns)
    dataset = _dataset(table, manifest, columns)
    if roles is not None:
        return LoadedSnapshot(manifest, instrument, dataset)
    homes, frame = profiles_of(table, instrument), None
    if manifest.has_file(HOMES):
        text = _text(storage, manifest.file(HOMES).digest)
        homes |= read_homes(text, table["pseudonym"].tolist())
        text = _text(storage, manifest.file(FRAME).digest)
        frame = read_frame(text, base=manifest.base, returned=manifest.returned)
    return LoadedSnapshot(manifest, instrument, dataset, homes, frame)


@lru_cache(maxsize=_INSTRUMENTS)
def _instrument(text: str) -> tuple[Instrument, str]:
    """Return an instrument and its digest; the communities of a campaign share one text."""
    instrument = from_canonical(text)
    return instrument, digest(instrument)


def profiles_of(
    table: Mapping[str, NDArray[np.generic]], instrument: Instrument
) -> dict[str, tuple[str, ...]]:
    """Return what the households said about themselves, by the last part of the question's code.

    Args:
        table: Columns of the answers file.
        instrument: What was asked.
    """
    found = {}
    for item in instrument.items_with_role(ItemRole.PROFILE):
        if item.kind is ItemKind.CHOICE:
            words = [UNSAID, *(one.code for one in item.options)]
            found[item.code.rpartition(".")[2]] = tuple(
                words[code] if code < len(words) else UNSAID for code in table[item.code].tolist()
            )
    return found


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


def _table(
    content: bytes,
    manifest: Manifest,
    instrument: Instrument,
    columns: tuple[Column, ...] | None,
) -> dict[str, NDArray[np.generic]]:
    """Return columns of the answers file, or all, checked against manifest and instrument."""
    if columns is None:
        expected = {*KEY_COLUMNS, *(item.code for item in instrument.items if item.in_vector)}
        table = _read(content)
    else:
        expected = {*KEY_COLUMNS, *(column.code for column in columns)}
        table = _read(content, sorted(expected))
    if set(table) != expected:
        raise BadManifestError(min(set(table) ^ expected))
    if table["pseudonym"].size != manifest.returned:
        raise BadManifestError("returned")
    for name, said in (("wave", manifest.campaign), ("community", manifest.community)):
        if set(table[name].tolist()) - {said}:
            raise BadManifestError(name)
    return table


def _dataset(
    table: Mapping[str, NDArray[np.generic]], manifest: Manifest, columns: tuple[Column, ...]
) -> Dataset:
    """Build the dataset from the checked columns of the answers file."""
    households = int(table["pseudonym"].size)
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


def _read(content: bytes, names: Sequence[str] = ()) -> dict[str, NDArray[np.generic]]:
    """Return columns of Parquet bytes, all of them where none is named.

    The bytes just checked are read, not the file in the store: nothing can change in between.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS
        path.write_bytes(content)
        with _engine().cursor() as connection:
            wanted = ", ".join(f'"{name}"' for name in names) or "*"
            # Codes of an instrument that was checked hold no quotes.
            query = f"SELECT {wanted} FROM read_parquet(?) ORDER BY pseudonym"  # noqa: S608
            try:
                table = connection.execute(query, [str(path)]).fetchnumpy()
            except duckdb.BinderException as error:
                raise BadManifestError(ANSWERS) from error
    return {name: np.asarray(values) for name, values in table.items()}


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Return the reader of Parquet, opened once: that takes longer than reading a community."""
    return duckdb.connect(":memory:", config={"threads": 1})


def _text(storage: Storage, file_digest: str) -> str:
    """Return a stored file as text."""
    try:
        return storage.get(file_digest).decode()
    except UnicodeDecodeError as error:
        raise DamagedFileError(file_digest) from error
