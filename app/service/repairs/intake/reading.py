"""A file of orders to lines: columns by their headings, cells to facts, troubles by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from app.service.repairs.intake import headings
from app.service.repairs.intake.merging import Facts, Ranked
from app.service.repairs.intake.report import FileReport, LineProblem, Trouble
from app.service.repairs.models import OrderState
from app.service.repairs.rules import RANKS
from app.surveys.register.errors import ProblemCode, UnreadableTableError
from app.surveys.register.homes.address import split_address
from app.surveys.register.rules import (
    building_key,
    home_key,
    is_no,
    is_yes,
    normal_code,
    normal_name,
    normal_phone,
)
from app.surveys.register.table import TableRow, fit_row, open_rows

LARGEST = 50_000_000  # bytes of a file
_LONGEST = {
    "number": 48,
    "community_code": 32,
    "community": 80,
    "building": 16,
    "room": 24,
    "name": 80,
    "phone": 40,
    "repairer": 80,
    "address": 200,
    "text": 1000,
}
_WORDS = ("name", "phone", "text", "repairer")
_PERSONAL = frozenset({*_WORDS, "building", "room", "address"})
_AHEAD = timedelta(days=1)  # a clock that runs wrong
# A file that has no state is read by its times, the furthest first.
_BY_TIME = (
    ("called_back_at", OrderState.CALLED_BACK),
    ("done_at", OrderState.DONE),
    ("arrived_at", OrderState.ACCEPTED),
    ("accepted_at", OrderState.ACCEPTED),
    ("notified_at", OrderState.NOTIFIED),
)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line that could be read.

    Attributes:
        line: Its place in the file.
        number: The order's number.
        code, community: What the file calls the community.
        building, room: Keys of the register's spelling; empty for common parts.
        facts: All else it tells.
    """

    line: int
    number: str
    code: str
    community: str
    building: str
    room: str
    facts: Facts


