"""A stream of rows to typed cells, with every problem named by line and column. Pure."""

from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, date

from app.surveys.register import rules
from app.surveys.register.cells import BuildingCells, CommunityCells, HomeStore
from app.surveys.register.errors import Problem, ProblemCode
from app.surveys.register.models import ImportantReason
from app.surveys.register.table import REQUIRED, Table, TableRow

# As long as the columns of the tables; an owner's name is sealed and only bounded by sense.
LONGEST = {
    "community_code": 32,
    "community": 80,
    "city": 40,
    "office": 80,
    "office_phone": 40,
    "region": 80,
    "building": 16,
    "room": 24,
    "owner": 80,
}
MOST_PROBLEMS = 20_000
_YEARS_AHEAD = 2  # a home may be registered before it is handed over
MOST_BUILDINGS = 200_000
_OF_COMMUNITY = (
    "community_code",
    "community",
    "city",
    "office",
    "office_phone",
    "region",
    "handed_over_on",
)
_FIELD_OF = {"name": "community"}
_TOLD = ("name", "city", "office", "office_phone", "region", "handed_over_on")
_PERSONAL = frozenset({"owner", "phone"})
BuildingKey = tuple[str, str]


@dataclass(slots=True)
class Parsed:
    """The content of a register file, by key.

    Attributes:
        columns: Field to header as the file writes it, for problems.
        communities: Communities by `rules.community_key`.
        buildings: Buildings by community key and `rules.building_key`.
        homes: Homes of each building, packed.
        count: How many homes there are.
        important: How many of them are important customers.
        problems: What is wrong, the first thousands.
        problem_count: How many problems there are.
    """

    columns: dict[str, str]
    communities: dict[str, CommunityCells] = field(default_factory=dict)
    buildings: dict[BuildingKey, BuildingCells] = field(default_factory=dict)
    homes: dict[BuildingKey, HomeStore] = field(default_factory=dict)
    count: int = 0
    important: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def complain(
        self,
        code: ProblemCode,
        line: int,
        name: str,
        value: str = "",
        *,
        other_line: int | None = None,
    ) -> None:
        """Note a problem of a field; personal data never becomes part of it."""
        shown = "" if name in _PERSONAL else value[:40]
        self.add_problem(Problem(code, line, self.columns.get(name, name), shown, other_line))

    def add_problem(self, problem: Problem) -> None:
        """Count a problem, and keep it while there are not too many to read."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def in_order(self) -> tuple[Problem, ...]:
        """Return the problems that were kept, in order of lines."""
        return tuple(sorted(self.problems, key=lambda problem: problem.line or 0))


class Parser:
    """Reads rows one by one; what many rows say alike is looked at once."""

    def __init__(self, table: Table, *, today: date | None = None) -> None:
        self._latest_year = MAXYEAR if today is None else today.year + _YEARS_AHEAD
        self.parsed = Parsed(table.columns)
        for problem in table.problems:
            self.parsed.add_problem(problem)
        self._at = table.at
        self._community_cells = [table.at[name] for name in _OF_COMMUNITY if name in table.at]
        self._communities: dict[tuple[str, ...], str] = {}
        self._buildings: dict[tuple[str, str, str], tuple[BuildingKey, HomeStore]] = {}
        self._reasons: dict[str, ImportantReason | None] = {}

    def read(self, row: TableRow) -> None:
        """Read a row; one with a problem is left out and the next ones are read on."""
        texts = row.texts
        community = self._communities.get(tuple([texts[at] for at in self._community_cells]))
        before = self.parsed.problem_count
        if community is None:
            community = self._community(row)
        room = self._room(row)
        owner = self._owner(row)
        phone = self._phone(row, owner)
        important = self._important(row)
        building = self._building(row, community)
        if self.parsed.problem_count > before or building is None:
            return
        building.add(row.line, room, owner, phone, important)
        self.parsed.count += 1
        self.parsed.important += important is not None

    def _cell(self, row: TableRow, name: str) -> str:
        at = self._at.get(name)
        return "" if at is None else row.texts[at]

    def _is_bad(self, row: TableRow, name: str) -> bool:
        """Complain about a cell that is empty and must not be, or too long."""
        text = self._cell(row, name)
        if not text and name in REQUIRED:
            self.parsed.complain(ProblemCode.EMPTY_CELL, row.line, name)
            return True
        if len(text) > LONGEST[name]:
            self.parsed.complain(ProblemCode.TOO_LONG, row.line, name, text)
            return True
        return False

    def _community(self, row: TableRow) -> str | None:
        """Return the key of a row's community, None when something is wrong with it."""
        named = [name for name in _OF_COMMUNITY if name in LONGEST]
        bad = [self._is_bad(row, name) for name in named]
        day = rules.find_day(self._cell(row, "handed_over_on"))
        is_odd = day is not None and not rules.EARLIEST.year <= day.year <= self._latest_year
        if is_odd or (day is None and self._cell(row, "handed_over_on")):
            text = self._cell(row, "handed_over_on")
            self.parsed.complain(ProblemCode.BAD_DATE, row.line, "handed_over_on", text)
            return None
        if any(bad):
            return None
        key = rules.community_key(self._cell(row, "community_code"))
        told = CommunityCells(
            line=row.line,
            code=rules.normal_code(self._cell(row, "community_code")),
            name=rules.normal_name(self._cell(row, "community")),
            city=self._optional(row, "city"),
            office=self._optional(row, "office"),
            office_phone=self._optional(row, "office_phone"),
            region=self._optional(row, "region"),
            handed_over_on=day,
        )
        first = self.parsed.communities.setdefault(key, told)
        # A blank cell says nothing; what one line leaves out another one may tell.
        said = [name for name in _TOLD if getattr(told, name) is not None]
        known = [name for name in said if getattr(first, name) is not None]
        different = [name for name in known if getattr(first, name) != getattr(told, name)]
        more = {name: getattr(told, name) for name in said if name not in known}
        self.parsed.communities[key] = replace(first, **more)
        for name in different:
            self.parsed.complain(
                ProblemCode.CONTRADICTION,
                row.line,
                _FIELD_OF.get(name, name),
                str(getattr(told, name) or ""),
                other_line=first.line,
            )
        if different:
            return None
        self._communities[tuple([row.texts[at] for at in self._community_cells])] = key
        return key

    def _room(self, row: TableRow) -> str:
        return "" if self._is_bad(row, "room") else rules.normal_code(self._cell(row, "room"))

    def _owner(self, row: TableRow) -> str:
        text = self._cell(row, "owner")
        if not text or self._is_bad(row, "owner"):
            return ""
        return rules.normal_name(text)

    def _phone(self, row: TableRow, owner: str) -> str | None:
        text = self._cell(row, "phone")
        if not text or rules.is_no(text):
            return None
        phone = rules.normal_phone(text)
        if phone is None:
            self.parsed.complain(ProblemCode.BAD_PHONE, row.line, "phone")
        elif not owner and not self._cell(row, "owner"):
            # A number nobody belongs to could not be stored: it would be lost without a word.
            self.parsed.complain(ProblemCode.EMPTY_CELL, row.line, "owner")
        return phone

    def _important(self, row: TableRow) -> ImportantReason | None:
        text = self._cell(row, "important")
        if not text:
            return None
        if text not in self._reasons:
            reason = None if rules.is_no(text) else rules.find_reason(text)
            if reason is None and not rules.is_no(text):
                self.parsed.complain(ProblemCode.BAD_REASON, row.line, "important", text)
                return None
            if len(self._reasons) < 1000:
                self._reasons[text] = reason
            return reason
        return self._reasons[text]

    def _building(self, row: TableRow, community: str | None) -> HomeStore | None:
        """Return where the homes of a row's building are kept, None when something is wrong."""
        text, lift = self._cell(row, "building"), self._cell(row, "lift")
        known = self._buildings.get((community or "", text, lift))
        if known is not None:
            return known[1]
        is_bad = self._is_bad(row, "building")
        has_lift = self._lift(row, lift)
        if is_bad or has_lift is False or community is None:
            return None
        key = (community, rules.building_key(text))
        if len(self.parsed.buildings) >= MOST_BUILDINGS and key not in self.parsed.buildings:
            self.parsed.complain(ProblemCode.TOO_LARGE, row.line, "building", text)
            return None
        if not self._tell_building(row, key, None if has_lift is None else rules.is_yes(lift)):
            return None
        store = self.parsed.homes.setdefault(key, HomeStore())
        self._buildings[(community, text, lift)] = (key, store)
        return store

    def _lift(self, row: TableRow, text: str) -> bool | None:
        """Return True for a cell that can be read, None for an empty one, False otherwise."""
        if not text:
            return None
        if rules.is_yes(text) or rules.is_no(text):
            return True
        self.parsed.complain(ProblemCode.BAD_LIFT, row.line, "lift", text)
        return False

    def _tell_building(self, row: TableRow, key: BuildingKey, has_lift: bool | None) -> bool:
        """Keep what a row says about its building; say whether it fits the rows before."""
        code = rules.normal_code(self._cell(row, "building"))
        told = BuildingCells(row.line, key[0], code, has_lift)
        first = self.parsed.buildings.setdefault(key, told)
        if first.has_lift is None and has_lift is not None:
            self.parsed.buildings[key] = replace(first, line=row.line, has_lift=has_lift)
        elif has_lift is not None and has_lift is not first.has_lift:
            lift = self._cell(row, "lift")
            self.parsed.complain(
                ProblemCode.CONTRADICTION, row.line, "lift", lift, other_line=first.line
            )
            return False
        return True

    def _optional(self, row: TableRow, name: str) -> str | None:
        text = rules.normal_name(self._cell(row, name))
        return None if not text or (name == "region" and rules.is_no(text)) else text
