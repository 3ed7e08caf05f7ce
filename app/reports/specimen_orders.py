"""Paper previews of a questionnaire: ordered by a page, made by the worker, kept for a day.

A preview is named by what it shows, so the same one is made once. It holds nothing of anybody:
no code, no home, no answer.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.jobs.queue import enqueue
from app.surveys.instrument.canonical import canonical_json
from app.surveys.instrument.model import Instrument

KIND = "instrument_specimen"
LIFE = timedelta(days=1)
_FOLDER = "specimens"
_PDF, _REFUSED = ".pdf", ".txt"


@dataclass(frozen=True, slots=True)
class SpecimenOrder:
    """What a paper preview shows.

    Attributes:
        instrument: The questionnaire.
        form: ``full`` or ``elder``.
        block: Whose offer.
        areas: Areas asked in depth.
        language: Language of the words.
    """

    instrument: Instrument
    form: str
    block: int
    areas: int
    language: str

    def payload(self) -> dict[str, object]:
        """Return what the worker needs; a draft is nowhere else, so it goes along."""
        return {
            "instrument": canonical_json(self.instrument),
            "form": self.form,
            "block": self.block,
            "areas": self.areas,
            "language": self.language,
        }

    @property
    def name(self) -> str:
        """Return the name of the preview."""
        return name_of(self.payload())


@dataclass(frozen=True, slots=True)
class Specimen:
    """A finished preview: the pages, or the item that cannot be printed."""

    content: bytes
    refused: str


def name_of(payload: dict[str, object]) -> str:
    """Name a preview by what it shows."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def order_specimen(session: Session, order: SpecimenOrder, *, now: datetime) -> None:
    """Ask the worker for a preview; one that is asked for already is not asked for again."""
    key = f"{KIND}:{order.name}"
    enqueue(session, KIND, order.payload(), dedup_key=key, now=now)


def find_specimen(instance: Path, name: str) -> Specimen | None:
    """Return a finished preview; None while there is none."""
    pages, refused = (instance / _FOLDER / f"{name}{ending}" for ending in (_PDF, _REFUSED))
    if pages.is_file():
        return Specimen(pages.read_bytes(), "")
    return Specimen(b"", refused.read_text("utf-8")) if refused.is_file() else None


def keep_specimen(instance: Path, name: str, specimen: Specimen, *, now: datetime) -> None:
    """Store a finished preview and delete those that are a day old."""
    folder = instance / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < (now - LIFE).timestamp():
            old.unlink(missing_ok=True)
    ending = _REFUSED if specimen.refused else _PDF
    handle, made = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(specimen.content or specimen.refused.encode())
    Path(made).replace(folder / f"{name}{ending}")
