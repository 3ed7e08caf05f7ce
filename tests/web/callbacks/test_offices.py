"""What an office can learn of a draw before the calls are over: nothing, on any page."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.service.callbacks import drawing
from app.service.callbacks.models import CallBack, CallBackDraw
from app.staff.models import Role
from tests.factories import make_community
from tests.integration.callbacks.world import close_orders, publish_questions
from tests.web.staff_pages import enter_as, set_clock

MONDAY = date(2026, 10, 26)
ROLES = (
    Role.OFFICE,
    *(pytest.param(one, marks=pytest.mark.slow) for one in (Role.STEWARD, Role.REGION)),
    pytest.param(Role.COMMITTEE, marks=pytest.mark.slow),
)
FRESH = re.compile(r'<input[^>]*type="hidden"[^>]*>|"token":"[^"]*"')  # made anew for each page


def pages_of(app, client, role):
    """Return every page a role can open without a key in its address."""
    found = {}
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "guard", None)
        is_open = isinstance(guard, frozenset) and role in guard
        if "GET" in rule.methods and not rule.arguments and is_open:
            answer = client.get(rule.rule)
            found[rule.rule] = (answer.status_code, FRESH.sub("", answer.text))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_an_office_changes_with_the_draw_or_with_the_calls(
    app, client, session, vault, now, role
):
    community = make_community(session, name="听涛苑")
    publish_questions(session, now=now)
    close_orders(session, community, MONDAY, 11)
    close_orders(session, community, MONDAY - timedelta(weeks=4), 11)
    early = MONDAY - timedelta(weeks=4)
    drawing.draw_community(session, vault, community.id, early, now=now - timedelta(weeks=4))
    drawing.finish_draws(session, vault, now=now)
    staff = enter_as(client, session, role, [community])
    before = pages_of(app, client, role)

    drawing.draw_community(session, vault, community.id, MONDAY, now=now)
    session.commit()
    after_draw = pages_of(app, client, role)
    session.rollback()
    draw = session.scalars(select(CallBackDraw).where(CallBackDraw.monday == MONDAY)).one()
    call = session.scalars(select(CallBack).where(CallBack.draw_id == draw.id)).first()
    keys = (draw.id, call.id)
    session.rollback()

    assert len(before) > 5
    assert {rule for rule in before if before[rule] != after_draw[rule]} == set()
    assert client.get(f"/call-backs/records/{keys[0]}").status_code in {403, 404}
    assert client.get(f"/call-backs/{keys[1]}").status_code == 403
    assert staff.role is role


def test_an_office_may_check_a_week_three_weeks_after_its_monday(app, client, session, vault, now):
    community = make_community(session, name="听涛苑")
    close_orders(session, community, MONDAY, 11)
    draw = drawing.draw_community(session, vault, community.id, MONDAY, now=now)
    drawing.finish_draws(session, vault, now=now + timedelta(days=14))
    key = draw.id
    midnight = now + timedelta(days=13, hours=14)  # in Beijing
    early = midnight - timedelta(minutes=1)
    enter_as(client, session, Role.OFFICE, [community], app=app, now=early)

    assert client.get(f"/call-backs/records/{key}").status_code == 404
    set_clock(app, midnight)
    page = client.get(f"/call-backs/records/{key}?lang=en")
    assert page.status_code == 200
    assert "drawing again gives the same orders" in page.text
    assert "/print" not in page.text
