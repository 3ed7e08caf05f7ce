"""From a snapshot to the columns of an export, community by community. Worker side: DuckDB."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from app.reports.exports.coarse import WEEK, coarse_homes
from app.reports.exports.codes import coded, decoded
from app.reports.exports.safe import cleaned
from app.reports.exports.variables import BESIDE, items_of
from app.storage import Storage
from app.surveys.instrument.canonical import digest, from_canonical
from app.surveys.instrument.model import Instrument, Item
from app.surveys.snapshot.errors import BadManifestError
from app.surveys.snapshot.freeze import KEY_COLUMNS
from app.surveys.snapshot.homes import DAY, HOME_VARIABLES, read_homes
from app.surveys.snapshot.manifest import ANSWERS, HOMES, INSTRUMENT, Manifest, from_json

Cell = str | int | float | None
GROUP = "replicate_group"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The answers of one community.

    Attributes:
        manifest: Of its snapshot.
        known: Columns of what is known of the homes, in the order of the codebook.
        items: What the columns of `codes` are.
        codes: Bytes as they were frozen, a row for each home, a column for each item.
    """

    manifest: Manifest
    known: dict[str, list[Cell]]
    items: tuple[Item, ...]
    codes: NDArray[np.uint8]

    @property
    def homes(self) -> int:
        """Return the number of rows."""
        return int(self.codes.shape[0])


def read_instrument(storage: Storage, manifest: Manifest) -> Instrument:
    """Return what the answers of a snapshot were given on.

    Raises:
        BadManifestError: It is another one than the manifest says.
    """
    instrument = from_canonical(storage.get(manifest.file(INSTRUMENT).digest).decode())
    if digest(instrument) != manifest.instrument:
        raise BadManifestError("instrument")
    return instrument


def read_manifest(storage: Storage, snapshot_digest: str) -> Manifest:
    """Return the manifest of a snapshot, its digest checked."""
    return from_json(storage.get(snapshot_digest).decode())


def read_batches(
    storage: Storage,
    digests: Sequence[str],
    instrument: Instrument,
    *,
    groups: Sequence[int],
) -> Iterator[Batch]:
    """Yield one community after the other; only one is in memory at a time.

    Args:
        storage: The store of files.
        digests: Snapshots, in the order of the export.
        instrument: What all of them were asked.
        groups: New label of every replicate group; see `coarse.group_labels`.

    Raises:
        MissingFileError, DamagedFileError, BadManifestError: A file is not what was frozen.
    """
    # Opening one costs more than reading a community with it.
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for one in digests:
            batch = _batch(storage, read_manifest(storage, one), instrument, connection)
            known = batch.known[GROUP]
            batch.known[GROUP] = [groups[int(one)] for one in known if isinstance(one, int)]
            yield batch


def _batch(
    storage: Storage,
    manifest: Manifest,
    instrument: Instrument,
    connection: duckdb.DuckDBPyConnection,
) -> Batch:
    items = items_of(instrument)
    table = _table(storage.get(manifest.file(ANSWERS).digest), connection)
    if set(table) != {*KEY_COLUMNS, *(item.code for item in items)}:
        raise BadManifestError(ANSWERS)
    homes = [str(one) for one in table["pseudonym"].tolist()]
    if len(homes) != manifest.returned:
        raise BadManifestError("returned")
    size = len(homes)
    variables: dict[str, tuple[str, ...]] = dict.fromkeys(HOME_VARIABLES, ("",) * size)
    if manifest.has_file(HOMES):
        text = storage.get(manifest.file(HOMES).digest).decode()
        variables = read_homes(text, homes)
    weight = manifest.base / manifest.returned if manifest.returned else 0.0
    known: dict[str, list[Cell]] = {
        "pseudonym": list(homes),
        "wave": [manifest.campaign] * size,
        "community": [manifest.community] * size,
        "region": [manifest.region] * size,
        "estate_age": [manifest.estate_age] * size,
    }
    shown = coarse_homes(variables)
    for name in HOME_VARIABLES:
        if name != DAY:
            known[name] = [cleaned(value) for value in shown[name]]
    known[WEEK] = [int(value) if value else None for value in shown[WEEK]]
    known[GROUP] = [int(one) for one in table["replicate_group"].tolist()]
    known["weight"] = [weight] * size
    codes = np.empty((size, len(items)), dtype=np.uint8)
    for at, item in enumerate(items):
        codes[:, at] = table[item.code]
    return Batch(manifest, known, items, codes)


def numbers(
    batch: Batch, instrument: Instrument
) -> Iterator[tuple[str, NDArray[np.int16], NDArray[np.bool_]]]:
    """Yield each column of answers: its name, its values, and where it says nothing at all.

    Raises:
        BadManifestError: A byte is none the item can hold.
    """
    for at, item in enumerate(batch.items):
        table = coded(instrument, item)
        column = batch.codes[:, at]
        values = np.zeros(256, dtype=np.int16)
        beside = np.zeros(256, dtype=np.int16)
        is_empty = np.ones(256, dtype=np.bool_)
        for byte in np.unique(column).tolist():
            value, other = decoded(item, table, byte)
            values[byte] = value
            if other is not None:
                beside[byte], is_empty[byte] = other, False
        nothing = np.zeros(batch.homes, dtype=np.bool_)
        yield item.code, values[column], nothing
        yield f"{item.code}{BESIDE}", beside[column], is_empty[column]


def _table(content: bytes, connection: duckdb.DuckDBPyConnection) -> dict[str, NDArray[np.generic]]:
    """Return the columns of the answers file, by pseudonym."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS
        path.write_bytes(content)
        query = "SELECT * FROM read_parquet(?) ORDER BY pseudonym"
        table = connection.execute(query, [str(path)]).fetchnumpy()
    return {name: np.asarray(values) for name, values in table.items()}
