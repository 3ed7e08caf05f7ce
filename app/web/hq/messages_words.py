"""Words for runs, channels, states and reasons on the pages of letters and messages."""

from app.i18n import gettext as _
from app.surveys.campaign.contact.models import ContactChannel
from app.surveys.distribution.models import (
    BatchForm,
    HandoverKind,
    MessageReason,
    MessageState,
    RunKind,
    RunState,
    SendChannel,
)


def kind_name(kind: RunKind) -> str:
    """Return the name of a step."""
    return {
        RunKind.LAUNCH: _("Launch"),
        RunKind.REMINDER_1: _("First reminder"),
        RunKind.REMINDER_2: _("Second reminder"),
        RunKind.RESULT: _("Results"),
    }[kind]


def channel_name(channel: SendChannel) -> str:
    """Return the name of a channel."""
    return {
        SendChannel.LETTER: _("Letter"),
        SendChannel.SMS: _("SMS"),
        SendChannel.WECHAT: _("WeChat message"),
        SendChannel.EMAIL: _("E-mail"),
    }[channel]


def run_state(state: RunState) -> str:
    """Return the word for the state of a run."""
    return {
        RunState.PREPARING: _("Looking up who"),
        RunState.PREVIEWED: _("To approve"),
        RunState.APPROVED: _("Approved, waits"),
        RunState.SENDING: _("Being sent"),
        RunState.DONE: _("Sent"),
        RunState.STOPPED: _("Stopped"),
    }[state]


def message_state(state: MessageState) -> str:
    """Return the word for the state of one message."""
    return {
        MessageState.PLANNED: _("to be sent"),
        MessageState.SENDING: _("being sent"),
        MessageState.SENT: _("sent"),
        MessageState.FAILED: _("failed"),
        MessageState.SKIPPED: _("left out"),
    }[state]


def reason_name(reason: MessageReason) -> str:
    """Return why a home is left out, or why its message failed."""
    return {
        MessageReason.EXCLUDED: _("not asked: approved exclusion"),
        MessageReason.ANSWERED: _("has answered"),
        MessageReason.REFUSED: _("wants no further contact"),
        MessageReason.OPTED_OUT: _("asked for no more reminders"),
        MessageReason.AT_CAP: _("has had all reminders allowed"),
        MessageReason.NO_ADDRESS: _("no number or address known"),
        MessageReason.NOT_DUE: _("its community is not at this step"),
        MessageReason.REJECTED: _("refused by the provider"),
        MessageReason.ALREADY_TOLD: _("had this message before"),
        MessageReason.TOO_SOON: _("had a reminder less than two days ago"),
        MessageReason.UNREACHABLE: _("provider not reached"),
        MessageReason.UNSURE: _("unclear whether it left; not sent again"),
    }[reason]


def what_name(what: str) -> str:
    """Return the word for something a run counts."""
    if what in set(MessageState):
        return message_state(MessageState(what))
    return reason_name(MessageReason(what))


def form_name(form: BatchForm) -> str:
    """Return what a batch holds."""
    return {
        BatchForm.LETTER: _("Letters, one home a page"),
        BatchForm.SLIP: _("Slips, eight homes a page"),
        BatchForm.NOTICE: _("Poster"),
    }[form]


def handover_name(kind: HandoverKind) -> str:
    """Return the name of a line of the hand-over book."""
    return {
        HandoverKind.PRINTED: _("Printed"),
        HandoverKind.HANDED_OUT: _("Handed to the office"),
        HandoverKind.BROUGHT_BACK: _("Brought back"),
    }[kind]


def delivery_name(channel: ContactChannel) -> str:
    """Return how letters of a building were delivered."""
    return {
        ContactChannel.LETTERBOX: _("into the letterbox"),
        ContactChannel.HAND: _("by hand at the door"),
        ContactChannel.POST: _("by post"),
    }[channel]
