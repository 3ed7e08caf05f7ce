"""Two frozen communities made by hand: every kind of byte an item can hold occurs in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from app.reports.exports.about import About, Frozen
from app.reports.exports.archive import digest_of_many
from app.reports.exports.codes import missing_words, points_of
from app.storage import Storage
from app.surveys.instrument.canonical import canonical_json, digest
from app.surveys.instrument.model import Item, ItemKind
from app.surveys.response.queries import CountedVector
from app.surveys.response.vector import layout
from app.surveys.snapshot.freeze import answers_file
from app.surveys.snapshot.homes import Home, frame_text, homes_text
from app.surveys.snapshot.manifest import (
    ANSWERS,
    FRAME,
    HOMES,
    INSTRUMENT,
    FileEntry,
    Manifest,
    digest_of,
    to_json,
)
from tests.factories import perception_instrument

MADE_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
T0 = datetime(2026, 11, 20, 16, tzinfo=UTC)
WAVE = "2026-11"


@dataclass(frozen=True)
class Laid:
    """One community in the store."""

    manifest: Manifest
    digest: str


def lay_down(
    storage: Storage,
    code: str,
    *,
    buildings: Sequence[tuple[str, int]],
    base: int,
    seed: int,
    waived: bool = False,
) -> Laid:
    """Freeze a community whose homes answer at random: mostly as planned, sometimes not."""
    rng, instrument = np.random.default_rng(seed), perception_instrument()
    columns = layout(instrument).columns
    items = [item for item in instrument.items if item.in_vector]
    rows, homes = [], []
    for building, count in buildings:
        for _ in range(count):
            name = f"{code.lower()}{len(rows):04d}"
            group = len(rows) % 30
            vector = bytes(_byte(rng, item) for item in items)
            rows.append(CountedVector(name, group, vector, T0))
            homes.append(
                Home(name, group, building, "lift", "owner", False, False, "phone", len(rows) % 9)
            )
    homes += [
        Home(f"s{at}", at % 30, buildings[0][0], "lift", "owner", False, False, "", None)
        for at in range(base - len(rows))
    ]
    contents = {
        ANSWERS: answers_file(rows, columns, wave=WAVE, community=code),
        FRAME: frame_text(homes).encode(),
        HOMES: homes_text(homes).encode(),
        INSTRUMENT: canonical_json(instrument).encode(),
    }
    manifest = Manifest(
        campaign=WAVE,
        community=code,
        revision=1,
        replaces=None,
        instrument=digest(instrument),
        base=base,
        returned=len(rows),
        excluded=2,
        required_permille=600,
        t0=T0,
        waived=waived,
        files=tuple(
            FileEntry(name, storage.put(content), len(content))
            for name, content in sorted(contents.items())
        ),
        code_version="test",
        created_at=T0,
        region="south",
        estate_age="to_9",
    )
    text = to_json(manifest)
    storage.put(text.encode())
    return Laid(manifest, digest_of(text))


def _byte(rng: np.random.Generator, item: Item) -> int:
    """Return a byte the item can hold: 8 of 10 times a planned answer."""
    instrument = perception_instrument()
    if item.kind is ItemKind.TICK:
        answer = int(rng.integers(1, 3))
    else:
        answer = int(rng.integers(1, len(points_of(instrument, item)) + 1))
    kinds = [answer] * 12 + [0, 50, answer + 64, answer + 128, 50 + 64]
    kinds += [51 + at for at in range(len(missing_words(instrument, item)))]
    return int(rng.choice(kinds)) if item.code != "overall" else answer


def about_of(laid: Sequence[Laid], *, language: str = "zh-Hans", number: str = "X00TEST") -> About:
    """Return what an export of these communities says about itself."""
    instrument = perception_instrument()
    return About(
        number=number,
        company="邻声物业",
        campaign=WAVE,
        title="业主满意度调查",
        title_en="Owner satisfaction survey",
        place="",
        opens_on=date(2026, 11, 1),
        closes_on=date(2026, 11, 20),
        language=language,
        made_at=MADE_AT,
        code_version="test",
        instrument=instrument,
        instrument_digest=digest(instrument),
        frozen=tuple(
            Frozen(
                one.manifest.community,
                one.digest,
                1,
                one.manifest.base,
                one.manifest.returned,
                one.manifest.excluded,
                one.manifest.waived,
            )
            for one in laid
        ),
        snapshot=digest_of_many([one.digest for one in laid]),
        dispositions={"I": 60, "P": 4, "R": 3, "NC": 30, "O": 2, "UO": 1, "NE": 4},
    )
