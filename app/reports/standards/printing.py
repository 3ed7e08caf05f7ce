"""What is printed of customer files, losses, standards, the service guide, deliveries and visits.

Each function returns a template and its values, as far as the person who ordered it may read it
at the moment of printing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date
from app.followup.errors import FollowUpError
from app.followup.papers.models import PaperKind
from app.followup.visits.reading import open_visit
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.standards import queries, words
from app.reports.standards.customer_file import customer_file, types_of
from app.reports.standards.kept import Kept, standards_kept
from app.reports.standards.loss_lists import by_kind, by_reason, read_years
from app.reports.visit_lists import reason_words
from app.service.standards.loss_services import OPENERS, view_loss
from app.service.standards.models import GuideItem
from app.service.standards.queries import READERS as STANDARD_READERS
from app.service.standards.queries import LossFilters, list_guide, list_losses
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.queries import get_campaign
from app.surveys.register.homes.queries import find_home, list_residents
from app.surveys.register.models import Community
from app.surveys.register.queries import get_community
from app.vault import Vault

Values = dict[str, object]
FILE_READERS = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)


class NothingToPrintError(FollowUpError):
    """What a sheet is about does not exist for who ordered it; carries its key."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One sheet to print: for whom, about what, and when."""

    session: Session
    vault: Vault
    scope: Scope
    about: Mapping[str, int | str]
    now: datetime

    def key(self, name: str) -> int:
        """Return a key the sheet is about."""
        return int(self.about[name])

    @property
    def today(self) -> date:
        """Return the present day in Beijing."""
        return beijing_date(self.now)


def collect(asked: Asked, kind: PaperKind) -> tuple[str, Values]:
    """Return template and values of a sheet.

    Raises:
        KeyError: It is a sheet of another part of the program.
        NothingToPrintError: What it is about does not exist for this person.
    """
    return _COLLECT[kind](asked)


def _file(asked: Asked) -> tuple[str, Values]:
    home = find_home(asked.session, asked.scope, asked.key("household"))
    if home is None or asked.scope.role not in FILE_READERS:
        raise NothingToPrintError(asked.about.get("household"))
    people = [
        one for one in list_residents(asked.session, home.household_id) if one.moved_out_on is None
    ]
    record(
        asked.session,
        actor=asked.scope,
        action="household.file.print",
        subject=home.uid,
        community_id=home.community_id,
        now=asked.now,
    )
    kinds = [one.kind.value for one in people]
    return "report/customer_file.html", {
        "home": home,
        "types": types_of(asked.session, home, day=asked.today, people=kinds),
        "important": reason_words(home.important),
        "people": [
            (
                _person_kind(one.kind.value),
                asked.vault.open(one.name_sealed, "name"),
                asked.vault.open(one.phone_sealed, "phone") if one.phone_sealed else "",
                one.moved_in_on,
            )
            for one in people
        ],
        "lines": customer_file(asked.session, asked.vault, asked.scope, home),
    }


def _guide(asked: Asked) -> tuple[str, Values]:
    community = _community(asked)
    items = list_guide(asked.session, asked.scope, community_id=community.id, day=asked.today)
    return "report/service_guide.html", {
        "community": community.name,
        "office": community.office,
        "office_phone": community.office_phone,
        "parts": guide_parts(items),
        "as_of": asked.today.isoformat(),
    }


def guide_parts(items: list[GuideItem]) -> list[tuple[str, list[GuideItem]]]:
    """Return the lines of a guide under the names of its parts."""
    parts: dict[str, list[GuideItem]] = {}
    for one in items:
        parts.setdefault(words.guide_kind(one.kind), []).append(one)
    return list(parts.items())


def _losses(asked: Asked) -> tuple[str, Values]:
    if asked.scope.role not in STANDARD_READERS:
        raise NothingToPrintError(asked.scope.role.value)
    year = asked.key("year")
    rows = list_losses(asked.session, asked.scope, LossFilters(year=year), limit=None)
    found = read_years(asked.session, asked.scope, today=date(year, 12, 31), most=1)
    totals, kept = found[0]
    return "report/losses.html", {
        "year": year,
        "totals": totals,
        "kept": kept,
        "by_reason": by_reason(totals),
        "by_kind": by_kind(totals),
        "views": [view_loss(asked.vault, asked.scope, row) for row in rows],
        "with_words": asked.scope.role in OPENERS,
        "words": words,
    }


