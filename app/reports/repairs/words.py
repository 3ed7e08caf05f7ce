"""Words for what stands in orders, for pages, files and papers."""

from datetime import datetime

from app.clock import BEIJING
from app.i18n import gettext as _
from app.service.repairs.models import (
    Flag,
    FlagOutcome,
    InspectionReason,
    OrderState,
    Place,
    Thing,
)


def state_name(state: OrderState) -> str:
    """Return the word for a state of an order."""
    return {
        OrderState.ISSUED: _("Issued"),
        OrderState.NOTIFIED: _("Repairer notified"),
        OrderState.ACCEPTED: _("Accepted by the repairer"),
        OrderState.CANCELLED: _("Order cancelled"),
        OrderState.DONE: _("Repair done"),
        OrderState.CALLED_BACK: _("Customer called back"),
        OrderState.FAILED: _("Repair failed"),
    }[state]


def thing_name(thing: Thing) -> str:
    """Return the word for what is repaired."""
    return {
        Thing.WATER: _("Water and drains"),
        Thing.POWER: _("Power and light"),
        Thing.DOORS: _("Doors and windows"),
        Thing.WALLS: _("Walls and floors"),
        Thing.LEAK: _("Leaks"),
        Thing.FACADE: _("Outer wall"),
        Thing.LIFT: _("Lift"),
        Thing.ACCESS: _("Entry system and gates"),
        Thing.FIRE: _("Fire protection"),
        Thing.PUBLIC: _("Public facilities"),
        Thing.PAID: _("Paid service"),
        Thing.OTHER: _("Other repairs"),
    }[thing]


def place_name(place: Place) -> str:
    """Return the word for where it is."""
    return {
        Place.HOME: _("Inside the home"),
        Place.COMMON: _("Common parts"),
        Place.FACADE: _("Facade"),
        Place.ROOF: _("Roof"),
    }[place]


def flag_name(flag: Flag) -> str:
    """Return what a customer said."""
    return {
        Flag.NOBODY_CAME: _("Nobody came"),
        Flag.FEE_NOT_TOLD: _("Fee not told before"),
        Flag.FEE_DIFFERED: _("Fee differed from what was told"),
    }[flag]


def outcome_name(outcome: FlagOutcome) -> str:
    """Return what the check of a flag found."""
    return {
        FlagOutcome.TRUE: _("Customer is right"),
        FlagOutcome.FALSE_ORDER: _("False order: recorded as done, nobody was there"),
        FlagOutcome.UNCLEAR: _("Could not be cleared up"),
    }[outcome]


def reason_name(reason: InspectionReason) -> str:
    """Return why a defect is looked at."""
    return {
        InspectionReason.PLANNED: _("Planned inspection"),
        InspectionReason.RAIN: _("Inspection after rain"),
    }[reason]


def fee_words(fee: int | None) -> str:
    """Return an amount in yuan."""
    return "" if fee is None else f"¥{fee / 100:,.2f}"


def instant_words(instant: datetime | None) -> str:
    """Return an instant in Beijing to the minute, the same in every language."""
    return "" if instant is None else f"{instant.astimezone(BEIJING):%Y-%m-%d %H:%M}"
