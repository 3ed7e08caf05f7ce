"""An owner's own answers in words: for the page he opens and the file he downloads."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.i18n import gettext as _
from app.surveys.instrument.answers import AnswerSet
from app.surveys.instrument.model import PHRASE_MARK, Instrument, Item, ItemKind, ItemRole, Section

_MOST_WORDED = 7  # longer scales are told as numbers


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One question and what was answered; the answer is empty where it was left blank."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """The answers of one section."""

    title: str
    rows: tuple[OwnRow, ...]


def own_answers(
    instrument: Instrument,
    answers: AnswerSet,
    texts: Mapping[str, str],
    language: str,
) -> tuple[OwnGroup, ...]:
    """Say a stored answer in words, section by section; what was not asked is left out.

    Args:
        instrument: The questionnaire.
        answers: What `vector.decode` read.
        texts: Item code to text as it was written, contact fields included.
        language: Language of the words.
    """
    groups = []
    for section in instrument.sections:
        items = [instrument.item(code) for code in section.items]
        rows = _rows(instrument, section, items, answers, texts, language)
        if rows:
            groups.append(OwnGroup(section.title.plain(language), tuple(rows)))
    return tuple(groups)


def _rows(
    instrument: Instrument,
    section: Section,
    items: list[Item],
    answers: AnswerSet,
    texts: Mapping[str, str],
    language: str,
) -> list[OwnRow]:
    ticks = [item for item in items if item.kind is ItemKind.TICK and _was_asked(item, answers)]
    rows = []
    if ticks:
        chosen = [item.text.plain(language) for item in ticks if item.code in answers.values]
        rows.append(OwnRow(section.text.plain(language), _(", ").join(chosen)))
    for item in items:
        if item.kind is ItemKind.TICK or not (_was_asked(item, answers) or item.code in texts):
            continue
        question = item.text.plain(language)
        if section.kind == "tolerance" and item.area:
            area = instrument.area(item.area).name.plain(language)
            question = _("{area}: {question}", area=area, question=question)
        rows.append(OwnRow(question, _answer(instrument, item, answers, texts, language)))
    return rows


def _was_asked(item: Item, answers: AnswerSet) -> bool:
    return item.code in answers.asked or item.code in answers.extra


def _answer(
    instrument: Instrument,
    item: Item,
    answers: AnswerSet,
    texts: Mapping[str, str],
    language: str,
) -> str:
    if item.role in (ItemRole.COMMENT, ItemRole.CONTACT):
        written = texts.get(item.code, "")
        chosen = next((one.text for one in item.options if one.code == written), None)
        return chosen.plain(language) if chosen else written
    value = answers.values.get(item.code)
    if item.kind is ItemKind.CHOICE:
        return "" if value is None else item.options[value - 1].text.plain(language)
    scale = instrument.scales[item.scale or ""]
    if value is None:
        missing = answers.missing.get(item.code)
        return scale.missing[missing].plain(language) if missing else ""
    if len(scale.points) <= _MOST_WORDED and value in scale.labels:
        return scale.labels[value].in_language(language).replace(PHRASE_MARK, "")
    return _("{point} of {most}", point=value, most=scale.points[-1])
