"""Call-backs of both communities: a week whose calls are over, and a call still to make."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.service.callbacks import drawing
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import NOW
from tests.integration.callbacks.world import close_orders, publish_questions

OVER, OPEN = date(2026, 9, 28), date(2026, 10, 26)  # three weeks and more ago; the week before


def plant(session: Session, vault: Vault, communities: Iterable[Community]) -> None:
    """Draw two weeks in each community; the calls of the first one are over."""
    publish_questions(session, now=NOW)
    for community in communities:
        for monday in (OVER, OPEN):
            close_orders(session, community, monday, 5)
            drawn_at = NOW - timedelta(weeks=4) if monday == OVER else NOW
            drawing.draw_community(session, vault, community.id, monday, now=drawn_at)
    drawing.finish_draws(session, vault, now=NOW)
