"""Words of losses, standards and the service guide, for pages and paper alike."""

from app.i18n import current_language
from app.i18n import gettext as _
from app.service.standards.models import (
    GuideKind,
    LossKind,
    LossReason,
    Operator,
    Origin,
    ServiceStandard,
    Unit,
)
from app.service.standards.rules import Verdict, fen_text, milli_text

NOTHING = "—"


def loss_kind(kind: LossKind) -> str:
    """Return what was lost."""
    return {
        LossKind.CONTRACT: _("Contract of a community"),
        LossKind.CUSTOMER: _("Corporate customer or shop"),
        LossKind.HOME: _("Home that pays no fees"),
        LossKind.GOODS: _("Goods lost or damaged"),
        LossKind.INJURY: _("Somebody hurt"),
    }[kind]


def loss_reason(reason: LossReason) -> str:
    """Return why it was lost."""
    return {
        LossReason.SERVICE: _("Quality of the service"),
        LossReason.ATTITUDE: _("Behaviour of staff"),
        LossReason.PRICE: _("Price"),
        LossReason.COMPLAINT: _("A complaint that was not settled"),
        LossReason.SAFETY: _("Theft, fire or accident"),
        LossReason.DEFECT: _("Defect of the building"),
        LossReason.ASSEMBLY: _("Decision of the owners' assembly"),
        LossReason.RIVAL: _("A better offer of another company"),
        LossReason.MOVED: _("Moved away or closed"),
        LossReason.ENDED: _("Ended by us"),
        LossReason.OTHER: _("Another reason"),
    }[reason]


def unit_name(unit: Unit) -> str:
    """Return what a target counts."""
    return {
        Unit.PERCENT: "%",
        Unit.MINUTES: _("minutes"),
        Unit.HOURS: _("hours"),
        Unit.DAYS: _("days"),
        Unit.TIMES: _("times"),
        Unit.SCORE: _("points"),
    }[unit]


def quantity(milli: int | None, unit: Unit) -> str:
    """Return a number with its unit, a dash where nothing is known."""
    if milli is None:
        return NOTHING
    number = milli_text(milli)
    return f"{number}%" if unit is Unit.PERCENT else f"{number} {unit_name(unit)}"


def target_words(standard: ServiceStandard) -> str:
    """Return a target: at least 98%, at most 3 times."""
    number = quantity(standard.target_milli, standard.unit)
    if standard.operator is Operator.AT_LEAST:
        return _("at least {number}", number=number)
    return _("at most {number}", number=number)


def origin_name(origin: Origin) -> str:
    """Return where a standard comes from."""
    return {
        Origin.HANDBOOK: _("Handbook"),
        Origin.LAW: _("Law or rule"),
        Origin.CONTRACT: _("Contract"),
        Origin.OWN: _("Own decision"),
    }[origin]


def verdict_name(verdict: Verdict) -> str:
    """Return whether a standard was kept."""
    return {
        Verdict.KEPT: _("kept"),
        Verdict.MISSED: _("missed"),
        Verdict.UNKNOWN: _("cannot be told"),
    }[verdict]


def standard_text(standard: ServiceStandard) -> str:
    """Return a standard in the language of the moment; Chinese where it has no English."""
    is_english = current_language() == "en" and standard.text_en
    return standard.text_en if is_english else standard.text


def guide_kind(kind: GuideKind) -> str:
    """Return the part of the guide."""
    return {
        GuideKind.SERVICE: _("Services of the office"),
        GuideKind.PAID: _("Services to order, with their prices"),
        GuideKind.FEE: _("Fees"),
    }[kind]


def yuan(fen: int | None) -> str:
    """Return an amount in yuan, a dash where nothing is known."""
    return NOTHING if fen is None else _("{amount} yuan", amount=fen_text(fen))
