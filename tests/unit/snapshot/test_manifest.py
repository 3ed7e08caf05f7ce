"""The manifest is canonical and refuses what it cannot vouch for."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.surveys.snapshot.errors import BadManifestError
from app.surveys.snapshot.manifest import (
    ANSWERS,
    FileEntry,
    Manifest,
    digest_of,
    from_json,
    to_json,
)

MANIFEST = Manifest(
    campaign="2026-11",
    community="C001",
    revision=1,
    replaces=None,
    instrument="a" * 64,
    base=5,
    returned=3,
    excluded=1,
    required_permille=600,
    t0=datetime(2026, 11, 20, 16, tzinfo=UTC),
    waived=False,
    files=(FileEntry(ANSWERS, "b" * 64, 10), FileEntry("instrument.json", "a" * 64, 20)),
    code_version="0123456789abcdef",
    created_at=datetime(2026, 11, 20, 16, 1, tzinfo=UTC),
)


def test_reading_what_was_written_gives_the_same_manifest() -> None:
    assert from_json(to_json(MANIFEST)) == MANIFEST


def test_the_text_does_not_depend_on_time_zone_or_order_of_files() -> None:
    beijing = timezone(timedelta(hours=8))
    other = replace(MANIFEST, t0=MANIFEST.t0.astimezone(beijing), files=MANIFEST.files[::-1])
    assert to_json(other) == to_json(MANIFEST)


def test_the_digest_is_the_sha256_of_the_text() -> None:
    # sha256("abc"), FIPS 180-2 appendix B.1
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "linsheng-snapshot/0"},
        {"revision": 0},
        {"replaces": "c" * 64},
        {"t0": "yesterday"},
        {"surprise": 1},
        {"files": [{"name": "x"}]},
    ],
)
def test_a_manifest_that_says_something_impossible_is_refused(change: dict[str, object]) -> None:
    data = json.loads(to_json(MANIFEST)) | change
    with pytest.raises(BadManifestError):
        from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_text_that_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(BadManifestError):
        from_json(text)


def test_a_second_revision_has_to_name_the_first() -> None:
    second = replace(MANIFEST, revision=2)
    with pytest.raises(BadManifestError):
        from_json(to_json(second))
    assert from_json(to_json(replace(second, replaces="c" * 64))).replaces == "c" * 64


def test_only_circumstances_may_differ_between_manifests_that_say_the_same() -> None:
    later = replace(
        MANIFEST,
        revision=2,
        replaces="c" * 64,
        created_at=MANIFEST.created_at + timedelta(days=1),
        code_version="f" * 16,
    )
    assert MANIFEST.says_the_same(later)
    assert not MANIFEST.says_the_same(replace(later, returned=2))
    assert not MANIFEST.says_the_same(replace(later, waived=True))


def test_a_file_the_manifest_does_not_name_is_refused() -> None:
    assert MANIFEST.file(ANSWERS).size == 10
    with pytest.raises(BadManifestError):
        MANIFEST.file("names.csv")
