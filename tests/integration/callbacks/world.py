"""Repair orders and published questions for tests of calling back."""

from datetime import timedelta
from itertools import count
from pathlib import Path

from app.clock import start_of
from app.service.callbacks.questions import CODES
from app.service.repairs.models import OrderState, Origin, Place, RepairOrder, Thing
from app.surveys.campaign.services import publish_instrument
from app.surveys.instrument.load import load_instrument
from app.surveys.register.models import Building, Household

INSTRUMENTS = Path(__file__).resolve().parents[3] / "instruments"
FINE = {
    "handling.came": ["yes"],
    "handling.on_time": ["on_time"],
    "handling.fixed": ["fixed"],
    "handling.attitude": ["5"],
    "handling.charge": ["none"],
    "overall": ["5"],
}
SOLVED = {
    "handling.answered": ["yes"],
    "handling.told": ["both"],
    "handling.solved": ["solved"],
    "handling.attitude": ["4"],
    "handling.speed": ["4"],
    "handling.result": ["4"],
    "handling.before": ["never"],
    "handling.leader": ["no"],
}
_numbers = count(1)


def publish_questions(session, *, now):
    """Publish the questions of both call-backs."""
    for code in CODES.values():
        path = INSTRUMENTS / code / "v1.yaml"
        loaded = load_instrument(path.read_text("utf-8"), path.name)
        publish_instrument(session, loaded.instrument, now=now)


def homes_of(session, community):
    """Return the homes of a community."""
    return list(
        session.query(Household)
        .join(Building, Building.id == Household.building_id)
        .filter(Building.community_id == community.id)
        .order_by(Household.id)
    )


def close_orders(session, community, monday, orders, *, homes=()):
    """Make so many orders done during the week of a Monday, one an hour from Tuesday on."""
    made = []
    for at in range(orders):
        done = start_of(monday) + timedelta(days=1, hours=at)
        order = RepairOrder(
            community_id=community.id,
            household_id=homes[at % len(homes)].id if homes else None,
            number=f"WX{next(_numbers):05}",
            origin=Origin.FILE,
            state=OrderState.DONE,
            thing=Thing.WATER,
            place=Place.HOME if homes else Place.COMMON,
            issued_at=done - timedelta(hours=5),
            arrived_at=done - timedelta(hours=1),
            done_at=done,
        )
        session.add(order)
        made.append(order)
    session.flush()
    return made
