"""Words for values on staff pages: roles, dates, states, reasons. Codes stay in the database."""

from datetime import date, datetime

from app.clock import BEIJING, last_day_before
from app.followup.models import AlarmKind, AlarmOutcome, CaseState, Outcome, ReplyVerdict
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import CampaignState, ExclusionCode
from app.surveys.register.models import ImportantReason
from app.surveys.response.models import ContactWish

WAYS = ("visit", "phone", "wechat", "reception")
PEOPLE = ("owner", "family", "tenant", "other")
VIEWS = ("satisfied", "neutral", "dissatisfied")


def building_name(code: str) -> str:
    """Return a building as people say it; a register that writes 3栋 is left as it is."""
    return _("Building {code}").format(code=code) if code.isalnum() and code.isascii() else code


def home_name(building: str, room: str) -> str:
    """Return the address of a home within its community."""
    return f"{building_name(building)} {room}"


def role_name(role: Role) -> str:
    """Return the name of a role."""
    return {
        Role.HEAD_OFFICE: _("Quality department"),
        Role.LEADER: _("Company leader"),
        Role.OFFICE: _("Office director"),
        Role.STEWARD: _("Steward"),
        Role.CLERK: _("Entry clerk"),
        Role.ADMIN: _("Administrator"),
        Role.INTERVIEWER: _("Interviewer"),
        Role.REGION: _("Region"),
        Role.CALLER: _("Telephone caller"),
        Role.COMMITTEE: _("Owners' committee"),
        Role.AGENCY: _("Outside agency"),
    }[role]


def date_words(day: date, *, weekday: bool = False, year: bool = True) -> str:
    """Return a date as people here write it; by default with its year."""
    text = (_("{day} {month} {year}") if year else _("{day} {month}")).format(
        day=day.day, month=_month(day), year=day.year
    )
    return _("{date}, {weekday}").format(date=text, weekday=weekday_name(day)) if weekday else text


