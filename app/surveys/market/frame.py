"""Communities of the market by file: what it would change, then that. Never the register."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.staff.audit import record
from app.staff.scope import Scope
from app.surveys.market import queries
from app.surveys.market.columns import companies_by_word
from app.surveys.market.errors import Fault, MarketProblem, MarketRefusedError, MarketStateError
from app.surveys.market.models import MarketPlace, MarketState, MarketSurveyRow
from app.surveys.market.services import companies_of
from app.surveys.market.tables import FileRow, read_rows

COLUMNS = ("community", "provider", "city", "fee", "age", "area")
ALIASES = {
    "小区": "community",
    "物业公司": "provider",
    "城市": "city",
    "物业费": "fee",
    "楼龄": "age",
    "建筑面积": "area",
}
_NEEDED = ("community", "provider")
_LONGEST = {"community": 80, "city": 40}
_NUMBERS = ("fee", "age", "area")
_MOST = {"fee": 1000.0, "age": 200.0, "area": 1e8}


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A community as the file says it; None is unknown."""

    name: str
    provider: str
    city: str
    fee: float | None
    age: float | None
    area: float | None


@dataclass(frozen=True, slots=True)
class FramePlan:
    """What a file would change.

    Attributes:
        lines: All communities of the file.
        new, changed, gone: Names of communities.
        unchanged: How many stay as they are.
        faults: What must be mended first; then nothing is changed.
    """

    lines: tuple[PlaceLine, ...]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    unchanged: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def changes_anything(self) -> bool:
        """Say whether there is something to do."""
        return bool(self.new or self.changed or self.gone)


def plan_frame(session: Session, survey: MarketSurveyRow, content: bytes) -> FramePlan:
    """Compare a file with the market as it is; changes nothing.

    A community that is not in the file leaves the market, unless somebody was interviewed there.

    Raises:
        MarketFileFaultError: The file cannot be read.
        MarketStateError: The survey is closed.
    """
    if survey.state is MarketState.CLOSED:
        raise MarketStateError(survey.state)
    rows = read_rows(content, known=COLUMNS, needed=_NEEDED, aliases=ALIASES)
    words = companies_by_word(companies_of(session, survey.id))
    faults: list[Fault] = []
    lines: dict[str, PlaceLine] = {}
    at: dict[str, int] = {}
    for row in rows:
        line = _line(row, words, faults)
        if line is None:
            continue
        if line.name in lines:
            faults.append(Fault(MarketProblem.REPEATED, row.line, "community", line.name))
        lines[line.name], at[line.name] = line, row.line
    codes = {one.id: one.code for one in queries.list_providers(session, survey.id)}
    before = {one.name: one for one in queries.list_places(session, survey.id)}
    asked = queries.places_with_interviews(session, survey.id)
    changed = []
    for name, line in lines.items():
        place = before.get(name)
        if place is None or _of(place, codes) == line:
            continue
        changed.append(name)
        if place.id in asked and codes[place.provider_id] != line.provider:
            faults.append(Fault(MarketProblem.OTHER_PROVIDER_ASKED, at[name], "provider", name))
    gone = [name for name in before if name not in lines]
    faults += [
        Fault(MarketProblem.HAS_INTERVIEWS, None, "community", name)
        for name in gone
        if before[name].id in asked
    ]
    new = tuple(name for name in lines if name not in before)
    return FramePlan(
        lines=tuple(lines.values()),
        new=new,
        changed=tuple(changed),
        gone=tuple(gone),
        unchanged=len(lines) - len(new) - len(changed),
        faults=tuple(faults),
    )


def apply_frame(
    session: Session, survey: MarketSurveyRow, content: bytes, *, actor: Scope, now: datetime
) -> FramePlan:
    """Make the market what the file says.

    Raises:
        MarketRefusedError: Something must be mended first; nothing was changed.
        MarketFileFaultError: The file cannot be read.
        MarketStateError: The survey is closed.
    """
    plan = plan_frame(session, survey, content)
    if plan.faults:
        raise MarketRefusedError(plan.faults)
    keys = {one.code: one.id for one in queries.list_providers(session, survey.id)}
    before = {one.name: one for one in queries.list_places(session, survey.id)}
    for name in plan.gone:
        session.delete(before[name])
    for line in plan.lines:
        place = before.get(line.name)
        if place is None:
            place = MarketPlace(survey_id=survey.id, name=line.name)
            session.add(place)
        place.provider_id, place.city = keys[line.provider], line.city
        place.fee, place.age, place.area = line.fee, line.age, line.area
    session.flush()
    record(
        session,
        actor=actor,
        action="market.frame",
        subject=f"market:{survey.code}",
        now=now,
        detail=f"new {len(plan.new)}, changed {len(plan.changed)}, gone {len(plan.gone)}",
    )
    return plan


def _line(row: FileRow, words: Mapping[str, str], faults: list[Fault]) -> PlaceLine | None:
    begun = len(faults)
    faults += [
        Fault(MarketProblem.EMPTY, row.line, name) for name in _NEEDED if not row.cells.get(name)
    ]
    for name, most in _LONGEST.items():
        if len(row.cells.get(name, "")) > most:
            faults.append(Fault(MarketProblem.TOO_LONG, row.line, name, row.cells[name][:60]))
    word = row.cells.get("provider", "")
    provider = words.get(word.casefold())
    if word and provider is None:
        faults.append(Fault(MarketProblem.UNKNOWN_PROVIDER, row.line, "provider", word[:60]))
    fee, age, area = (_number(row, name, faults) for name in _NUMBERS)
    if len(faults) > begun or provider is None:
        return None
    return PlaceLine(
        row.cells["community"], provider, row.cells.get("city", ""), fee=fee, age=age, area=area
    )


def _number(row: FileRow, name: str, faults: list[Fault]) -> float | None:
    word = row.cells.get(name, "")
    if not word:
        return None
    try:
        value = float(word)
    except ValueError:
        faults.append(Fault(MarketProblem.NO_NUMBER, row.line, name, word[:60]))
        return None
    if not 0 <= value <= _MOST[name] or (name == "fee" and value == 0):
        faults.append(Fault(MarketProblem.OUT_OF_RANGE, row.line, name, word[:60]))
        return None
    return value


def _of(place: MarketPlace, codes: dict[int, str]) -> PlaceLine:
    return PlaceLine(
        place.name,
        codes[place.provider_id],
        place.city,
        fee=place.fee,
        age=place.age,
        area=place.area,
    )