def _delivery(asked: Asked) -> tuple[str, Values]:
    community, campaign = _community(asked), get_campaign(asked.session, asked.key("campaign"))
    rows = queries.list_delivery(asked.session, asked.scope, campaign.id, community.id)
    is_english = current_language() == "en"
    return "report/delivery.html", {
        "community": community.name,
        "campaign": campaign.title_en if is_english else campaign.title,
        "rows": rows,
        "delivered": sum(row.delivered_at is not None for row in rows),
        "returned": sum(row.returned_at is not None for row in rows),
        "when": _when,
    }


def _visit(asked: Asked) -> tuple[str, Values]:
    view = open_visit(asked.session, asked.vault, asked.scope, asked.key("visit"), now=asked.now)
    if not view.records:
        raise NothingToPrintError(asked.key("visit"))
    campaign = get_campaign(asked.session, view.row.campaign_id)
    is_english = current_language() == "en"
    return "report/visit_done.html", {
        "view": view,
        "row": view.row,
        "campaign": campaign.title_en if is_english else campaign.title,
        "reason": reason_words(view.row.important),
        "when": _when,
        "result": visit_result,
        "place": visit_place,
        "person": visit_person,
        "owner_view": owner_view,
    }


def _standards(asked: Asked) -> tuple[str, Values]:
    if asked.scope.role not in STANDARD_READERS:
        raise NothingToPrintError(asked.scope.role.value)
    month = date.fromisoformat(str(asked.about["month"]))
    community = _community(asked) if asked.about.get("community") else None
    rows = standards_kept(
        asked.session,
        asked.scope,
        community_id=None if community is None else community.id,
        month=month,
        now=asked.now,
    )
    return "report/standards.html", {
        "place": community.name if community else _("All communities"),
        "month": f"{month:%Y-%m}",
        "rows": rows,
        "counts": count_verdicts(rows),
        "words": words,
    }


def count_verdicts(rows: list[Kept]) -> dict[str, int]:
    """Return how many standards were kept, missed, and cannot be told."""
    counts = {"kept": 0, "missed": 0, "unknown": 0}
    for row in rows:
        counts[row.verdict.value] += 1
    return counts


_COLLECT: dict[PaperKind, Callable[[Asked], tuple[str, Values]]] = {
    PaperKind.CUSTOMER_FILE: _file,
    PaperKind.SERVICE_GUIDE: _guide,
    PaperKind.LOSSES: _losses,
    PaperKind.DELIVERY: _delivery,
    PaperKind.VISIT_DONE: _visit,
    PaperKind.STANDARDS: _standards,
}
KINDS = tuple(_COLLECT)


def _community(asked: Asked) -> Community:
    community = get_community(asked.session, asked.scope, asked.key("community"))
    if community is None:
        raise NothingToPrintError(asked.about.get("community"))
    return community


def _when(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _person_kind(kind: str) -> str:
    return {"owner": _("Owner"), "family": _("Family"), "tenant": _("Tenant")}[kind]


def visit_result(result: str) -> str:
    """Return what an attempt at a visit came to."""
    return {
        "visited": _("Visited at home"),
        "not_at_home": _("Nobody at home"),
        "declined": _("No visit wished"),
        "phone_instead": _("Spoken to by telephone"),
    }[result]


def visit_place(place: str) -> str:
    """Return where a visit took place."""
    return {
        "home": _("In the home"),
        "doorstep": _("At the door"),
        "phone": _("Telephone"),
    }.get(place, place)


def visit_person(person: str) -> str:
    """Return who was spoken to; a name stays as it was written."""
    return {
        "owner": _("Owner"),
        "family": _("Owner's family"),
        "tenant": _("Tenant"),
        "other": _("Somebody else"),
    }.get(person, person or words.NOTHING)


def owner_view(view: str | None) -> str:
    """Return what the owner thinks of it."""
    return {
        "satisfied": _("Satisfied with it"),
        "neutral": _("Neutral about it"),
        "dissatisfied": _("Dissatisfied"),
    }.get(view or "", words.NOTHING)