def weekday_name(day: date) -> str:
    """Return the weekday of a date, short."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return names[day.weekday()]


def _month(day: date) -> str:
    """Return the short English name of a month, or its number where months are numbered."""
    names = (
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    )
    return names[day.month - 1] if current_language() == "en" else str(day.month)


def short_date(day: date) -> str:
    """Return a date without its year, for lists within one campaign."""
    return date_words(day, year=False)


def beijing_day(instant: datetime) -> str:
    """Return the Beijing date of an instant, without its year."""
    return short_date(instant.astimezone(BEIJING).date())


def last_day(end: datetime) -> str:
    """Return the last day of a deadline that ends at an instant, without its year."""
    return short_date(last_day_before(end))


def beijing_date_words(instant: datetime) -> str:
    """Return the Beijing date of an instant with its year."""
    return date_words(instant.astimezone(BEIJING).date())


def beijing_time(instant: datetime) -> str:
    """Return the Beijing date and time of an instant, without its year."""
    local = instant.astimezone(BEIJING)
    return f"{short_date(local.date())} {local:%H:%M}"


def percent_of(permille: int) -> str:
    """Return a required rate as percent, without a decimal where there is none."""
    return f"{permille // 10}.{permille % 10}" if permille % 10 else str(permille // 10)


def campaign_state(state: CampaignState) -> str:
    """Return the word for the state of a campaign."""
    return {
        CampaignState.DRAFT: _("Preparing"),
        CampaignState.APPROVED: _("Plan approved"),
        CampaignState.LOCKED: _("Questionnaire locked"),
        CampaignState.OPEN: _("Opened"),
        CampaignState.CLOSED: _("Closed, reviewed"),
    }[state]


def important_reason(reason: ImportantReason | None) -> str:
    """Return why a household is an important customer, or nothing."""
    if reason is None:
        return ""
    return {
        ImportantReason.COMMITTEE: _("Owners' committee, member or candidate"),
        ImportantReason.REPRESENTATIVE: _("Owners' representative"),
        ImportantReason.OPINION_LEADER: _("Speaks for many in the community"),
        ImportantReason.SEVERAL_UNITS: _("Owns several homes"),
        ImportantReason.CORPORATE: _("Corporate owner"),
        ImportantReason.REPEAT_COMPLAINANT: _("Repeated complaints"),
        ImportantReason.GROUP_COMPLAINT: _("Took part in a group complaint"),
        ImportantReason.LOSS_CASE: _("Open case of loss or damage"),
    }[reason]


def register_field(field: str) -> str:
    """Return the word for something of a home that an import changes."""
    return {
        "owner": _("Owner's name"),
        "owners": _("A new owner; all owners of before move out"),
        "phone": _("Phone number"),
        "important": _("Important customer"),
        "retired": _("was retired, comes back"),
    }.get(field, field)


def exclusion_name(code: ExclusionCode) -> str:
    """Return the reason why a home is not asked."""
    return {
        ExclusionCode.VACANT: _("Vacant, nobody lives there"),
        ExclusionCode.DEVELOPER_HELD: _("Still held by the developer"),
        ExclusionCode.COMMERCIAL: _("Commercial, no home"),
        ExclusionCode.DEMOLISHED: _("No longer exists"),
    }[code]


def case_state(state: CaseState) -> str:
    """Return the word for the state of a follow-up case."""
    return {
        CaseState.OPEN: _("To do"),
        CaseState.CLOSED: _("Closed"),
        CaseState.DECLINED: _("No reply wished"),
    }[state]


def outcome_name(outcome: Outcome) -> str:
    """Return the word for the result of a contact."""
    return {
        Outcome.SOLVED: _("Solved"),
        Outcome.EXPLAINED: _("Explained"),
        Outcome.DATED: _("To be done by a date"),
        Outcome.PRAISE_PASSED: _("Praise passed on"),
        Outcome.TO_COMPLAINT: _("Became a complaint"),
        Outcome.TO_REPAIR: _("Became a repair"),
        Outcome.UNREACHABLE: _("Not reached"),
        Outcome.DECLINED: _("Wishes no reply"),
    }[outcome]


def way_name(way: str) -> str:
    """Return the word for the way of a contact."""
    names = {
        "visit": _("Home visit"),
        "phone": _("Phone"),
        "wechat": _("WeChat"),
        "reception": _("At the desk"),
    }
    return names.get(way, way)


def person_name(person: str) -> str:
    """Return the word for who was spoken to; a stored name is returned as it is."""
    names = {
        "owner": _("Owner"),
        "family": _("Owner's family"),
        "tenant": _("Tenant"),
        "other": _("Somebody else"),
    }
    return names.get(person, person)


def view_name(view: str | None) -> str:
    """Return the word for the owner's own view of the answer."""
    names = {
        "satisfied": _("Satisfied with it"),
        "neutral": _("Neutral about it"),
        "dissatisfied": _("Dissatisfied with it"),
    }
    return names.get(view, view) if view else _("Did not say")


def verdict_name(verdict: ReplyVerdict | None) -> str:
    """Return the word for what an owner said to a published reply."""
    if verdict is None:
        return _("not rated yet")
    return {
        ReplyVerdict.SATISFIED: _("Satisfied with it"),
        ReplyVerdict.SO_SO: _("Neutral about it"),
        ReplyVerdict.NOT: _("Dissatisfied with it"),
    }[verdict]


def alarm_name(kind: AlarmKind) -> str:
    """Return what an owner says is wrong with an answer of his home."""
    return {
        AlarmKind.NOT_US: _("Nobody of the home has answered"),
        AlarmKind.PASSED_ON: _("Somebody outside the home answered"),
        AlarmKind.WRONG: _("The home answered, but not like this"),
    }[kind]


def alarm_outcome(outcome: AlarmOutcome) -> str:
    """Return what head office found out about an alarm."""
    return {
        AlarmOutcome.FAMILY: _("Somebody of the home had answered"),
        AlarmOutcome.STRANGER: _("The answer is not of this home"),
        AlarmOutcome.UNCLEAR: _("Could not be settled"),
    }[outcome]


def wish_name(wish: ContactWish) -> str:
    """Return who may reply."""
    return {
        ContactWish.OFFICE_OR_HQ: _("Office or head office may reply"),
        ContactWish.HQ_ONLY: _("Head office only"),
        ContactWish.NO_REPLY: _("No reply wished"),
    }[wish]
