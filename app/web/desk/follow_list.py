"""What the address of a follow-up list asks for, and the figures that stand above it."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from urllib.parse import urlencode

from flask import abort, request

from app.followup import queries
from app.followup.cases.filters import read_filters
from app.followup.cases.lists import queries as case_queries
from app.followup.cases.lists.queries import Filters, Whose
from app.followup.cases.rules import Capacity, Forecast, forecast, last_of
from app.followup.cases.services import capacity_of
from app.followup.models import CaseList, CaseState
from app.followup.rows import CaseCounts
from app.followup.sheets.queries import list_sheets
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.workdays import Calendar
from app.web.auth import current_scope
from app.web.choosing import number_in_address
from app.web.desk.casework import team_choices
from app.web.desk.forms import CapacityForm, GiveForm
from app.web.transaction import reading

_NEAR = 2  # pages on either side of the one shown


@dataclass(frozen=True, slots=True)
class ChosenList:
    """What the address asks for, and the counts of all there is."""

    filters: Filters
    page: int
    counts: list[CaseCounts]
    is_narrow: bool
    is_fixed: bool  # only one community can be meant

    @property
    def community_id(self) -> int | None:
        """Return the chosen community."""
        return self.filters.community_id

    @property
    def on_list(self) -> CaseList | None:
        """Return the chosen list."""
        return self.filters.on_list

    @property
    def state(self) -> CaseState | None:
        """Return the chosen state."""
        return self.filters.state

    def count(self, state: CaseState | None) -> int:
        """Count the cases of a state within list and community.

        None counts all. Homes that wish no reply are counted among the declined ones, as on every
        other page, although an office finds no row for them (`no_reply`).
        """
        return sum(
            {
                None: row.total,
                CaseState.OPEN: row.open,
                CaseState.CLOSED: row.closed,
                CaseState.DECLINED: row.declined,
            }[state]
            for row in self.within
        )

    @property
    def within(self) -> list[CaseCounts]:
        """Return the counts of the chosen list and community."""
        return [row for row in self.communities if self.community_id in (None, row.community_id)]

    @property
    def communities(self) -> list[CaseCounts]:
        """Return the counts of the chosen list by community."""
        return [row for row in self.counts if self.on_list in (None, row.on_list)]

    @property
    def no_reply(self) -> int:
        """Count the homes that wish no reply and stand on no list of an office."""
        return sum(self._hidden(row) for row in self.within)

    def _hidden(self, row: CaseCounts) -> int:
        return 0 if current_scope().role is Role.HEAD_OFFICE else row.no_reply

    def query(self, campaign: Campaign, **changes: object) -> dict[str, object]:
        """Return the arguments of the address with some of them changed; the page starts anew."""
        filters = self.filters
        arguments: dict[str, object] = {
            "campaign": campaign.code,
            "list": filters.on_list.value if filters.on_list else None,
            "community": filters.community_id,
            "state": filters.state.value if filters.state else "all",
            "whose": None if filters.whose is Whose.TEAM else filters.whose.value,
            "urgency": filters.urgency.value if filters.urgency else None,
            "building": filters.building,
            "overdue": 1 if filters.is_overdue else None,
            "source": filters.source.value if filters.source else None,
        }
        return {key: value for key, value in {**arguments, **changes}.items() if value is not None}

    def text(self, campaign: Campaign) -> str:
        """Return the address' arguments as one text."""
        return urlencode(self.query(campaign))


def choose_list(campaign: Campaign, today: date) -> ChosenList:
    """Return which part of the list the address asks for; 404 for one nobody made.

    Head office works on its own list; of the communities' lists it sees one community at a
    time, because each look is written down for each household.
    """
    scope = current_scope()
    counts = queries.count_cases(reading(), scope, campaign.id, today=today)
    is_head = scope.role is Role.HEAD_OFFICE
    filters = _filters(is_head, is_caller=scope.role is Role.CALLER)
    on_list = filters.on_list
    communities = {row.community_id for row in counts if row.on_list is on_list}
    return ChosenList(
        filters,
        max(1, number_in_address("page") or 1),
        counts,
        is_narrow=not is_head
        or on_list is CaseList.HEAD_OFFICE
        or filters.community_id is not None
        or filters.whose is Whose.MINE,
        is_fixed=len(communities) == 1,
    )


