"""Reading the sheets of an XLSForm, ours or anybody's, into pages of questions."""

import re
from collections import Counter
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
from app.surveys.instrument.exchange.leftover import leftover, other_sheets
from app.surveys.instrument.exchange.limits import Limits, read_limits
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
_YES = frozenset({"yes", "true", "true()", "1"})
_NO = frozenset({"", "no", "false", "false()", "0"})
Condition = tuple[str, str]
_ROWS = {Kind.NOTE: "note", Kind.TEXT: "text"}


@dataclass(slots=True)
class _Group:
    """An open group: its row, what its questions take from it, and whether it is a page."""

    line: Line
    page: Page | None
    area: str = ""
    condition: Condition | None = None


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
    uses: Counter[str] = field(default_factory=Counter)  # list -> questions with it
    settings: dict[str, str] = field(default_factory=dict)

    def form(self) -> Form:
        rows = lines_of(self.book, SURVEY, needs=("type", "name"))
        settings = lines_of(self.book, SETTINGS)
        self.settings = dict(next((one.cells for one in settings), {}))
        self._find_languages()
        self.losses += other_sheets(self.book, SHEETS)
        for place, one in enumerate(settings):
            self._leave(one, "end" if place else "settings")
        lists = self._lists()
        found = (_SELECTS.fullmatch(line.get("type")) for line in rows)
        self.uses.update(one[2] for one in found if one is not None)
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
            lists=lists,
            losses=self.losses,
        )
        self._own_sheets(form)
        return form

    def _lose(self, level: Level, code: str, place: Place, /, **data: str | int) -> None:
        self.losses.append(Loss(level, code, place=place, data=data))

    def _leave(self, line: Line, kind: str, *columns: str) -> None:
        """Note what nobody takes of a row; of two texts in one language the last is taken."""
        last: dict[tuple[str, str], str] = {}
        for head, language in self.columns.items():
            column = head.partition(":")[0].strip()
            if column in columns and head in line.cells:
                last[column, language] = head
        self.losses += leftover(line, kind, frozenset(last.values()))

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
            self._leave(line, "choices", "label")
            found.setdefault(name, []).append(Answer(code, words, _marks(line), line.at()))
        return {name: tuple(answers) for name, answers in found.items()}

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
            self._leave(line, "end")
            if self.groups:
                self.groups.pop()
            else:
                self._lose(Level.GUESSED, "stray_end", line.at("type"))
        else:
            self._question(line, kind, lists)

    def _open(self, line: Line) -> None:
        above = self.groups[-1] if self.groups else None
        condition = self._both(line, self._condition(line), above)
        self._leave(line, "group", "label")
        if above is None:
            page = Page(line.get("name"), self._words(line, "label"), [], _marks(line), line.at())
            self.pages.append(page)
            self.groups.append(_Group(line, page, condition=condition))
            return
        area = line.get("x_area") or above.area
        if not line.get("x_area") and self._words(line, "label"):
            self._lose(Level.LOST, "note_lost", line.at("label"))
        self.groups.append(_Group(line, above.page, area, condition))

    def _both(self, line: Line, own: Condition | None, above: _Group | None) -> Condition | None:
        """Return the condition of a row: its own, else that around it; both cannot be kept."""
        outer = above.condition if above else None
        if own is not None and outer is not None and own != outer:
            word = f"{outer[0]} = {outer[1]}"[:80]
            self._lose(Level.LOST, "condition_halved", line.at("relevant"), word=word)
        return own or outer

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
        condition = self._both(line, self._condition(line), above)
        if made is Kind.NOTE and line.get("relevant", "relevance"):
            word = line.get("relevant", "relevance")[:80]
            self._lose(Level.LOST, "condition_lost", line.at("relevant"), word=word)
        limits = self._limits(line) if made is Kind.MANY else Limits()
        if made is Kind.ONE and line.get("constraint"):
            word = line.get("constraint")[:80]
            self._lose(Level.LOST, "constraint_lost", line.at("constraint"), word=word)
        self._leave(line, _ROWS.get(made, "select"), "label", "hint")
        self._page(line).questions.append(
            Question(
                name=line.get("name"),
                kind=made,
                words=self._words(line, "label"),
                hint=self._words(line, "hint"),
                answers=self._alone(answers, limits, lists),
                condition=condition,
                at_most=limits.most,
                is_required=self._required(line) if made is not Kind.NOTE else False,
                marks=marks,
                place=line.at(),
            )
        )
        if line.get("default") and made is not Kind.NOTE:
            self._lose(Level.LOST, "default_lost", line.at("default"))

    def _required(self, line: Line) -> bool:
        rule = line.get("required")
        if rule.lower() not in _YES | _NO:
            self._lose(Level.LOST, "cell_lost", line.at("required"), word=rule[:80])
        return rule.lower() in _YES

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
                name = self._with_other(line, name, lists)
            return (Kind.MANY if "multiple" in select[1] else Kind.ONE), name
        if kind.lower() in ("text", "string"):
            return Kind.TEXT, ""
        if kind.lower() == "note":
            return Kind.NOTE, ""
        self._lose(Level.LOST, "type_lost", line.at("type"), word=kind[:40])
        return None, ""

    def _with_other(self, line: Line, name: str, lists: dict[str, tuple[Answer, ...]]) -> str:
        """Return a list with the answer "other": a copy, where other questions use the list."""
        if any(one.code == "other" for one in lists[name]):
            return name
        texts = {"zh-Hans": "其他", "zh-Hant": "其他", "en": "other"}
        words = {code: texts.get(code, "other") for code in self.languages}
        answers = (*lists[name], Answer("other", words, {}, line.at("type")))
        return self._put(name, f"{name}_or_other", answers, lists)

    def _alone(self, name: str, limits: Limits, lists: dict[str, tuple[Answer, ...]]) -> str:
        """Return a list in which the answers a rule names stand alone."""
        if not limits.alone:
            return name
        answers = tuple(
            replace(one, marks={**one.marks, "exclusive": "yes"})
            if one.code in limits.alone
            else one
            for one in lists[name]
        )
        return self._put(name, f"{name}_alone", answers, lists)

    def _put(
        self,
        name: str,
        copy: str,
        answers: tuple[Answer, ...],
        lists: dict[str, tuple[Answer, ...]],
    ) -> str:
        """Keep changed answers: in their list, or where it has other users under another name."""
        if lists[name] == answers:
            return name
        if self.uses[name] <= 1:
            lists[name] = answers
            return name
        while copy in lists and _codes(lists[copy]) != _codes(answers):
            copy += "_"
        lists.setdefault(copy, answers)
        return copy

    def _limits(self, line: Line) -> Limits:
        """Read what the rule for an answer says; what is no rule of ours is lost."""
        rule, own = line.get("constraint"), line.get("x_at_most")
        found = read_limits(rule) if rule else Limits()
        if not found.is_understood:
            self._lose(Level.LOST, "constraint_lost", line.at("constraint"), word=rule[:80])
        return replace(found, most=int(own)) if own.isdigit() else found

    def _condition(self, line: Line) -> Condition | None:
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
            self._leave(line, AREAS, "label", "hint")
            if line.get("area"):
                marks = _marks(line) | {"show_if": line.get("show_if")}
                words, hint = self._words(line, "label"), self._words(line, "hint")
                form.areas.append(
                    AreaLine(line.get("area"), line.get("attribute"), words, hint, marks, line.at())
                )
        for line in lines_of(self.book, AROUND):
            self._leave(line, AROUND, "label")
            if line.get("path"):
                form.around[line.get("path")] = Around(
                    line.get("value"), self._words(line, "label"), line.at()
                )


def _codes(answers: Sequence[Answer]) -> list[tuple[str, bool]]:
    return [(one.code, one.marks.get("exclusive") == "yes") for one in answers]


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
