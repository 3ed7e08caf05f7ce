"""The round of calling back: draws, complaints to call about, effects, links that leave.

Every worker runs it once a minute; each step commits on its own and may run twice.
"""

import logging
from time import monotonic

from sqlalchemy.orm import Session

from app.db import write_session
from app.reports.work import Workshop
from app.service.callbacks import complained, drawing, messages, queries
from app.service.callbacks.effects import settle
from app.service.callbacks.messages import Leaving
from app.service.repairs.services import mark_called_back
from app.surveys.distribution.errors import (
    NotSentError,
    RejectedError,
    SettingsError,
    UnsureError,
)
from app.surveys.distribution.models import MessageReason, SendChannel
from app.surveys.distribution.providers.choose import provider_of
from app.surveys.distribution.providers.message import Provider
from app.surveys.distribution.rules import is_quiet
from app.surveys.distribution.settings import read_settings

log = logging.getLogger("linsheng.callbacks")

SEND_SECONDS = 20.0
_ANSWERS = 200


def call_back_round(workshop: Workshop) -> None:
    """Do what is due in calling back."""
    draw_weeks(workshop)
    list_complaints(workshop)
    settle_answers(workshop)
    finish_weeks(workshop)
    send_links(workshop)


def draw_weeks(workshop: Workshop) -> None:
    """Draw the weeks that are due, one community in each transaction."""
    with Session(workshop.engine) as session:
        weeks = drawing.weeks_due(session, workshop.clock())
        undrawn = {monday: queries.list_undrawn(session, monday) for monday in weeks}
    for monday, communities in undrawn.items():
        for community_id in communities:
            with write_session(workshop.engine) as session:
                drawing.draw_community(
                    session, workshop.vault, community_id, monday, now=workshop.clock()
                )
        with write_session(workshop.engine) as session:
            drawing.end_week(session, monday, now=workshop.clock())


def list_complaints(workshop: Workshop) -> None:
    """Put the complaints just answered on the call list."""
    with Session(workshop.engine) as session:
        if not complained.has_work(session):
            return
    with write_session(workshop.engine) as session:
        complained.make_calls(session, workshop.vault, now=workshop.clock())


def settle_answers(workshop: Workshop) -> None:
    """Do what answers by link ask for, one in each transaction."""
    with Session(workshop.engine) as session:
        answers = queries.list_unsettled(session, _ANSWERS)
    for answer_id in answers:
        with write_session(workshop.engine) as session:
            answer = queries.lock_answer(session, answer_id)
            settle(session, workshop.vault, answer, scope=None, now=workshop.clock())


def finish_weeks(workshop: Workshop) -> None:
    """Tell the seeds of the weeks whose calls are over."""
    with Session(workshop.engine) as session:
        if not drawing.has_finished(session, now=workshop.clock()):
            return
    with write_session(workshop.engine) as session:
        now = workshop.clock()
        for draw in drawing.finish_draws(session, workshop.vault, now=now):
            for order_id in queries.list_called_orders(session, draw.id):
                mark_called_back(session, order_id, now=now, by=None)


def send_links(workshop: Workshop) -> None:
    """Send links over the channels that are set up, outside quiet hours."""
    now = workshop.clock()
    try:
        settings = read_settings(workshop.config.instance)
    except SettingsError as error:
        log.warning("distribution.toml: %s", error)
        return
    channels = messages.channels_of(settings)
    if not channels or is_quiet(now):
        return
    providers = {one: provider_of(one, settings, workshop.config) for one in channels}
    send_with(workshop, providers)


def send_with(workshop: Workshop, providers: dict[SendChannel, Provider]) -> None:
    """Send batch by batch until nothing waits, the time is up, or a provider is away."""
    end = monotonic() + SEND_SECONDS
    while monotonic() < end and not is_quiet(workshop.clock()):
        with write_session(workshop.engine) as session:
            leaving = messages.claim(
                session,
                workshop.vault,
                tuple(providers),
                public_url=workshop.config.public_url,
                now=workshop.clock(),
            )
        if not leaving:
            return
        results = [_send_one(workshop, providers[one.channel], one) for one in leaving]
        if not all(results):
            return


def _send_one(workshop: Workshop, provider: Provider, one: Leaving) -> bool:
    """Send one link and write down what became of it; say whether the provider works."""
    receipt: str | None = None
    reason: MessageReason | None = None
    is_over, works = True, True
    try:
        receipt = provider.send(messages.compose(one), attempt=one.attempt, now=workshop.clock())
    except RejectedError:
        reason = MessageReason.REJECTED
    except UnsureError:
        reason = MessageReason.UNSURE
    except NotSentError as error:
        log.warning("link %s: not sent, %s", one.link_id, error.code)
        is_over, works = False, False
    with write_session(workshop.engine) as session:
        messages.settle(
            session,
            one.link_id,
            receipt=receipt,
            reason=reason,
            is_over=is_over,
            now=workshop.clock(),
        )
    return works