class OrderReader:
    """Reads a file line by line and fills a report on the way."""

    def __init__(self, *, now: datetime) -> None:
        self.report = FileReport()
        self._latest = now + _AHEAD
        self._at: dict[str, int] = {}

    def read(self, opener: Callable[[], BinaryIO], filename: str) -> Iterator[OrderLine | None]:
        """Yield a line, or None for one that was refused; a file that breaks ends early.

        What stood before the break is yielded, and the report names where it broke.
        """
        line = 1
        try:
            self.report.encoding, rows = open_rows(opener, filename)
            first = next(rows, None)
            if first is None:
                self._break(ProblemCode.EMPTY_FILE, 1)
                return
            width = len(first[1])
            if not self._read_header([cell.strip() for cell in first[1]], first[0]):
                self.report.broken = "missing_column"
                return
            for line, cells in rows:
                yield self._read_cells(line, cells, width)
        except UnreadableTableError as error:
            problem = error.problem
            self._break(problem.code, problem.line or line, problem.value)

    def _break(self, code: ProblemCode, line: int, value: str = "") -> None:
        """Note that the file as a whole, or its rest, cannot be read."""
        self.report.broken = code.value
        told = f"{code.value}:{value}" if value else code.value
        self.report.add(Trouble(LineProblem.UNREADABLE, line, value=told))

    def _read_header(self, header: list[str], line: int) -> bool:
        """Find the columns; say whether those needed are there."""
        report, good = self.report, True
        for at, heading in enumerate(header):
            field = headings.find_field(heading)
            if field is None:
                report.ignored += [heading[:80]] if heading else []
            elif field in self._at:
                report.add(Trouble(LineProblem.DOUBLE_COLUMN, line, heading[:80]))
                good = False
            else:
                self._at[field] = at
                report.columns[field] = heading
        missing = [field for field in ("number", "issued_at") if field not in self._at]
        if not self._at.keys() & {"community", "community_code"}:
            missing.append("community")
        for field in missing:
            name = headings.HEADERS[field][0]
            report.add(Trouble(LineProblem.MISSING_COLUMN, line, name))
        return good and not missing

    def _read_cells(self, line: int, cells: list[str], width: int) -> OrderLine | None:
        """Read a line; one with cells behind the last heading may be shifted and is refused."""
        try:
            row = fit_row(line, cells, width)
        except UnreadableTableError as error:
            self.report.refused_lines += 1
            self.report.add(Trouble(LineProblem.UNREADABLE, line, value=error.problem.code.value))
            return None
        return self._read_row(row)

    def _read_row(self, row: TableRow) -> OrderLine | None:
        cells = {field: row.texts[at] for field, at in self._at.items() if row.texts[at]}
        troubles = self._too_long(row.line, cells)
        number = normal_code(cells.get("number", ""))
        code, community = cells.get("community_code", ""), cells.get("community", "")
        if not number:
            troubles.append(self._trouble(LineProblem.EMPTY, row.line, "number", ""))
        if not code and not community:
            field = "community" if "community" in self._at else "community_code"
            troubles.append(self._trouble(LineProblem.EMPTY, row.line, field, ""))
        instants = self._instants(row.line, cells, troubles)
        state = self._state(row.line, cells, instants, troubles)
        for trouble in troubles:
            self.report.add(trouble)
        if state is None or any(trouble.is_whole for trouble in troubles):
            self.report.refused_lines += 1
            return None
        rank = RANKS[state]
        building, room = _door(cells)
        return OrderLine(
            row.line,
            number,
            normal_code(code),
            normal_name(community),
            building,
            room,
            Facts(state, instants, self._codes(row.line, cells, rank), _words(cells, rank)),
        )

    def _trouble(
        self, problem: LineProblem, line: int, field: str, value: str, *, is_whole: bool = True
    ) -> Trouble:
        shown = "" if field in _PERSONAL else value[:40]
        column = self.report.columns.get(field, headings.HEADERS[field][0])
        return Trouble(problem, line, column, shown, is_whole=is_whole)

    def _too_long(self, line: int, cells: dict[str, str]) -> list[Trouble]:
        return [
            self._trouble(LineProblem.TOO_LONG, line, field, cells[field])
            for field, longest in _LONGEST.items()
            if len(cells.get(field, "")) > longest
        ]

    def _instants(
        self, line: int, cells: dict[str, str], troubles: list[Trouble]
    ) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for field in headings.INSTANTS:
            text = cells.get(field, "")
            if not text or is_no(text):
                continue
            at = headings.find_instant(text, field)
            if at is None or at.year < 1990:
                troubles.append(self._trouble(LineProblem.BAD_TIME, line, field, text))
            elif field != "promised_at" and at > self._latest:
                troubles.append(self._trouble(LineProblem.IN_FUTURE, line, field, text))
            else:
                found[field] = at
        issued = found.get("issued_at")
        if issued is None:
            if not cells.get("issued_at"):
                troubles.append(self._trouble(LineProblem.EMPTY, line, "issued_at", ""))
            return found
        for field in ("arrived_at", "done_at"):
            if field in found and found[field] < issued:
                text = cells[field]
                troubles.append(self._trouble(LineProblem.BEFORE_ISSUE, line, field, text))
        return found

    def _state(
        self,
        line: int,
        cells: dict[str, str],
        instants: dict[str, datetime],
        troubles: list[Trouble],
    ) -> OrderState | None:
        text = cells.get("state", "")
        by_time = next((state for field, state in _BY_TIME if field in instants), None)
        state = by_time or OrderState.ISSUED
        if text:
            said = headings.find_state(text)
            if said is None:
                troubles.append(self._trouble(LineProblem.BAD_STATE, line, "state", text))
                return None
            state = said
        done = cells.get("done_at", "")
        if state in (OrderState.DONE, OrderState.CALLED_BACK) and (not done or is_no(done)):
            troubles.append(self._trouble(LineProblem.NO_DONE_TIME, line, "done_at", ""))
        return state

    def _codes(self, line: int, cells: dict[str, str], rank: int) -> Ranked:
        codes: Ranked = {}
        word = cells.get("thing", "")
        thing, place = headings.find_thing(word), headings.find_place(cells.get("place", ""))
        if thing is not None:
            codes["thing"] = (rank, thing.value)
        elif word:
            self.report.count_thing(word)
        if place is not None:
            codes["place"] = (rank, place.value)
        for field in ("charged", "major"):
            text = cells.get(field, "")
            if is_yes(text):
                codes[field] = (rank, "1")
            elif text and is_no(text):
                codes[field] = (rank, "0")
            elif text:
                problem = LineProblem.BAD_YES_NO
                self.report.add(self._trouble(problem, line, field, text, is_whole=False))
        text = cells.get("fee", "")
        fee = headings.find_fee(text)
        if fee is not None:
            codes["fee"] = (rank, f"{fee:09d}")
        elif text and not is_no(text):
            self.report.add(self._trouble(LineProblem.BAD_FEE, line, "fee", text, is_whole=False))
        return codes


def _door(cells: dict[str, str]) -> tuple[str, str]:
    """Return the keys of building and room, from their columns or from one address."""
    if cells.get("building") or cells.get("room"):
        building, room = cells.get("building", ""), cells.get("room", "")
        return (building_key(building) if building else ""), (home_key(room) if room else "")
    if not cells.get("address"):
        return "", ""
    address = split_address(cells["address"])
    return address.building, address.room


def _words(cells: dict[str, str], rank: int) -> Ranked:
    words: Ranked = {}
    for field in _WORDS:
        text = normal_name(cells.get(field, ""))
        if field == "phone" and text:
            text = normal_phone(text) or text  # what is no number stays as it was written
        if text:
            words[field] = (rank, text)
    return words
