"""Questionnaires by a key of 64 digits: a published version, or a draft kept for an hour.

Head office looks at both in the same way. A draft is the text of an upload, sealed and forgotten
after an hour; nothing of it is published from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask import abort

from app.surveys.campaign import queries
from app.surveys.campaign.models import InstrumentVersion
from app.surveys.instrument.check import check_instrument
from app.surveys.instrument.exchange.plain import instrument_data
from app.surveys.instrument.exchange.yamltext import yaml_text
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.instrument.problems import InstrumentError, Problem
from app.web import uploads
from app.web.transaction import reading

_KIND = "questionnaire"


@dataclass(frozen=True, slots=True)
class Checked:
    """A text and what is wrong with it; without an instrument it cannot be read at all."""

    instrument: Instrument | None
    columns: Mapping[str, object]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A questionnaire somebody looks at.

    Attributes:
        key: What it is asked for by.
        instrument: The questionnaire.
        version: The published version; None for a draft.
        text: The file: as it was sent, or written from the published version.
        columns: Column map of an external data file.
    """

    key: str
    instrument: Instrument
    version: InstrumentVersion | None
    text: str
    columns: Mapping[str, object]


def keep_draft(text: str) -> str:
    """Keep the text of a draft for an hour and return its key."""
    return uploads.keep(text.encode(), _KIND)


def find_draft(key: str) -> str | None:
    """Return the text of a draft; None when it is gone."""
    try:
        return uploads.read(key, _KIND).decode()
    except uploads.UploadGoneError:
        return None


def find_source(key: str) -> Source:
    """Return a questionnaire by its key, or answer 404 when there is none any more."""
    if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
        abort(404)
    version = queries.find_instrument_version(reading(), key)
    if version is not None:
        instrument = queries.get_instrument(reading(), key)
        return Source(key, instrument, version, _written(key), {})
    text = find_draft(key)
    checked = None if text is None else check_text(text)
    if text is None or checked is None or checked.instrument is None:
        abort(404)
    return Source(key, checked.instrument, None, text, checked.columns)


def _written(key: str) -> str:
    return yaml_text(instrument_data(queries.get_instrument(reading(), key)))


@lru_cache(maxsize=8)
def check_text(text: str) -> Checked:
    """Read and check a text: the same text is read once."""
    try:
        loaded = load_instrument(text, "")
    except InstrumentError as error:
        return Checked(None, {}, error.problems)
    return Checked(loaded.instrument, loaded.columns, check_instrument(loaded))
