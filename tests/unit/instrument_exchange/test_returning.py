"""What leaves as YAML or as an XLSForm and comes back is the same, or it is said what is not."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from app.surveys.instrument.canonical import canonical_json
from app.surveys.instrument.exchange.draft import make_draft
from app.surveys.instrument.exchange.formats import Format, write
from app.surveys.instrument.exchange.imports import import_form, returned
from app.surveys.instrument.exchange.losses import Level
from app.surveys.instrument.exchange.plain import instrument_data
from app.surveys.instrument.exchange.xlsform_in import read_xlsform
from app.surveys.instrument.exchange.xlsform_out import xlsform
from app.surveys.instrument.exchange.yamltext import yaml_text
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument, Text
from tests.unit.instrument.examples import EXTERNAL, FOLDER, small
from tests.unit.instrument_exchange.made import instrument_of, instruments

_SHIPPED = sorted(
    path
    for path in FOLDER.glob("*/v*.yaml")
    if re.search(r"^instrument:", path.read_text(), re.MULTILINE)
)


def shipped(path) -> Instrument:
    return load_instrument(path.read_text(), path.name).instrument


@pytest.mark.parametrize("path", _SHIPPED, ids=lambda path: path.parent.name)
def test_a_shipped_questionnaire_comes_back_from_an_xlsform_to_the_digest(path) -> None:
    instrument = shipped(path)
    book, losses = xlsform(instrument)
    assert returned(instrument, book) == ()
    back = import_form(read_xlsform(book, "back"))
    assert back.losses == ()
    assert back.is_sound
    assert back.instrument is not None
    assert canonical_json(back.instrument) == canonical_json(instrument)
    assert all(loss.level is Level.ALONE for loss in losses)


@pytest.mark.parametrize("path", _SHIPPED, ids=lambda path: path.parent.name)
def test_a_shipped_questionnaire_comes_back_from_its_yaml_to_the_digest(path) -> None:
    instrument = shipped(path)
    again = load_instrument(write(instrument, Format.YAML).text, "again").instrument
    assert canonical_json(again) == canonical_json(instrument)


def test_the_column_map_of_outside_data_stays_in_yaml_and_is_named_as_lost_elsewhere() -> None:
    loaded = load_instrument(EXTERNAL, "outside.yaml")
    again = load_instrument(write(loaded.instrument, Format.YAML, loaded.columns).text, "again")
    assert dict(again.columns) == dict(loaded.columns)
    assert canonical_json(again.instrument) == canonical_json(loaded.instrument)


@given(instruments())
@settings(max_examples=40, deadline=None)
def test_any_questionnaire_comes_back_from_an_xlsform_the_same(instrument) -> None:
    book, losses = xlsform(instrument)
    assert returned(instrument, book) == ()
    assert not [loss for loss in losses if loss.level is Level.LOST]
    back = instrument_of(make_draft(read_xlsform(book, "back")).data)
    assert canonical_json(back) == canonical_json(instrument)


@given(instruments(untidy=True))
@settings(max_examples=25, deadline=None)
def test_whatever_does_not_come_back_is_named_by_its_path(instrument) -> None:
    book, _losses = xlsform(instrument)
    named = {loss.subject for loss in returned(instrument, book)}
    there, back = instrument_data(instrument), make_draft(read_xlsform(book, "back")).data
    assert _with_paths_taken_over(back, there, named) == there


def test_a_text_that_comes_back_otherwise_is_named() -> None:
    instrument = replace(small(), title=Text({"zh-Hans": "两  格", "en": "Small survey"}))
    book, _losses = xlsform(instrument)
    assert [loss.subject for loss in returned(instrument, book)] == ["title.zh-Hans"]


@given(instruments())
@settings(max_examples=5, deadline=None)
def test_any_questionnaire_comes_back_from_its_yaml_the_same(instrument) -> None:
    text = yaml_text(instrument_data(instrument), "Two lines\nof heading")
    assert canonical_json(load_instrument(text, "again").instrument) == canonical_json(instrument)


def _with_paths_taken_over(back, there, named, path=""):
    """Return the data that came back, with what stood at the named paths put in again."""
    if path in named:
        return there
    if isinstance(there, dict) and isinstance(back, dict):
        keys = dict.fromkeys([*there, *back])
        made = {}
        for key in keys:
            here = f"{path}.{key}" if path else str(key)
            value = _with_paths_taken_over(back.get(key), there.get(key), named, here)
            if value is not None:
                made[key] = value
        return made
    if isinstance(there, list) and isinstance(back, list) and len(there) == len(back):
        return [
            _with_paths_taken_over(one, other, named, f"{path}[{i}]")
            for i, (one, other) in enumerate(zip(back, there, strict=True))
        ]
    return back
