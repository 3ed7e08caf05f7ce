"""What a snapshot holds: counts, dates, and the digest of every file. Pure.

The manifest is canonical JSON (sorted keys, no spaces, UTF-8); the SHA-256 of its bytes is the
name of the snapshot. A community's manifest names its files by their own SHA-256, the company's
names the manifests of its communities, so one digest proves everything below it.
It holds no name, no address, no text and no token.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.surveys.snapshot.errors import BadManifestError

SCHEMA = "linsheng-snapshot/2"
OLDER_SCHEMAS = ("linsheng-snapshot/1",)  # read, never written: without the kinds of homes
COMPANY_SCHEMA = "linsheng-company/1"
ANSWERS = "answers.parquet"
INSTRUMENT = "instrument.json"
HOMES = "homes.csv"
FRAME = "frame.csv"


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
        region: Code of its region, empty without one.
        estate_age: Band of years since the builder handed it over, empty where nobody knows.
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
    region: str = ""
    estate_age: str = ""
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

    def has_file(self, name: str) -> bool:
        """Say whether it names a file; manifests of the first form have fewer."""
        return any(entry.name == name for entry in self.files)

    def says_the_same(self, other: "Manifest") -> bool:
        """Say whether both describe the same answers, whenever, as whichever revision and form.

        What is known of the homes besides is a circumstance: a tenant who moved in later is no
        correction of a result.
        """
        return _content(self) == _content(other)


class MissingReason(StrEnum):
    """Why a community is not part of a company snapshot."""

    BELOW_RATE = "below_rate"  # its gate is closed; the company does not wait for it
    NOT_FROZEN = "not_frozen"  # its gate is open, its freeze is still to come
    HELD = "held"  # an integrity hold keeps its results shut, or has shut them again


@dataclass(frozen=True, slots=True)
class CommunityEntry:
    """One community inside a company snapshot.

    Attributes:
        community: Code of the community.
        digest: Digest of its newest snapshot.
        revision: Revision of that snapshot.
        base: Households in its base.
        returned: Households with a counted answer in it.
        waived: It was released by a waiver, so its results are indicative.
    """

    community: str
    digest: str
    revision: int
    base: int
    returned: int
    waived: bool


@dataclass(frozen=True, slots=True)
class MissingEntry:
    """One community that was not frozen, or held, when a company snapshot was written.

    Attributes:
        community: Code of the community.
        reason: Why it is missing.
        base: Households in its base at that instant.
        returned: Households of the base with a counted answer at that instant.
    """

    community: str
    reason: MissingReason
    base: int
    returned: int


@dataclass(frozen=True, slots=True)
class CompanyManifest:
    """The frozen input of everything about the company: the snapshots of its communities.

    Attributes:
        campaign: Code of the campaign.
        revision: 1 for the first, one more whenever a community snapshot is added, replaced or
            held back.
        replaces: Digest of the revision before, None for the first.
        base: Households in the base company-wide, communities missing here included.
        returned: Households of the base with a counted answer, likewise.
        required_permille: Return rate asked for, in permille.
        t0: When the company's clocks started; the same in every revision.
        snapshots: The newest snapshot of every frozen community that is not held, by code.
        missing: The other communities, by code.
        code_version: Version of the code that wrote the snapshot.
        created_at: When it was written.
        schema: Version of this form.
    """

    campaign: str
    revision: int
    replaces: str | None
    base: int
    returned: int
    required_permille: int
    t0: datetime
    snapshots: tuple[CommunityEntry, ...]
    missing: tuple[MissingEntry, ...]
    code_version: str
    created_at: datetime
    schema: str = COMPANY_SCHEMA


def _content(manifest: Manifest) -> dict[str, Any]:
    """Return what a manifest says about the answers, without the circumstances of writing it."""
    circumstances = {
        *("revision", "replaces", "code_version", "created_at", "t0"),
        *("region", "estate_age", "schema"),
    }
    content = {key: value for key, value in asdict(manifest).items() if key not in circumstances}
    answers = (ANSWERS, INSTRUMENT)
    return content | {"files": [one for one in content["files"] if one["name"] in answers]}


def to_json(manifest: Manifest) -> str:
    """Return the canonical JSON of a manifest: the same manifest always gives the same text."""
    data = asdict(manifest)
    data["t0"] = _instant(manifest.t0)
    data["created_at"] = _instant(manifest.created_at)
    data["files"] = sorted(data["files"], key=lambda entry: str(entry["name"]))
    return _canonical(data)


def from_json(text: str) -> Manifest:
    """Return the manifest of a canonical JSON text: the inverse of `to_json`.

    Raises:
        BadManifestError: Not JSON, another schema, a missing, unknown or impossible field.
    """
    data = _fields(text, SCHEMA, *OLDER_SCHEMAS)
    try:
        data["t0"] = datetime.fromisoformat(data["t0"])
        data["created_at"] = datetime.fromisoformat(data["created_at"])
        data["files"] = tuple(FileEntry(**entry) for entry in data["files"])
        manifest = Manifest(**data)
    except (KeyError, TypeError, ValueError) as error:
        raise BadManifestError(str(error)) from error
    _check_revision(manifest.revision, manifest.replaces)
    return manifest


def company_to_json(manifest: CompanyManifest) -> str:
    """Return the canonical JSON of a company manifest, entries in the order of their codes."""
    data = asdict(manifest)
    data["t0"] = _instant(manifest.t0)
    data["created_at"] = _instant(manifest.created_at)
    for name in ("snapshots", "missing"):
        data[name] = sorted(data[name], key=lambda entry: str(entry["community"]))
    return _canonical(data)


def company_from_json(text: str) -> CompanyManifest:
    """Return the company manifest of a canonical JSON text: the inverse of `company_to_json`.

    Raises:
        BadManifestError: Not JSON, another schema, a missing, unknown or impossible field, a
            community named twice, or totals that are not the sums of the communities.
    """
    data = _fields(text, COMPANY_SCHEMA)
    try:
        data["t0"] = datetime.fromisoformat(data["t0"])
        data["created_at"] = datetime.fromisoformat(data["created_at"])
        data["snapshots"] = tuple(CommunityEntry(**entry) for entry in data["snapshots"])
        data["missing"] = tuple(_missing(entry) for entry in data["missing"])
        manifest = CompanyManifest(**data)
    except (KeyError, TypeError, ValueError) as error:
        raise BadManifestError(str(error)) from error
    _check_revision(manifest.revision, manifest.replaces)
    entries: tuple[CommunityEntry | MissingEntry, ...] = (*manifest.snapshots, *manifest.missing)
    if len({entry.community for entry in entries}) != len(entries):
        raise BadManifestError("community")
    if manifest.base != sum(entry.base for entry in entries):
        raise BadManifestError("base")
    if manifest.returned != sum(entry.returned for entry in entries):
        raise BadManifestError("returned")
    return manifest


def digest_of(text: str) -> str:
    """Return the SHA-256 of a manifest's JSON, hexadecimal: the name of its snapshot."""
    return hashlib.sha256(text.encode()).hexdigest()


def _missing(entry: dict[str, Any]) -> MissingEntry:
    return MissingEntry(**(entry | {"reason": MissingReason(entry["reason"])}))


def _fields(text: str, *schemas: str) -> dict[str, Any]:
    """Return the fields of a manifest's JSON; it must be of one of these schemas."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise BadManifestError("json") from error
    if not isinstance(data, dict) or data.get("schema") not in schemas:
        raise BadManifestError("schema")
    return data


def _check_revision(revision: int, replaces: str | None) -> None:
    """Every revision but the first names the one before it."""
    if revision < 1 or (replaces is None) != (revision == 1):
        raise BadManifestError("replaces")


def _canonical(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _instant(value: datetime) -> str:
    """Write an instant in UTC; the same instant always gives the same text."""
    return value.astimezone(UTC).isoformat()
