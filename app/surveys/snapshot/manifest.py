"""What a snapshot holds: counts, dates, and the digest of every file. Pure.

The manifest is canonical JSON (sorted keys, no spaces, UTF-8); the SHA-256 of its bytes is the
name of the snapshot. It names its files by their own SHA-256, so one digest proves everything.
It holds no name, no address, no text and no token.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from app.surveys.snapshot.errors import BadManifestError

SCHEMA = "linsheng-snapshot/1"
ANSWERS = "answers.parquet"
INSTRUMENT = "instrument.json"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a snapshot.

    Attributes:
        name: What it is called when it is taken out of the store.
        digest: SHA-256 of its bytes, hexadecimal: its name in the store.
        size: Length in bytes.
    """

    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The frozen input of one study: one community in one campaign.

    Attributes:
        campaign: Code of the campaign.
        community: Code of the community.
        revision: 1 for the first freeze, counting up with every correction.
        replaces: Digest of the revision this one corrects, None for the first.
        instrument: Digest of the instrument every answer was given on.
        base: Households in the base of the return rate.
        returned: Households with a counted answer: the rows of the answers file.
        excluded: Households with an approved exclusion, not in the base.
        required_permille: Return rate the gate asked for, in permille.
        t0: When the clocks started.
        waived: The gate was opened by a recorded waiver, so results are indicative.
        files: The files, sorted by name.
        code_version: Version of the code that wrote the snapshot.
        created_at: When it was written.
        schema: Version of this form.
    """

    campaign: str
    community: str
    revision: int
    replaces: str | None
    instrument: str
    base: int
    returned: int
    excluded: int
    required_permille: int
    t0: datetime
    waived: bool
    files: tuple[FileEntry, ...]
    code_version: str
    created_at: datetime
    schema: str = SCHEMA

    def file(self, name: str) -> FileEntry:
        """Return the entry of a file.

        Raises:
            BadManifestError: The manifest names no such file.
        """
        for entry in self.files:
            if entry.name == name:
                return entry
        raise BadManifestError(name)

    def says_the_same(self, other: "Manifest") -> bool:
        """Say whether both describe the same content, whenever and as whichever revision."""
        return _content(self) == _content(other)


def _content(manifest: Manifest) -> dict[str, Any]:
    """Return what a manifest says about the answers, without the circumstances of writing it."""
    circumstances = ("revision", "replaces", "code_version", "created_at", "t0")
    return {key: value for key, value in asdict(manifest).items() if key not in circumstances}


def to_json(manifest: Manifest) -> str:
    """Return the canonical JSON of a manifest: the same manifest always gives the same text."""
    data = asdict(manifest)
    data["t0"] = _instant(manifest.t0)
    data["created_at"] = _instant(manifest.created_at)
    data["files"] = sorted(data["files"], key=lambda entry: str(entry["name"]))
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def from_json(text: str) -> Manifest:
    """Return the manifest of a canonical JSON text: the inverse of `to_json`.

    Raises:
        BadManifestError: Not JSON, another schema, a missing, unknown or impossible field.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise BadManifestError("json") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise BadManifestError("schema")
    try:
        data["t0"] = datetime.fromisoformat(data["t0"])
        data["created_at"] = datetime.fromisoformat(data["created_at"])
        data["files"] = tuple(FileEntry(**entry) for entry in data["files"])
        manifest = Manifest(**data)
    except (KeyError, TypeError, ValueError) as error:
        raise BadManifestError(str(error)) from error
    if manifest.revision < 1 or (manifest.replaces is None) != (manifest.revision == 1):
        raise BadManifestError("replaces")
    return manifest


def digest_of(text: str) -> str:
    """Return the SHA-256 of a manifest's JSON, hexadecimal: the name of its snapshot."""
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(value: datetime) -> str:
    """Write an instant in UTC; the same instant always gives the same text."""
    return value.astimezone(UTC).isoformat()
