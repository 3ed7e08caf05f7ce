"""Reading LimeSurvey's tab-separated survey structure into pages of questions."""

import csv
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.surveys.instrument.exchange.form import Answer, Form, Kind, Page, Question
from app.surveys.instrument.exchange.grid import Line, lines_of, tidy
from app.surveys.instrument.exchange.languages import language_of
from app.surveys.instrument.exchange.losses import ExchangeError, Level, Loss, Place
from app.surveys.instrument.exchange.wording import with_marks

MOST_ROWS = 20_000
_SHEET = "TSV"
_USUAL = "en"  # LimeSurvey's own default
_LINE = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_TICKED = re.compile(
    r"""\(*\s*(?:\w+\.)*?([A-Za-z][A-Za-z0-9]*)_([A-Za-z0-9]+)(?:\.\w+)?\s*==\s*["']Y["']\s*\)*"""
)
_EQUAL = re.compile(
    r"""\(*\s*([A-Za-z][A-Za-z0-9]*)(?:\.\w+)?\s*==\s*["']([A-Za-z0-9]+)["']\s*\)*"""
)
_LISTS = frozenset("L!OI")  # one answer of a list
_TICKS = frozenset("MP")
_TEXTS = frozenset("STUQ")
_POINTS = {"5": 5, "A": 5, "B": 10}  # fixed numbers of points; A and B have one line each
_ARRAYS = frozenset("FABH")  # the same answers for several lines
_WORDS = {
    "Y": (("Y", "是", "yes"), ("N", "否", "no")),
    "C": (("Y", "是", "yes"), ("U", "说不准", "uncertain"), ("N", "否", "no")),
    "E": (("D", "减少", "decrease"), ("S", "不变", "same"), ("I", "增加", "increase")),
}


