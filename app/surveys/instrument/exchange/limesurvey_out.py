"""An instrument as LimeSurvey's tab-separated survey structure.

The columns and their meaning are those of the LimeSurvey manual, "Tab Separated Value survey
structure": one row for each setting, group (G), question (Q), subquestion (SQ) and answer (A), the
whole survey in the first language, then again in every other one.
"""

import csv
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.surveys.instrument.exchange.grid import tidy
from app.surveys.instrument.exchange.languages import LIMESURVEY
from app.surveys.instrument.exchange.lines import Lines
from app.surveys.instrument.exchange.losses import Level, Loss
from app.surveys.instrument.exchange.wording import with_breaks
from app.surveys.instrument.flow import field_name, field_value
from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole, Section, Text

COLUMNS = (
    *("id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language"),
    *("validation", "mandatory", "encrypted", "other", "default", "same_default", "same_script"),
    *("exclude_all_others", "max_answers"),
)
LONGEST_QUESTION, LONGEST_ANSWER = 20, 5  # characters of a code
LINE = "<br />"
_BRACE = re.compile(r"\{(?=\S)")
Cells = dict[str, str]


def limesurvey(instrument: Instrument) -> tuple[str, tuple[Loss, ...]]:
    """Write an instrument for LimeSurvey.

    Returns:
        The text of the file (UTF-8 with a byte order mark, as LimeSurvey writes it), and what it
        cannot say.
    """
    writer = _Writer(instrument)
    rows = writer.rows()
    lines = Lines()
    out = csv.DictWriter(lines, COLUMNS, restval="", delimiter="\t", lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return "\ufeff" + lines.text(), tuple(writer.losses)


@dataclass(slots=True)
class _Names:
    """Codes within LimeSurvey's limits, each once."""

    longest: int
    taken: set[str] = field(default_factory=set)

    def take(self, wanted: str) -> str:
        """Return a code of letters and digits that begins with a letter or is a number."""
        base = re.sub(r"[^A-Za-z0-9]", "", wanted.replace("-", "m")) or "a"
        code = base[: self.longest]
        count = 1
        while code.lower() in self.taken:
            count += 1
            code = f"{base[: self.longest - len(str(count))]}{count}"
        self.taken.add(code.lower())
        return code


class _Writer:
    """Writes the rows, language by language."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._items = {item.code: item for item in instrument.items}
        self._names = _Names(LONGEST_QUESTION)
        self._codes: dict[str, str] = {}  # field -> code of its question
        self._parts: dict[str, str] = {}  # tick -> code of its subquestion
        self._answers: dict[str, dict[str, str]] = {}  # field -> answer -> its code
        self.losses: list[Loss] = []
        for section in instrument.sections:
            for item in self._of(section):
                self._code(item)
        self._note_what_is_lost()

    def rows(self) -> list[Cells]:
        """Return the rows in the order LimeSurvey reads them."""
        languages = self._instrument.languages
        names = [LIMESURVEY.get(one, one) for one in languages]
        settings = {"language": names[0], "additional_languages": " ".join(names[1:])}
        rows = [{"class": "S", "name": key, "text": text} for key, text in settings.items() if text]
        for language, name in zip(languages, names, strict=True):
            title = self._text(self._instrument.title, language)
            rows.append({"class": "SL", "name": "surveyls_title", "text": title, "language": name})
            if name != language:
                named: dict[str, str | int] = {"language": language, "code": name}
                self.losses.append(Loss(Level.GUESSED, "language_named", data=named))
        for language, name in zip(languages, names, strict=True):
            rows += ({**row, "language": name} for row in self._survey(language))
        return rows

    def _of(self, section: Section) -> list[Item]:
        return [self._items[code] for code in section.items]

    def _text(self, text: Text | None, language: str) -> str:
        if text is None:
            return ""
        words = html.escape(tidy(with_breaks(text.by_language.get(language, ""))), quote=False)
        return _BRACE.sub("{ ", words)  # a brace before a letter begins an expression there

    def _code(self, item: Item) -> None:
        name = field_name(item)
        if name not in self._codes:
            self._codes[name] = self._shorten(name, self._names, item.code)
            self._answers[name] = {}
        if item.kind is ItemKind.TICK:
            value = field_value(item)
            known = _Names(LONGEST_QUESTION, set(self._answers[name].values()))
            code = self._answers[name][value] = self._shorten(value, known, item.code)
            self._parts[item.code] = code
            return
        answers = _Names(LONGEST_ANSWER)
        for value, _label in self._choices(item):
            self._answers[name][value] = self._shorten(value, answers, f"{item.code}: {value}")

    def _shorten(self, name: str, names: _Names, subject: str) -> str:
        code = names.take(name)
        if code != re.sub(r"[^A-Za-z0-9]", "", name):
            self.losses.append(Loss(Level.GUESSED, "code_shortened", subject, data={"code": code}))
        return code

    def _choices(self, item: Item) -> list[tuple[str, Text]]:
        if item.kind is ItemKind.CHOICE:
            return [(option.code, option.text) for option in item.options]
        scale = self._instrument.scales.get(item.scale or "")
        if item.kind is not ItemKind.RATE or scale is None:
            return []
        languages = self._instrument.languages
        points = [
            (str(point), scale.labels.get(point) or Text(dict.fromkeys(languages, str(point))))
            for point in scale.points
        ]
        return [*points, *scale.missing.items()]

    def _survey(self, language: str) -> list[Cells]:
        """Return groups, questions and answers in one language, numbered alike in all."""
        rows: list[Cells] = []
        number = 0
        for place, section in enumerate(self._instrument.sections):
            items = self._of(section)
            rows.append(self._group(section, items, place, language))
            done: set[str] = set()
            for item in items:
                name = field_name(item)
                if name in done:
                    continue
                done.add(name)
                number += 1
                own = [one for one in items if field_name(one) == name]
                is_alone = len({field_name(one) for one in items}) == 1
                rows += self._question(section, own, str(number), language, is_alone=is_alone)
        return rows

    def _group(self, section: Section, items: Sequence[Item], place: int, language: str) -> Cells:
        cells = {
            "id": str(place + 1),
            "class": "G",
            "type/scale": f"G{place}",
            "name": self._text(section.title, language) or section.id,
        }
        if items and not _carries_words(items[0]):
            lines = (self._text(section.text, language), self._text(section.hint, language))
            cells["text"] = LINE.join(line for line in lines if line)
        shared = {item.show_if for item in items}
        cells["relevance"] = self._relevance(items[0]) if len(shared) == 1 else "1"
        return cells

    def _question(
        self, section: Section, items: Sequence[Item], number: str, language: str, *, is_alone: bool
    ) -> list[Cells]:
        item = items[0]
        name = field_name(item)
        text, hint = item.text, item.hint
        if _carries_words(item):
            text, hint = section.text, section.hint
        cells = {
            "id": number,
            "class": "Q",
            "type/scale": _type(item),
            "name": self._codes[name],
            "relevance": self._relevance(item),
            "text": self._text(text, language),
            "help": self._text(hint, language),
            "mandatory": "Y" if section.required and is_alone else "N",
            "other": "N",
        }
        if item.kind is not ItemKind.TICK:
            return [cells, *self._answer_rows(item, number, language)]
        alone = [self._parts[one.code] for one in items if one.exclusive]
        cells["exclude_all_others"] = ";".join(alone)
        cells["max_answers"] = str(section.at_most or "")
        parts = [
            {
                "id": f"{number}{place:03}",
                "related_id": number,
                "class": "SQ",
                "type/scale": "0",
                "name": self._parts[one.code],
                "relevance": "1",
                "text": self._text(one.text, language),
            }
            for place, one in enumerate(items, 1)
        ]
        return [cells, *parts]

    def _answer_rows(self, item: Item, number: str, language: str) -> list[Cells]:
        codes = self._answers[field_name(item)]
        return [
            {
                "id": number,
                "class": "A",
                "type/scale": "0",
                "name": codes[value],
                "text": self._text(label, language),
            }
            for value, label in self._choices(item)
        ]

    def _relevance(self, item: Item) -> str:
        if item.show_if is None or item.show_if not in self._parts:
            return "1"
        question = self._codes[field_name(self._items[item.show_if])]
        return f'({question}_{self._parts[item.show_if]}.NAOK == "Y")'

    def _note_what_is_lost(self) -> None:
        self.losses += what_is_lost(self._instrument)
        roles = {item.role for item in self._instrument.items}
        if ItemRole.ADEQUATE in roles and ItemRole.DESIRED in roles:
            self.losses.append(Loss(Level.LOST, "order_lost"))


def what_is_lost(instrument: Instrument) -> list[Loss]:
    """List what a format without columns of our own cannot say at all."""
    roles = {item.role for item in instrument.items}
    notes = {
        "roles_lost": bool(instrument.items),
        "blocks_lost": instrument.blocks is not None,
        "low_rating_lost": any(item.attribute for item in instrument.items),
        "elder_lost": any(not section.elder for section in instrument.sections),
        "satisfied_lost": any(scale.satisfied for scale in instrument.scales.values()),
        "texts_lost": bool(instrument.texts or instrument.minutes or instrument.valid_needs),
        "wish_lost": ItemRole.CONTACT in roles and ItemRole.COMMENT in roles,
    }
    losses = [Loss(Level.LOST, code) for code, holds in notes.items() if holds]
    for section in instrument.sections:
        counts: dict[str, str | int] = {"all": len(section.items)}
        if section.rotate is not None:
            losses.append(Loss(Level.LOST, "offer_lost", section.id, data=counts))
        if section.required and len(section.items) > 1 and section.kind == "rate":
            losses.append(Loss(Level.LOST, "required_section", section.id))
    losses += (
        Loss(Level.LOST, "reverse_lost", one.code) for one in instrument.items if one.reverse
    )
    for item in instrument.items:
        if item.show_if is not None and all(item.show_if != one.code for one in instrument.items):
            word = item.show_if.partition(".")[2]
            losses.append(Loss(Level.LOST, "condition_dangling", item.code, data={"word": word}))
    return losses


def _carries_words(item: Item) -> bool:
    """Say whether the question itself carries the words of its page."""
    return item.kind is ItemKind.TICK or item.role is ItemRole.OVERALL


def _type(item: Item) -> str:
    if item.kind is ItemKind.TICK:
        return "M"
    if item.kind is ItemKind.TEXT:
        return "T" if item.role is ItemRole.COMMENT else "S"
    return "L"