def _filters(is_head: bool, *, is_caller: bool) -> Filters:
    number_in_address("community")  # 404 when it is no number
    found = read_filters(request.args.to_dict(), is_head=is_head, is_caller=is_caller)
    if found is None:
        abort(404)
    return found


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """What one person does today, and when that person is through."""

    staff_id: int | None
    name: str
    open: int
    untouched: int
    today: int
    done_by: date | None


@dataclass(frozen=True, slots=True)
class CapacityPlan:
    """The people of a community, the forecast, and the share of each."""

    capacity: Capacity
    forecast: Forecast
    people: list[PersonPlan]


def page_numbers(number: int, count: int) -> list[int]:
    """Return the pages one may jump to: the first, the last, those near; 0 stands for a gap."""
    near = range(number - _NEAR, number + _NEAR + 1)
    shown = sorted({one for one in (1, count, *near) if 1 <= one <= count})
    found = shown[:1]
    for before, one in pairwise(shown):
        found += [one] if one == before + 1 else [0, one]
    return found


def list_context(campaign: Campaign, chosen: ChosenList, today: date) -> dict[str, object]:
    """Return what stands above and below the list: buildings, people, plan, printed lists."""
    if not chosen.is_narrow:
        return {"buildings": [], "plan": None, "give": None, "sheets": [], "capacity": None}
    session, scope = reading(), current_scope()
    community_id = _one_community(chosen)
    plan = None
    if community_id is not None and chosen.on_list is CaseList.COMMUNITY:
        plan = _plan(campaign, replace(chosen.filters, community_id=community_id), chosen, today)
    buildings = []
    if community_id is not None:
        buildings = case_queries.count_by_building(
            session, scope, campaign.id, chosen.filters, today=today
        )
    may_set = scope.role in {Role.HEAD_OFFICE, Role.OFFICE}
    return {
        "buildings": buildings,
        "plan": plan,
        "plan_community": community_id,
        "give": give_form(chosen) if may_set else None,
        "capacity": capacity_form(plan) if may_set and plan is not None else None,
        "sheets": list_sheets(session, scope.staff_id, campaign.id),
    }


def give_form(chosen: ChosenList) -> GiveForm:
    """Return the form that gives the ticked cases to somebody."""
    form = GiveForm(formdata=None)
    form.staff.choices = team_choices(chosen.community_id, chosen.on_list or CaseList.COMMUNITY)
    return form


def capacity_form(plan: CapacityPlan) -> CapacityForm:
    """Return the form of the people who call, as they are now."""
    return CapacityForm(
        formdata=None, callers=plan.capacity.callers, calls_a_day=plan.capacity.calls_a_day
    )


def _one_community(chosen: ChosenList) -> int | None:
    if chosen.community_id is not None:
        return chosen.community_id
    rows = chosen.communities
    return rows[0].community_id if chosen.is_fixed and rows else None


def _plan(
    campaign: Campaign, filters: Filters, chosen: ChosenList, today: date
) -> CapacityPlan | None:
    session, scope = reading(), current_scope()
    community_id = filters.community_id
    rows = [row for row in chosen.communities if row.community_id == community_id]
    if community_id is None or not rows or not rows[0].open:
        return None
    capacity, calendar = capacity_of(session, community_id), load_calendar(session)
    loads = case_queries.list_loads(session, scope, campaign.id, filters, today=today)
    people = [_person(load, capacity, today, calendar) for load in loads]
    found = forecast(
        rows[0].open,
        rows[0].untouched,
        capacity,
        due=rows[0].due,
        today=today,
        calendar=calendar,
    )
    return CapacityPlan(capacity, found, people)


def _person(
    load: case_queries.Load, capacity: Capacity, today: date, calendar: Calendar
) -> PersonPlan:
    """Return one person's share; what is nobody's yet is nobody's work today."""
    if load.staff_id is None:
        return PersonPlan(None, "", load.open, load.untouched, 0, None)
    days = -(-load.open // capacity.calls_a_day)
    return PersonPlan(
        load.staff_id,
        load.name,
        load.open,
        load.untouched,
        min(load.open, capacity.calls_a_day),
        last_of(today, days, calendar),
    )
