"""Links that leave the house: many at once, two a week to a home, none where nobody wants them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select

from app.service.callbacks import drawing, messages
from app.service.callbacks.models import CallBackLink, LinkState
from app.service.repairs import log
from app.service.repairs.rows import Words
from app.surveys.distribution.models import MessageReason, OptOut, SendChannel
from app.surveys.register.services import add_person
from tests.factories import head_office, make_community, make_staff
from tests.integration.callbacks.world import close_orders, homes_of

MONDAY = date(2026, 10, 26)
URL = "https://survey.example"


@pytest.fixture
def links(session, vault, now):
    """Ten orders: five of a home, three of one that opted out, one without a number, one of none.

    The first order of the first home was asked for by somebody with a number of his own.
    """
    community = make_community(session, name="听涛苑")
    busy, quiet, silent, _empty = homes_of(session, community)
    for home in (busy, quiet):
        add_person(session, vault, home, name="林岚", phone="13800138000", now=now)
    session.add(OptOut(household_id=quiet.id, staff_id=make_staff(session).id, since=now))
    orders = close_orders(session, community, MONDAY, 10)
    for order, home in zip(orders, [busy] * 5 + [quiet] * 3 + [silent], strict=False):
        order.household_id = home.id
    log.write_words(vault, orders[0], Words("周岚", "13912345678", "漏水"))
    drawing.draw_community(session, vault, community.id, MONDAY, now=now)
    session.commit()
    return list(session.scalars(select(CallBackLink).order_by(CallBackLink.order_id)))


def reasons(links):
    return [None if link.reason is None else MessageReason(link.reason) for link in links]


WANTED = [
    *(None, None, MessageReason.AT_CAP, MessageReason.AT_CAP, MessageReason.AT_CAP),
    *[MessageReason.OPTED_OUT] * 3,
    *[MessageReason.NO_ADDRESS] * 2,
]


def test_a_file_holds_two_links_of_a_home_and_none_of_those_who_want_none(
    session, vault, links, now
):
    lines = messages.take_file(session, vault, head_office(), public_url=URL, limit=100, now=now)

    assert reasons(links) == WANTED
    assert [one.phone for one in lines] == ["13912345678", "13800138000"]
    assert [link.state for link in links].count(LinkState.FILED) == 2
    assert messages.take_file(session, vault, head_office(), public_url=URL, limit=9, now=now) == []


def test_a_provider_is_given_the_same_links_and_a_later_batch_knows_of_them(
    session, vault, links, now
):
    leaving = messages.claim(session, vault, (SendChannel.SMS,), public_url=URL, now=now)

    assert reasons(links) == WANTED
    assert [(one.to, one.attempt) for one in leaving] == [("13912345678", 1), ("13800138000", 1)]
    for link in links[2:5]:
        link.state, link.reason = LinkState.PLANNED, None
    session.flush()
    again = messages.claim(session, vault, (SendChannel.SMS,), public_url=URL, now=now)
    assert again == []
    for link in links[2:5]:
        link.state, link.reason = LinkState.PLANNED, None
    session.flush()
    week_on = now + timedelta(days=7, seconds=1)
    assert len(messages.claim(session, vault, (SendChannel.SMS,), public_url=URL, now=week_on)) == 2


def test_what_is_read_for_a_file_does_not_grow_with_its_lines(session, vault, links, now):
    def reads(limit):
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement.lstrip().upper().startswith("SELECT"))

        event.listen(Engine, "before_cursor_execute", note)
        messages.take_file(session, vault, head_office(), public_url=URL, limit=limit, now=now)
        event.remove(Engine, "before_cursor_execute", note)
        return sum(seen)

    assert reads(2) == reads(6) <= 10
