"""Instrument files: YAML text to a frozen instrument, or every problem with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import ValidationError

from app.surveys.instrument.build import build_instrument, refuse_repeats
from app.surveys.instrument.draft import Draft
from app.surveys.instrument.model import Instrument, Text
from app.surveys.instrument.problems import InstrumentError, Position
from app.surveys.instrument.spec import InstrumentSpec
from app.surveys.instrument.translate import in_order, translate
from app.surveys.instrument.yamltree import read_tree


@dataclass(frozen=True, slots=True)
class LoadedInstrument:
    """An instrument with the place of everything in its file.

    Attributes:
        name: Name of the file, for messages.
        instrument: The instrument.
        columns: Column map of an external data file as written; empty when there is none.
        marks: Line and column (from 1) by path, e.g. ``areas[2].code``.
        texts: Every text of the file by its path.
        sources: Path of the entry that makes each item.
    """

    name: str
    instrument: Instrument
    columns: Mapping[str, object]
    marks: Mapping[str, Position]
    texts: Mapping[str, Text]
    sources: Mapping[str, str]


def load_instrument(text: str, name: str) -> LoadedInstrument:
    """Read an instrument file.

    Args:
        text: The YAML text.
        name: Name of the file, for messages only.

    Returns:
        The instrument, complete in form; `check.check_instrument` says whether it makes sense.

    Raises:
        InstrumentError: The file is no instrument; carries all problems found, by line.
    """
    tree = read_tree(text)
    if tree.problems:
        raise InstrumentError(in_order(tree.problems))
    try:
        spec = InstrumentSpec.model_validate(tree.data)
    except ValidationError as error:
        raise InstrumentError(in_order(translate(error, tree, InstrumentSpec))) from error
    draft = Draft(spec, tree.marks)
    refuse_repeats(draft)
    if draft.problems:  # everything built on a repeated name would only repeat the complaint
        raise InstrumentError(in_order(draft.problems))
    instrument = build_instrument(draft)
    if draft.problems:
        raise InstrumentError(in_order(draft.problems))
    return LoadedInstrument(
        name=name,
        instrument=instrument,
        columns=MappingProxyType(dict(spec.columns)),
        marks=MappingProxyType(tree.marks),
        texts=MappingProxyType(draft.texts),
        sources=MappingProxyType(draft.sources),
    )
