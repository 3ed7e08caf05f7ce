"""What a refused act says to people."""

from app.i18n import gettext as _
from app.service.repairs.errors import (
    AlreadyDoneError,
    NotDoneError,
    OwnWorkError,
    RepairError,
    RepairFieldError,
)
from app.web.fields import field_problem


def refusal(error: RepairError) -> str:
    """Return the sentence of an act that was refused."""
    if isinstance(error, OwnWorkError):
        return _("Whoever repaired it does not check it himself. Somebody else, please.")
    if isinstance(error, AlreadyDoneError):
        return _("Somebody was quicker: this is on record already.")
    if isinstance(error, NotDoneError):
        return _("This order was not done yet.")
    return _("An order goes forward only; somebody may have moved it meanwhile.")


def field_words(error: RepairFieldError) -> str:
    """Return the words for a field that was refused."""
    special = {
        ("room", "unknown"): _("The register has no such door."),
        ("number", "taken"): _("This community has an order of this number."),
        ("days", "unknown"): _("Rising days, please, for instance 7,30,90."),
        ("responsible", "unknown"): _("This person does not work for the community."),
        ("promised_at", "in_past"): _("This hour is over already."),
        ("visited_at", "in_past"): _("This hour lies before the visit was asked for."),
        ("seen_on", "in_past"): _("This day lies before the repair."),
        ("next_on", "in_past"): _("The next day lies after this inspection."),
        ("rained_on", "in_past"): _("Rain of more than two weeks ago leaves no trace to look for."),
        ("is_good", "unknown"): _("With a trace of water the repair does not hold."),
        ("phone", "unknown"): _("This is no phone number."),
        ("fee", "unknown"): _("This is no amount, for instance 35 or 35.50."),
    }
    return special.get((error.field, error.problem)) or field_problem(error.problem)
