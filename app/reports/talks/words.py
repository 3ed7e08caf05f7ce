"""Words of talks, opinions, activities and reports, as papers print them and pages show them."""

from datetime import date

from app.i18n import current_language
from app.i18n import gettext as _
from app.service.talks.models import (
    AbsenceReason,
    ActivityKind,
    ActivityState,
    Addressee,
    ForumPlace,
    OpinionState,
    Voice,
)
from app.service.talks.rules import Standing


def subject_name(code: str) -> str:
    """Return what a talk was about."""
    return {
        "quality": _("Quality of service"),
        "repairs": _("Repairs and upkeep"),
        "safety": _("Safety and order"),
        "cleaning": _("Cleaning"),
        "greening": _("Landscaping"),
        "fees": _("Fees and accounts"),
        "parking": _("Parking"),
        "survey": _("Results of the survey"),
        "works": _("Large works and the repair fund"),
        "other": _("Other matters"),
    }.get(code, code)


def standing_name(standing: Standing) -> str:
    """Return how the talk of a month stands."""
    return {
        Standing.HELD: _("Talk held"),
        Standing.HELD_LATE: _("Held late"),
        Standing.EXCUSED: _("No talk, confirmed"),
        Standing.LATE: _("Overdue"),
        Standing.DUE: _("Due this month"),
        Standing.AHEAD: _("Not due yet"),
    }[standing]


def voice_name(voice: Voice) -> str:
    """Return whose opinion it is."""
    return _("Committee") if voice is Voice.COMMITTEE else _("Customer representative")


def opinion_state(state: OpinionState) -> str:
    """Return how far an opinion is."""
    return {
        OpinionState.NEW: _("No answer yet"),
        OpinionState.ANSWERED: _("Answered in the talk"),
        OpinionState.PROMISED: _("Under way"),
        OpinionState.DONE: _("Done, to be reported back"),
        OpinionState.TOLD: _("Reported back"),
    }[state]


def told_way(way: str) -> str:
    """Return how the committee was told."""
    return {
        "talk": _("in a talk"),
        "letter": _("by letter"),
        "wechat": _("by WeChat"),
        "phone": _("by phone"),
        "visit": _("by a visit"),
    }.get(way, way)


def absence_reason(reason: AbsenceReason) -> str:
    """Return why there was no talk."""
    return {
        AbsenceReason.NO_COMMITTEE: _("There is no committee at present"),
        AbsenceReason.NOT_MEETING: _("The committee does not meet"),
        AbsenceReason.DECLINED: _("Invited, and declined"),
        AbsenceReason.OTHER: _("Another reason"),
    }[reason]


def activity_kind(kind: ActivityKind) -> str:
    """Return the kind of an activity."""
    return {
        ActivityKind.OPEN_DAY: _("Open day"),
        ActivityKind.OWNERS_TALK: _("Talk with owners"),
        ActivityKind.FESTIVAL: _("Festival"),
        ActivityKind.SAFETY: _("Safety drill or lesson"),
        ActivityKind.SERVICE: _("Free services"),
        ActivityKind.OTHER: _("Other activity"),
    }[kind]


def activity_state(state: ActivityState) -> str:
    """Return whether an activity took place."""
    return {
        ActivityState.PLANNED: _("Planned"),
        ActivityState.HELD: _("Took place"),
        ActivityState.CANCELLED: _("Called off"),
    }[state]


def addressee_name(addressee: Addressee) -> str:
    """Return who gets a report."""
    return {
        Addressee.AUTHORITY: _("Property authority"),
        Addressee.STREET: _("Street office"),
        Addressee.COMMITTEE: _("Owners' committee"),
    }[addressee]


def forum_place(place: ForumPlace) -> str:
    """Return where an opinion was read."""
    return {
        ForumPlace.FORUM: _("Forum on the web"),
        ForumPlace.WECHAT_GROUP: _("WeChat group"),
        ForumPlace.APP: _("Company's app"),
        ForumPlace.SHORT_VIDEO: _("Short video or blog"),
        ForumPlace.OTHER: _("Somewhere else"),
    }[place]


def reply_way(way: str) -> str:
    """Return where a reply was given."""
    return {
        "there": _("in the same place"),
        "message": _("by private message"),
        "phone": _("by phone"),
        "visit": _("by a visit"),
        "notice": _("by a notice"),
    }.get(way, way)


def month_name(month: date) -> str:
    """Return a month with its year as people write it, without a gap in Chinese."""
    if current_language() != "en":
        return f"{month.year}年{month.month}月"
    return f"{month:%Y-%m}"


def period_name(first: date, last: date) -> str:
    """Return a half year or a year by its name, any other time by its months."""
    known = {
        (1, 6): (_("{year}, first half"), "上半年"),
        (7, 12): (_("{year}, second half"), "下半年"),
        (1, 12): (_("Year {year}"), ""),
    }
    words = known.get((first.month, last.month))
    if words is None or first.year != last.year:
        return f"{month_name(first)} – {month_name(last)}"
    if current_language() != "en":
        return f"{first.year}年{words[1]}"
    return words[0].format(year=first.year)
