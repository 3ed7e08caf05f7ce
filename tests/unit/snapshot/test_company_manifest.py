"""The company manifest is canonical and its totals are the sums of its communities."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.surveys.snapshot.errors import BadManifestError
from app.surveys.snapshot.manifest import (
    CommunityEntry,
    CompanyManifest,
    MissingEntry,
    MissingReason,
    company_from_json,
    company_to_json,
)

MANIFEST = CompanyManifest(
    campaign="2026-11",
    revision=2,
    replaces="a" * 64,
    base=20,
    returned=13,
    required_permille=600,
    t0=datetime(2026, 11, 20, 16, tzinfo=UTC),
    snapshots=(
        CommunityEntry("C001", "b" * 64, 1, 5, 5, waived=False),
        CommunityEntry("C002", "c" * 64, 2, 5, 3, waived=True),
    ),
    missing=(MissingEntry("C003", MissingReason.BELOW_RATE, 10, 5),),
    code_version="0123456789abcdef",
    created_at=datetime(2026, 11, 20, 16, 1, tzinfo=UTC),
)


def test_reading_what_was_written_gives_the_same_manifest() -> None:
    assert company_from_json(company_to_json(MANIFEST)) == MANIFEST


def test_the_text_does_not_depend_on_the_order_of_communities() -> None:
    other = replace(MANIFEST, snapshots=MANIFEST.snapshots[::-1])
    assert company_to_json(other) == company_to_json(MANIFEST)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "linsheng-snapshot/1"},
        {"revision": 1},
        {"replaces": None},
        {"base": 10},  # without the missing community
        {"returned": 8},
        {"t0": "yesterday"},
        {"surprise": 1},
        {"missing": [{"community": "C003", "reason": "bored", "base": 10, "returned": 5}]},
        {"missing": [{"community": "C001", "reason": "below_rate", "base": 10, "returned": 5}]},
    ],
)
def test_what_cannot_be_true_is_refused(change: dict[str, object]) -> None:
    data = json.loads(company_to_json(MANIFEST)) | change
    with pytest.raises(BadManifestError):
        company_from_json(json.dumps(data))
