"""The questions of a call-back: the published instrument, and answers checked against it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.service.callbacks.errors import NotPublishedError
from app.service.callbacks.models import CallKind
from app.service.callbacks.rules import Values, skipped
from app.surveys.campaign.queries import find_newest_instrument, get_instrument
from app.surveys.instrument.answers import AnswerSet, check_answers
from app.surveys.instrument.flow import make_offer
from app.surveys.instrument.model import Instrument, Item, ItemKind

CODES = {CallKind.REPAIR: "call-back-repair", CallKind.COMPLAINT: "call-back-complaint"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The published questions.

    Attributes:
        kind: After a repair or a complaint.
        digest: Names the version; every answer keeps it.
        instrument: The questions.
    """

    kind: CallKind
    digest: str
    instrument: Instrument


@dataclass(frozen=True, slots=True)
class Said:
    """Checked answers.

    Attributes:
        values: Item code to option code or point.
        words: Item code to text, as said.
    """

    values: Values
    words: Mapping[str, str]

    @property
    def as_json(self) -> str:
        """The codes as canonical JSON."""
        return canonical(self.values)

    @property
    def wish(self) -> str:
        """What else we should do, "" when nothing was said."""
        return self.words.get("comment.more", "")


def canonical(values: Mapping[str, str | int]) -> str:
    """Return codes as canonical JSON."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_values(text: str | None) -> dict[str, str | int]:
    """Read codes that `canonical` wrote; None gives none."""
    found: dict[str, str | int] = json.loads(text) if text else {}
    return found


def find_asked(session: Session, kind: CallKind) -> Asked | None:
    """Return the newest published questions, None before they are published."""
    version = find_newest_instrument(session, CODES[kind])
    if version is None:
        return None
    return Asked(kind, version.digest, get_instrument(session, version.digest))


def get_asked(session: Session, kind: CallKind) -> Asked:
    """Return the newest published questions.

    Raises:
        NotPublishedError: There are none.
    """
    asked = find_asked(session, kind)
    if asked is None:
        raise NotPublishedError(CODES[kind])
    return asked


def get_asked_with(session: Session, kind: CallKind, digest: str) -> Asked:
    """Return the questions an answer was given to."""
    return Asked(kind, digest, get_instrument(session, digest))


def check(asked: Asked, fields: Mapping[str, list[str]], *, final: bool) -> Said:
    """Check the fields of a form; fields that are no question are left alone.

    Answers to questions that make no sense after the others are dropped.

    Raises:
        AnswersError: A value is unknown, a text too long, or too little is answered.
    """
    codes = {item.code for item in asked.instrument.items}
    raw = {name: values for name, values in fields.items() if name in codes}
    offer = make_offer(asked.instrument, block=0, areas_offered=0)
    loose = check_answers(asked.instrument, raw, offer=offer, final=False)
    left_out = skipped(asked.kind, _codes(asked.instrument, loose))
    if final or left_out:
        kept = {name: values for name, values in raw.items() if name not in left_out}
        loose = check_answers(asked.instrument, kept, offer=offer, final=final)
    return Said(_codes(asked.instrument, loose), dict(loose.comments))


def _codes(instrument: Instrument, answers: AnswerSet) -> dict[str, str | int]:
    items = {item.code: item for item in instrument.items}
    return {code: _code_of(items[code], value) for code, value in sorted(answers.values.items())}


def _code_of(item: Item, value: int) -> str | int:
    return item.options[value - 1].code if item.kind is ItemKind.CHOICE else value
