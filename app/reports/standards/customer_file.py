"""The file of a home (客户档案): everything on record about it by date, never a score.

Each line comes through the eyes of who reads: what a slice hides from an office is not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import BEIJING, start_of
from app.followup.models import Outcome, Source
from app.followup.timeline import timeline
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import timeline_words
from app.reports.standards import queries, words
from app.reports.standards.queries import CustomerType
from app.reports.standards.tables import Table
from app.reports.visit_briefing import care_words
from app.reports.visit_lists import reason_words
from app.reports.workbook import Column
from app.service.callbacks.models import Way
from app.service.repairs.models import RepairOrder
from app.service.repairs.queries import READERS as REPAIR_READERS
from app.service.repairs.queries import list_home_orders
from app.service.standards.queries import list_losses_of
from app.staff.scope import Scope
from app.surveys.register.homes.queries import FoundHome, list_events, list_needs
from app.surveys.register.models import (
    CareNeed,
    HouseholdEventKind,
    ImportantReason,
)
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class FileLine:
    """One dated fact.

    Attributes:
        at: When; midnight in Beijing where only the day is known.
        area: Which part of the work it belongs to.
        what: The fact, in words.
        by: Who did it; empty for owners and for the program.
    """

    at: datetime
    is_day: bool
    area: str
    what: str
    by: str = ""

    @property
    def when(self) -> str:
        """Return day, and time where it is known, in Beijing."""
        local = self.at.astimezone(BEIJING)
        return f"{local:%Y-%m-%d}" if self.is_day else f"{local:%Y-%m-%d %H:%M}"


def customer_file(session: Session, vault: Vault, scope: Scope, home: FoundHome) -> list[FileLine]:
    """Return everything on record about a home as far as this person may see it, latest first."""
    key = home.household_id
    found = [
        *_surveys(session, vault, scope, key),
        *_service_lines(session, scope, home),
        *_register(session, key),
        *_losses(session, scope, key),
    ]
    return sorted(found, key=lambda line: line.at, reverse=True)


def service_lines(session: Session, scope: Scope, home: FoundHome) -> list[FileLine]:
    """Return what complaints, repairs, call-backs and opinions say of a home, latest first.

    For the page of a home, which shows surveys and the register by themselves.
    """
    found = [*_service_lines(session, scope, home), *_losses(session, scope, home.household_id)]
    return sorted(found, key=lambda line: line.at, reverse=True)


def _surveys(session: Session, vault: Vault, scope: Scope, household_id: int) -> Iterator[FileLine]:
    is_english = current_language() == "en"
    for entry in timeline(session, vault, scope, household_id):
        campaign = entry.campaign
        what = timeline_words.entry_words(entry)
        if entry.note:
            what = _("{what}: {words}", what=what, words=entry.note)
        title = campaign.title_en if is_english else campaign.title
        yield FileLine(entry.at, entry.is_day, title, what, entry.by)


def _service_lines(session: Session, scope: Scope, home: FoundHome) -> Iterator[FileLine]:
    key = home.household_id
    for case in queries.list_service_cases(session, scope, key):
        area = source_name(case.source)
        name = f"{area} {case.number}".strip()
        yield FileLine(case.created_at, False, area, _("{name} taken in", name=name))
        if case.closed_at is not None:
            yield FileLine(case.closed_at, False, area, _("{name} closed", name=name))
    for record, staff, source in queries.list_contacts_of(session, scope, key):
        what = _("{way}: {outcome}", way=way_name(record.way), outcome=outcome_name(record.outcome))
        yield FileLine(record.at, False, source_name(source), what, staff)
    if scope.role in REPAIR_READERS and scope.sees(home.community_id):
        for order in list_home_orders(session, key):
            if scope.sees(order.community_id):
                yield from _repair(order)
    for call in queries.list_call_backs(session, scope, key):
        about = _("Repair") if call.is_repair else _("Complaint")
        how = _("called back") if call.way is Way.PHONE else _("answered by the link")
        yield FileLine(call.at, False, _("Call-back"), f"{about} {call.number} {how}")


def _repair(order: RepairOrder) -> Iterator[FileLine]:
    area = _("Repair")
    name = f"{area} {order.number}"
    yield FileLine(order.issued_at, False, area, _("{name} issued", name=name))
    if order.done_at is not None:
        yield FileLine(order.done_at, False, area, _("{name} done", name=name))
    if order.failed_at is not None:
        yield FileLine(order.failed_at, False, area, _("{name} did not hold", name=name))


def _register(session: Session, household_id: int) -> Iterator[FileLine]:
    area = _("Register")
    for row in list_events(session, household_id):
        event = row.event
        what = event_name(event.kind)
        if event.kind is HouseholdEventKind.IMPORTANT:
            reason = ImportantReason(event.detail) if event.detail else None
            what = f"{what}{_(': ')}{reason_words(reason) or _('important no more')}"
        yield FileLine(start_of(event.on_day), True, area, what, row.staff or "")
    for need in list_needs(session, household_id):
        yield from _need(need, area)


def _need(need: CareNeed, area: str) -> Iterator[FileLine]:
    name = _("Care: {need}", need=care_words(need.need))
    yield FileLine(start_of(need.since), True, area, name)
    if need.until is not None:
        ended = _("{name}, needed no more", name=name)
        yield FileLine(start_of(need.until) + timedelta(days=1), True, area, ended)


def _losses(session: Session, scope: Scope, household_id: int) -> Iterator[FileLine]:
    area = _("Loss")
    for loss in list_losses_of(session, scope, household_id):
        what = f"{words.loss_kind(loss.kind)}{_(': ')}{words.loss_reason(loss.reason)}"
        yield FileLine(start_of(loss.happened_on), True, area, what)
        if loss.won_back_on is not None:
            yield FileLine(start_of(loss.won_back_on), True, area, _("Won back"))


def file_table(lines: list[FileLine]) -> Table:
    """Return the file of a home as a list for a file."""
    return Table(
        _("Customer file"),
        (
            ("when", Column(_("When"), 17)),
            ("area", Column(_("Work area"), 24)),
            ("what", Column(_("What happened"), 60)),
            ("by", Column(_("By whom"), 16)),
        ),
        [(line.when, line.area, line.what, line.by) for line in lines],
    )


def type_name(kind: CustomerType) -> str:
    """Return what a type of customer is called."""
    return {
        CustomerType.OWNER: _("Owner living there"),
        CustomerType.LANDLORD: _("Owner who lets the home"),
        CustomerType.TENANT: _("Tenant"),
        CustomerType.COMPANY: _("Shop or company"),
        CustomerType.IMPORTANT: _("Important customer"),
        CustomerType.COMMITTEE: _("Owners' committee"),
        CustomerType.REPRESENTATIVE: _("Owners' representative"),
        CustomerType.CARE: _("Needs care"),
        CustomerType.NOBODY: _("Nobody registered"),
    }[kind]


def types_of(session: Session, home: FoundHome, *, day: date, people: list[str]) -> list[str]:
    """Return the types a home is of, in words.

    Args:
        session: Open session.
        home: The home.
        day: The present day.
        people: Kinds of those who live there: owner, family, tenant.
    """
    found = []
    if "owner" in people:
        found.append(CustomerType.LANDLORD if "tenant" in people else CustomerType.OWNER)
    if "tenant" in people:
        found.append(CustomerType.TENANT)
    by_reason = {
        ImportantReason.CORPORATE: CustomerType.COMPANY,
        ImportantReason.COMMITTEE: CustomerType.COMMITTEE,
        ImportantReason.REPRESENTATIVE: CustomerType.REPRESENTATIVE,
    }
    if home.important is not None:
        found.append(CustomerType.IMPORTANT)
        found += [by_reason[home.important]] if home.important in by_reason else []
    needs = list_needs(session, home.household_id)
    if any(one.since <= day and (one.until is None or one.until >= day) for one in needs):
        found.append(CustomerType.CARE)
    return [type_name(one) for one in found or [CustomerType.NOBODY]]


def source_name(source: Source) -> str:
    """Return where a case comes from."""
    return {
        Source.SURVEY: _("Follow-up"),
        Source.COMPLAINT: _("Complaint"),
        Source.REPAIR: _("Repair"),
        Source.FORUM: _("Owners' group"),
        Source.TALK: _("Owners' meeting"),
    }[source]


def way_name(way: str) -> str:
    """Return how somebody was spoken to."""
    return {
        "visit": _("Visit"),
        "phone": _("Telephone"),
        "wechat": _("WeChat"),
        "reception": _("At the service desk"),
    }.get(way, way)


def outcome_name(outcome: Outcome) -> str:
    """Return the result of a contact."""
    return {
        Outcome.SOLVED: _("Solved"),
        Outcome.EXPLAINED: _("Explained"),
        Outcome.DATED: _("To be done by a day"),
        Outcome.PRAISE_PASSED: _("Praise passed on"),
        Outcome.TO_COMPLAINT: _("Made a complaint"),
        Outcome.TO_REPAIR: _("Made a repair order"),
        Outcome.UNREACHABLE: _("Not reached"),
        Outcome.DECLINED: _("Wishes no reply"),
    }[outcome]


def event_name(kind: HouseholdEventKind) -> str:
    """Return what happened to a home in the register."""
    return {
        HouseholdEventKind.RETIRED: _("Taken out of the register"),
        HouseholdEventKind.REVIVED: _("Taken back into the register"),
        HouseholdEventKind.MERGED_INTO: _("Merged into another home"),
        HouseholdEventKind.MERGED_FROM: _("Another home was merged into this one"),
        HouseholdEventKind.SPLIT_INTO: _("A second home was split off"),
        HouseholdEventKind.SPLIT_FROM: _("Split off from another home"),
        HouseholdEventKind.MOVED_IN: _("Moved in"),
        HouseholdEventKind.MOVED_OUT: _("Moved out"),
        HouseholdEventKind.CORRECTED: _("Put right"),
        HouseholdEventKind.REGROUPED: _("The building came from another community"),
        HouseholdEventKind.IMPORTANT: _("Important customer"),
    }[kind]
