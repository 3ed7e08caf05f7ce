"""Words for outcomes of households and the lines of their timeline, on pages and on paper."""

from app.followup.timeline import Entry, EntryKind
from app.i18n import gettext as _
from app.surveys.campaign.contact.models import ContactChannel
from app.surveys.campaign.models import Outcome
from app.surveys.response.models import Channel


def household_outcome(outcome: Outcome) -> str:
    """Return what has become of a household."""
    return {
        Outcome.NO_CONTACT: _("Nothing heard yet"),
        Outcome.NOT_AT_HOME: _("Nobody home"),
        Outcome.COMPLETE: _("Answered"),
        Outcome.PARTIAL: _("Answered in part"),
        Outcome.REFUSED: _("Said no"),
        Outcome.REFUSED_FOR_GOOD: _("Wants no reminder any more"),
        Outcome.AWAY: _("Away for longer"),
        Outcome.LANGUAGE: _("Another language"),
        Outcome.UNABLE: _("Ill or frail"),
        Outcome.DECEASED: _("Has died"),
        Outcome.MOVED: _("Moved out"),
        Outcome.LOOKS_EMPTY: _("Looks empty"),
    }[outcome]


def contact_way(channel: ContactChannel) -> str:
    """Return by which way something was sent or tried."""
    return {
        ContactChannel.LETTERBOX: _("letter box"),
        ContactChannel.HAND: _("in hand"),
        ContactChannel.POST: _("by post"),
        ContactChannel.WECHAT: _("WeChat"),
        ContactChannel.SMS: _("text message"),
        ContactChannel.EMAIL: _("e-mail"),
        ContactChannel.PHONE: _("telephone"),
        ContactChannel.VISIT: _("at the door"),
        ContactChannel.POSTER: _("notice board"),
    }[channel]


def answer_way(channel: Channel) -> str:
    """Return by which way an answer came."""
    return {
        Channel.PHONE: _("on a phone"),
        Channel.PAPER: _("on paper"),
        Channel.VISIT: _("at a home interview"),
    }[channel]


def entry_words(entry: Entry, *, exclusion: str = "") -> str:
    """Return a line of the timeline without its date.

    Args:
        entry: The line.
        exclusion: Why the home left the base, in words.
    """
    said = {
        EntryKind.IN_FRAME: _("Put on the list of the survey"),
        EntryKind.DELIVERED: _("Letter delivered"),
        EntryKind.UNDELIVERED: _("Letter not delivered"),
        EntryKind.NOTICE: _("Notice sent"),
        EntryKind.REMINDER: _("Reminded"),
        EntryKind.ATTEMPT: _("Tried"),
        EntryKind.NOTE: _("Remark"),
        EntryKind.OPENED: _("Began to answer"),
        EntryKind.ANSWERED: _("Answered"),
        EntryKind.ANSWERED_AGAIN: _("Answered again; kept, not counted"),
        EntryKind.FLUSHED: _("Begun answer counted at the deadline"),
        EntryKind.VOIDED: _("Answer taken out of the count"),
        EntryKind.EXCLUDED: _("Left the base"),
        EntryKind.CASE_OPENED: _("Follow-up opened"),
        EntryKind.CASE_CLOSED: _("Follow-up closed"),
        EntryKind.VISIT_PLANNED: _("Home visit planned"),
        EntryKind.VISITED: _("Visited at home"),
    }[entry.kind]
    details = []
    if entry.channel is not None:
        details.append(contact_way(entry.channel))
    if entry.answered_by is not None and entry.kind is not EntryKind.FLUSHED:
        details.append(answer_way(entry.answered_by))
    if entry.outcome is not None:
        details.append(household_outcome(entry.outcome))
    if exclusion:
        details.append(exclusion)
    return said + _(": ") + _(", ").join(details) if details else said
