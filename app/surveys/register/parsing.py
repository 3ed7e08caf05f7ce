"""A table of texts to typed cells, with every problem named by line and column. Pure."""

from dataclasses import dataclass, field, replace

from app.surveys.register import rules
from app.surveys.register.errors import Problem, ProblemCode
from app.surveys.register.models import ImportantReason
from app.surveys.register.plan import BuildingCells, CommunityCells, HomeCells
from app.surveys.register.table import REQUIRED, Table, TableRow

# As long as the columns of the tables; an owner's name is sealed and only bounded by sense.
LONGEST = {
    "community_code": 32,
    "community": 80,
    "city": 40,
    "office": 80,
    "office_phone": 40,
    "building": 16,
    "room": 24,
    "owner": 80,
}
_OF_COMMUNITY = ("name", "city", "office", "office_phone")
_FIELD_OF = {"name": "community"}
_PERSONAL = frozenset({"owner", "phone"})


@dataclass(slots=True)
class Parsed:
    """The content of a register file, by key.

    Attributes:
        columns: Field to header as the file writes it, for problems.
        communities: Communities by `rules.community_key`.
        buildings: Buildings by community key and `rules.building_key`.
        homes: Homes by community, building and `rules.home_key`.
        problems: What is wrong.
    """

    columns: dict[str, str]
    communities: dict[str, CommunityCells] = field(default_factory=dict)
    buildings: dict[tuple[str, str], BuildingCells] = field(default_factory=dict)
    homes: dict[tuple[str, str, str], HomeCells] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

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
        column = self.columns.get(name, name)
        self.problems.append(Problem(code, line, column, shown, other_line))


def parse_table(table: Table) -> Parsed:
    """Read every row; a row with a problem is left out, the others are read on."""
    parsed = Parsed(table.columns)
    parsed.problems += table.problems
    if table.problems:
        return parsed
    for row in table.rows:
        _read_row(parsed, row)
    return parsed


def _read_row(parsed: Parsed, row: TableRow) -> None:
    before = len(parsed.problems)
    for name in REQUIRED:
        if not row.cells[name]:
            parsed.complain(ProblemCode.EMPTY_CELL, row.line, name)
    for name, longest in LONGEST.items():
        if len(row.cells.get(name, "")) > longest:
            parsed.complain(ProblemCode.TOO_LONG, row.line, name, row.cells[name])
    phone = _phone(parsed, row)
    important = _important(parsed, row)
    has_lift = _lift(parsed, row)
    if len(parsed.problems) > before:
        return
    community = rules.community_key(row.cells["community_code"])
    building = rules.building_key(row.cells["building"])
    _add_community(parsed, row, community)
    _add_building(parsed, row, (community, building), has_lift)
    home = HomeCells(
        line=row.line,
        community=community,
        building=building,
        building_code=rules.normal_code(row.cells["building"]),
        room=rules.normal_code(row.cells["room"]),
        owner=rules.normal_name(row.cells.get("owner", "")),
        phone=phone,
        important=important,
    )
    key = (community, building, rules.home_key(home.room))
    first = parsed.homes.setdefault(key, home)
    if first is not home:
        address = f"{home.building_code} {home.room}"
        parsed.complain(
            ProblemCode.DUPLICATE_HOME, row.line, "room", address, other_line=first.line
        )


def _phone(parsed: Parsed, row: TableRow) -> str | None:
    text = row.cells.get("phone", "")
    if rules.is_no(text):
        return None
    phone = rules.normal_phone(text)
    if phone is None:
        parsed.complain(ProblemCode.BAD_PHONE, row.line, "phone")
    elif not row.cells.get("owner"):
        # A number nobody belongs to could not be stored: it would be lost without a word.
        parsed.complain(ProblemCode.EMPTY_CELL, row.line, "owner")
    return phone


def _important(parsed: Parsed, row: TableRow) -> ImportantReason | None:
    text = row.cells.get("important", "")
    if rules.is_no(text):
        return None
    reason = rules.find_reason(text)
    if reason is None:
        parsed.complain(ProblemCode.BAD_REASON, row.line, "important", text)
    return reason


def _lift(parsed: Parsed, row: TableRow) -> bool | None:
    text = row.cells.get("lift", "")
    if not text:
        return None
    if not (rules.is_yes(text) or rules.is_no(text)):
        parsed.complain(ProblemCode.BAD_LIFT, row.line, "lift", text)
    return rules.is_yes(text)


def _add_community(parsed: Parsed, row: TableRow, key: str) -> None:
    cells = row.cells
    told = CommunityCells(
        line=row.line,
        code=rules.normal_code(cells["community_code"]),
        name=rules.normal_name(cells["community"]),
        city=_optional(cells, "city"),
        office=_optional(cells, "office"),
        office_phone=_optional(cells, "office_phone"),
    )
    first = parsed.communities.setdefault(key, told)
    for name in _OF_COMMUNITY:
        if getattr(first, name) != getattr(told, name):
            parsed.complain(
                ProblemCode.CONTRADICTION,
                row.line,
                _FIELD_OF.get(name, name),
                getattr(told, name),
                other_line=first.line,
            )


def _add_building(
    parsed: Parsed, row: TableRow, key: tuple[str, str], has_lift: bool | None
) -> None:
    told = BuildingCells(row.line, key[0], rules.normal_code(row.cells["building"]), has_lift)
    first = parsed.buildings.setdefault(key, told)
    if first.has_lift is None and has_lift is not None:
        parsed.buildings[key] = replace(first, line=row.line, has_lift=has_lift)
    elif has_lift is not None and has_lift is not first.has_lift:
        parsed.complain(
            ProblemCode.CONTRADICTION,
            row.line,
            "lift",
            row.cells["lift"],
            other_line=first.line,
        )


def _optional(cells: dict[str, str], name: str) -> str | None:
    return rules.normal_name(cells[name]) if name in cells else None