def read_limesurvey(content: bytes, name: str) -> Form:
    """Read a tab-separated survey structure.

    Args:
        content: The file.
        name: Its name, for a survey without one.

    Raises:
        ExchangeError: It is not UTF-8, has no such columns, or is too large.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(_SHEET, content.count(b"\n", 0, error.start) + 1)
        raise ExchangeError(Loss(Level.REFUSED, "not_utf8", place=place)) from error
    rows: list[list[str]] = []
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter="\t"):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise ExchangeError(Loss(Level.REFUSED, "too_large", data={"limit": MOST_ROWS}))
    except csv.Error as error:
        place = Place(_SHEET, len(rows) + 1)
        raise ExchangeError(Loss(Level.REFUSED, "unreadable_row", place=place)) from error
    lines = lines_of({_SHEET: rows}, _SHEET.lower(), needs=("class", "type/scale", "name", "text"))
    return _Reader(name).form([Line(_SHEET, line.row, line.cells) for line in lines])


@dataclass(slots=True)
class _Asked:
    """A question while its rows are read, in every language."""

    line: Line
    page: Page
    kind: str
    words: dict[str, str] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(slots=True)
class _Reader:
    name: str
    languages: list[str] = field(default_factory=list)
    title: dict[str, str] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    notes: dict[str, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    asked: dict[str, _Asked] = field(default_factory=dict)
    lists: dict[str, tuple[Answer, ...]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)

    def form(self, lines: Sequence[Line]) -> Form:
        self._settings(lines)
        page: str | None = None
        current: _Asked | None = None
        for line in lines:
            kind = line.get("class").upper()
            if kind == "G":
                page, current = self._group(line), None
            elif kind == "Q":
                current = self._question(line, self._page(page, line))
            elif kind in ("SQ", "A") and current is not None:
                self._choice(line, current, is_part=kind == "SQ")
        for key, own in self.pages.items():
            self._heading(key, own)
        for one in self.asked.values():
            self._finish(one)
        if not self.asked:
            raise ExchangeError(Loss(Level.REFUSED, "no_questions"))
        return Form(
            code=self.name,
            languages=tuple(self.languages),
            title=self.title,
            pages=list(self.pages.values()),
            lists=self.lists,
            losses=self.losses,
        )

    def _lose(self, level: Level, code: str, line: Line, column: str = "", /, **data: str) -> None:
        place = line.at(column)
        self.losses.append(Loss(level, code, line.get("name"), place, data))

    def _settings(self, lines: Sequence[Line]) -> None:
        """Find the languages, the base one first, and the title in each."""
        given = {line.get("name"): line.get("text") for line in lines if line.get("class") == "S"}
        named = [given.get("language", ""), *given.get("additional_languages", "").split()]
        seen = [line.get("language") for line in lines if line.get("class").upper() in ("G", "Q")]
        for word in dict.fromkeys(one for one in (*named, *seen) if one):
            language = language_of(word)
            if language is not None and language not in self.languages:
                self.languages.append(language)
        self.languages = self.languages or [_USUAL]
        for line in lines:
            if line.get("class") == "SL" and line.get("name") == "surveyls_title":
                self.title[self._language(line)] = _plain(line.get("text"))

    def _language(self, line: Line) -> str:
        return language_of(line.get("language")) or self.languages[0]

    def _group(self, line: Line) -> str:
        """Add a group, or its words in another language."""
        key = line.get("type/scale") or line.get("id") or str(len(self.pages))
        language = self._language(line)
        page = self.pages.get(key)
        if page is None or (language == self.languages[0] and language in page.words):
            key = key if page is None else f"{key}-{line.row}"
            page = self.pages[key] = Page(f"group_{len(self.pages) + 1}", {}, [], {}, line.at())
            self.notes[key] = ({}, {})
            self.conditions[key] = line.get("relevance")
        words = dict(page.words)
        words[language] = _plain(line.get("name"))
        page.words = words
        parts = [_plain(part) for part in _LINE.split(line.get("text"), maxsplit=1)]
        for one, part in zip(self.notes[key], parts, strict=False):
            if part:
                one[language] = part
        return key

    def _page(self, key: str | None, line: Line) -> Page:
        if key is None:
            key = "-"
            self.pages.setdefault(key, Page("group", {}, [], {"loose": "yes"}, line.at()))
            self.notes.setdefault(key, ({}, {}))
        return self.pages[key]

    def _question(self, line: Line, page: Page) -> _Asked:
        name, language = line.get("name"), self._language(line)
        known = self.asked.get(name)
        if known is None:
            known = self.asked[name] = _Asked(line, page, line.get("type/scale"))
        known.words[language] = _plain(line.get("text"))
        if line.get("help"):
            known.help[language] = _plain(line.get("help"))
        return known

    def _choice(self, line: Line, one: _Asked, *, is_part: bool) -> None:
        table = one.parts if is_part else one.answers
        code = line.get("name")
        table.setdefault(code, {})[self._language(line)] = _plain(line.get("text"))
        one.places.setdefault(code, line.at())

    def _heading(self, key: str, page: Page) -> None:
        words, hint = self.notes[key]
        if words:
            note = Question(page.name, Kind.NOTE, words, hint, marks={"role": "heading"})
            page.questions.append(note)

    def _finish(self, one: _Asked) -> None:
        """Turn the rows of a question into one question, or several for an array."""
        line, kind = one.line, one.kind
        if kind in _ARRAYS:
            for code, words in one.parts.items():
                answers = self._list(one, kind)
                self._add(one, Kind.ONE, f"{line.get('name')}_{code}", words, answers)
        elif kind in _TICKS:
            if kind == "P":
                self._lose(Level.LOST, "other_lost", line, "type/scale")
            self._add(one, Kind.MANY, line.get("name"), one.words, self._ticks(one))
        elif kind in _LISTS or kind in _POINTS or kind in _WORDS:
            self._add(one, Kind.ONE, line.get("name"), one.words, self._list(one, kind))
        elif kind == "Q" and one.parts:
            for code, words in one.parts.items():
                self._add(one, Kind.TEXT, f"{line.get('name')}_{code}", words, "")
        elif kind in _TEXTS:
            self._add(one, Kind.TEXT, line.get("name"), one.words, "")
        elif kind == "X":
            self._add(one, Kind.NOTE, line.get("name"), one.words, "")
        else:
            self._lose(Level.LOST, "type_lost", line, "type/scale", word=kind or "?")

    def _add(self, one: _Asked, kind: Kind, name: str, words: dict[str, str], answers: str) -> None:
        line = one.line
        if line.get("other").upper() == "Y":
            self._lose(Level.LOST, "other_lost", line, "other")
        if line.get("default"):
            self._lose(Level.LOST, "default_lost", line, "default")
        if line.get("validation"):
            self._lose(Level.LOST, "constraint_lost", line, "validation", word="preg")
        limit = line.get("max_answers")
        one.page.questions.append(
            Question(
                name=name,
                kind=kind,
                words=self._ordered(words),
                hint=self._ordered(one.help),
                answers=answers,
                condition=self._condition(one),
                at_most=int(limit) if limit.isdigit() and len(limit) < 4 else None,
                is_required=line.get("mandatory").upper() == "Y",
                marks=_marks(line),
                place=line.at(),
            )
        )

    def _condition(self, one: _Asked) -> tuple[str, str] | None:
        key = next((key for key, page in self.pages.items() if page is one.page), "")
        for rule in (one.line.get("relevance"), self.conditions.get(key, "")):
            if rule in ("", "1"):
                continue
            found = _TICKED.fullmatch(rule) or _EQUAL.fullmatch(rule)
            if found is not None:
                return found[1], found[2]
            self._lose(Level.LOST, "condition_lost", one.line, "relevance", word=rule[:80])
        return None

    def _ticks(self, one: _Asked) -> str:
        alone = set(one.line.get("exclude_all_others").replace(",", ";").split(";"))
        return self._keep(
            one.line.get("name"),
            [
                Answer(
                    code,
                    self._ordered(words),
                    {"exclusive": "yes"} if code in alone else {},
                    one.places[code],
                )
                for code, words in one.parts.items()
            ],
        )

    def _list(self, one: _Asked, kind: str) -> str:
        place = one.line.at("type/scale")
        if kind in _POINTS:
            points = range(1, _POINTS[kind] + 1)
            made = [Answer(str(point), {}, {"kind": "number"}, place) for point in points]
        elif kind in _WORDS:
            made = [
                Answer(code, self._both(chinese, english), {}, place)
                for code, chinese, english in _WORDS[kind]
            ]
        else:
            made = [
                Answer(code, self._ordered(words), {}, one.places[code])
                for code, words in one.answers.items()
            ]
        return self._keep(one.line.get("name"), made)

    def _keep(self, name: str, answers: Sequence[Answer]) -> str:
        """Keep a list; questions with the same answers share one."""
        same = [(one.code, dict(one.words), dict(one.marks)) for one in answers]
        for known, others in self.lists.items():
            if same == [(one.code, dict(one.words), dict(one.marks)) for one in others]:
                return known
        self.lists[name] = tuple(answers)
        return name

    def _both(self, chinese: str, english: str) -> dict[str, str]:
        return {code: chinese if code.startswith("zh") else english for code in self.languages}

    def _ordered(self, words: dict[str, str]) -> dict[str, str]:
        return {code: words[code] for code in self.languages if words.get(code)}


def _marks(line: Line) -> dict[str, str]:
    """Return columns of our own that somebody has added, e.g. ``x_role``."""
    return {
        head.removeprefix("x_"): cell for head, cell in line.cells.items() if head.startswith("x_")
    }


def _plain(text: str) -> str:
    """Return the words of a text that may hold HTML."""
    words = html.unescape(_TAG.sub(" ", text)).replace("{ ", "{")
    return with_marks(tidy(words))
