"""Reading the sheets of an XLSForm, ours or anybody's, into pages of questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.surveys.instrument.exchange.form import (
    Answer,
    AreaLine,
    Around,
    Form,
    Kind,
    Page,
    Question,
)
from app.surveys.instrument.exchange.grid import Book, Line, find_sheet, lines_of, tidy
from app.surveys.instrument.exchange.languages import language_of, translated_columns
from app.surveys.instrument.exchange.losses import ExchangeError, Level, Loss, Place
from app.surveys.instrument.exchange.wording import with_marks

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
AREAS, AROUND = "x_areas", "x_instrument"
SHEETS = (SURVEY, CHOICES, SETTINGS, AREAS, AROUND)
_USUAL = "zh-Hans"
_SELECTS = re.compile(r"(select[_ ](?:one|multiple)|select1)(?: from)?\s+(\S+)(\s+or[_ ]other)?")
_TICKED = re.compile(r"\(?\s*selected\(\s*\$\{([^{}]+)\}\s*,\s*(['\"])([^'\"]*)\2\s*\)\s*\)?")
_EQUAL = re.compile(r"\$\{([^{}]+)\}\s*=\s*(['\"])([^'\"]*)\2")
_NO_REPLY = re.compile(r"\$\{[^{}]+\}\s*!=\s*'no_reply'")
_AT_MOST = re.compile(r"count-selected\(\s*\.\s*\)\s*<=\s*(\d{1,3})")
_ALONE = re.compile(
    r"not\(\s*selected\(\s*\.\s*,\s*'([^']*)'\s*\)\s+and\s+count-selected\(\s*\.\s*\)\s*>\s*1\s*\)"
)
_YES = frozenset({"yes", "true", "true()", "1"})


@dataclass(slots=True)
class _Group:
    """An open group: its row, what its questions take from it, and whether it is a page."""

    line: Line
    page: Page | None
    area: str = ""
    condition: tuple[str, str] | None = None


def read_xlsform(book: Book, name: str) -> Form:
    """Read the sheets of an XLSForm.

    Args:
        book: Sheets by name.
        name: Name of the file, for a form that has none.

    Raises:
        ExchangeError: There is no sheet of questions, or a column it needs is missing.
    """
    return _Reader(book, name).form()


@dataclass(slots=True)
class _Reader:
    book: Book
    name: str
    losses: list[Loss] = field(default_factory=list)
    languages: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)  # heading -> language
    groups: list[_Group] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    alone: dict[str, set[str]] = field(default_factory=dict)  # list -> answers that stand alone
    settings: dict[str, str] = field(default_factory=dict)

    def form(self) -> Form:
        rows = lines_of(self.book, SURVEY, needs=("type", "name"))
        self.settings = dict(next((one.cells for one in lines_of(self.book, SETTINGS)), {}))
        self._find_languages()
        lists = self._lists()
        for line in rows:
            self._row(line, lists)
        for group in self.groups:
            self._lose(Level.GUESSED, "unclosed_group", group.line.at("type"))
        form = Form(
            code=self.settings.get("form_id") or self.name,
            version=self.settings.get("version", ""),
            kind=self.settings.get("x_kind", ""),
            languages=self.languages,
            title=self._title(),
            pages=self.pages,
            lists={name: self._marked(name, answers) for name, answers in lists.items()},
            losses=self.losses,
        )
        self._own_sheets(form)
        return form

    def _lose(self, level: Level, code: str, place: Place, /, **data: str | int) -> None:
        self.losses.append(Loss(level, code, place=place, data=data))

    def _find_languages(self) -> None:
        """Find the columns of texts and their languages, the first of them being the source."""
        main = language_of(self.settings.get("default_language", "")) or ""
        found: list[str] = []
        for sheet in (SURVEY, CHOICES, AREAS, AROUND):
            rows = find_sheet(self.book, sheet) or [[]]
            heads = [tidy(one).lower() for one in (rows[0] if rows else [])]
            shown = {tidy(one).lower(): tidy(one) for one in (rows[0] if rows else [])}
            for column in ("label", "hint"):
                for head in translated_columns(heads, column):
                    language = self._language(shown[head], head, sheet, main)
                    self.columns[head] = language
                    if column == "label":
                        found.append(language)
        given = self.settings.get("x_languages", "").split()
        ordered = [one for one in (language_of(word) for word in given) if one]
        known = dict.fromkeys([*ordered, *([main] if main in found else []), *found])
        self.languages = tuple(known) or (_USUAL,)

    def _language(self, shown: str, head: str, sheet: str, main: str) -> str:
        if head in self.columns:
            return self.columns[head]
        named = shown.partition(":")[2].strip(": ")
        language = language_of(named) if named else None
        if language is not None:
            return language
        guess = main or _USUAL
        self._lose(
            Level.GUESSED, "language_guessed", Place(sheet, 1, shown), word=shown, language=guess
        )
        return guess

    def _words(self, line: Line, column: str) -> dict[str, str]:
        """Return the texts of a column in the order of the languages."""
        found = {
            language: line.cells[head]
            for head, language in self.columns.items()
            if head.partition(":")[0].strip() == column and head in line.cells
        }
        return {code: with_marks(found[code]) for code in self.languages if code in found}

    def _title(self) -> dict[str, str]:
        title = self.settings.get("form_title", "")
        return {self.languages[0]: with_marks(title)} if title else {}

    def _lists(self) -> dict[str, tuple[Answer, ...]]:
        found: dict[str, list[Answer]] = {}
        for line in lines_of(self.book, CHOICES):
            name, code = line.get("list_name", "list name"), line.get("name", "value")
            if not name or not code:
                self._lose(Level.LOST, "value_lost", line.at("name"), word=name or code or "?")
                continue
            words = self._words(line, "label")
            found.setdefault(name, []).append(Answer(code, words, _marks(line), line.at()))
        return {name: tuple(answers) for name, answers in found.items()}

    def _marked(self, name: str, answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """Mark the answers that a rule of a question makes stand alone."""
        alone = self.alone.get(name, set())
        return tuple(
            replace(one, marks={**one.marks, "exclusive": "yes"}) if one.code in alone else one
            for one in answers
        )

    def _row(self, line: Line, lists: dict[str, tuple[Answer, ...]]) -> None:
        kind = line.get("type")
        word = kind.lower().replace(" ", "_")
        if not kind:
            self._lose(Level.LOST, "no_type", line.at("type"))
        elif word in ("begin_group", "begin_repeat"):
            if word == "begin_repeat":
                self._lose(Level.LOST, "repeat_lost", line.at("type"))
            self._open(line)
        elif word in ("end_group", "end_repeat"):
            if self.groups:
                self.groups.pop()
            else:
                self._lose(Level.GUESSED, "stray_end", line.at("type"))
        else:
            self._question(line, kind, lists)

    def _open(self, line: Line) -> None:
        condition = self._condition(line)
        above = self.groups[-1] if self.groups else None
        if above is None:
            page = Page(line.get("name"), self._words(line, "label"), [], _marks(line), line.at())
            self.pages.append(page)
            self.groups.append(_Group(line, page, condition=condition))
            return
        area = line.get("x_area") or above.area
        if not line.get("x_area") and self._words(line, "label"):
            self._lose(Level.LOST, "note_lost", line.at("label"))
        self.groups.append(_Group(line, above.page, area, condition or above.condition))

    def _page(self, line: Line) -> Page:
        """Return the page a row belongs to; rows outside every group share one."""
        if self.groups and self.groups[-1].page is not None:
            return self.groups[-1].page
        if not self.pages or self.pages[-1].marks.get("loose") != "yes":
            name = f"page_{len(self.pages) + 1}"
            self.pages.append(Page(name, {}, [], {"loose": "yes"}, line.at()))
        return self.pages[-1]

    def _question(self, line: Line, kind: str, lists: dict[str, tuple[Answer, ...]]) -> None:
        made, answers = self._kind(line, kind, lists)
        if made is None:
            return
        above = self.groups[-1] if self.groups else None
        marks = _marks(line)
        if above is not None and above.area:
            marks = {"area": above.area, **marks}
        condition = self._condition(line) or (above.condition if above else None)
        if line.get("default"):
            self._lose(Level.LOST, "default_lost", line.at("default"))
        self._page(line).questions.append(
            Question(
                name=line.get("name"),
                kind=made,
                words=self._words(line, "label"),
                hint=self._words(line, "hint"),
                answers=answers,
                condition=condition,
                at_most=self._limit(line, answers),
                is_required=line.get("required").lower() in _YES,
                marks=marks,
                place=line.at(),
            )
        )

    def _kind(
        self, line: Line, kind: str, lists: dict[str, tuple[Answer, ...]]
    ) -> tuple[Kind | None, str]:
        select = _SELECTS.fullmatch(kind)
        if select is not None:
            name = select[2]
            if name not in lists:
                self._lose(Level.LOST, "unknown_list", line.at("type"), word=name)
                return None, ""
            if select[3]:
                self._lose(Level.LOST, "other_lost", line.at("type"))
                if all(one.code != "other" for one in lists[name]):
                    other = {"zh-Hans": "其他", "zh-Hant": "其他", "en": "other"}
                    words = {code: other.get(code, "other") for code in self.languages}
                    lists[name] = (*lists[name], Answer("other", words, {}, line.at("type")))
            return (Kind.MANY if "multiple" in select[1] else Kind.ONE), name
        if kind.lower() in ("text", "string"):
            return Kind.TEXT, ""
        if kind.lower() == "note":
            return Kind.NOTE, ""
        self._lose(Level.LOST, "type_lost", line.at("type"), word=kind[:40])
        return None, ""

    def _limit(self, line: Line, answers: str) -> int | None:
        """Read what the rule for an answer says; what is no rule of ours is lost."""
        rule = line.get("constraint")
        limit = line.get("x_at_most")
        if not rule:
            return int(limit) if limit.isdigit() else None
        alone = _ALONE.findall(rule)
        most = _AT_MOST.fullmatch(rule)
        if alone and _ALONE.sub("", rule).replace(" and ", "").strip() == "":
            self.alone.setdefault(answers, set()).update(alone)
        elif most is None:
            self._lose(Level.LOST, "constraint_lost", line.at("constraint"), word=rule[:80])
        if limit.isdigit():
            return int(limit)
        return int(most[1]) if most else None

    def _condition(self, line: Line) -> tuple[str, str] | None:
        rule = line.get("relevant", "relevance")
        if not rule or (_NO_REPLY.fullmatch(rule) and line.get("x_role") == "contact"):
            return None
        found = _TICKED.fullmatch(rule) or _EQUAL.fullmatch(rule)
        if found is None:
            self._lose(Level.LOST, "condition_lost", line.at("relevant"), word=rule[:80])
            return None
        return found[1].strip(), found[3]

    def _own_sheets(self, form: Form) -> None:
        for line in lines_of(self.book, AREAS):
            if line.get("area"):
                marks = _marks(line) | {"show_if": line.get("show_if")}
                words, hint = self._words(line, "label"), self._words(line, "hint")
                form.areas.append(
                    AreaLine(line.get("area"), line.get("attribute"), words, hint, marks, line.at())
                )
        for line in lines_of(self.book, AROUND):
            if line.get("path"):
                form.around[line.get("path")] = Around(
                    line.get("value"), self._words(line, "label"), line.at()
                )


def _marks(line: Line) -> dict[str, str]:
    return {
        head.removeprefix("x_"): cell for head, cell in line.cells.items() if head.startswith("x_")
    }


def sheets_of(rows: Sequence[tuple[str, Sequence[str]]]) -> Book:
    """Gather rows that carry the name of their sheet.

    Raises:
        ExchangeError: There are none.
    """
    book: dict[str, list[Sequence[str]]] = {}
    for sheet, row in rows:
        book.setdefault(sheet, []).append(row)
    if not book:
        raise ExchangeError(Loss(Level.REFUSED, "no_sheet", data={"sheet": SURVEY}))
    return book
