"""Pages of calling back: one call from list to end, the link, the file, the record, the results."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, event, select

from app.service.callbacks import drawing, linking
from app.service.callbacks.models import (
    CallBack,
    CallBackAnswer,
    CallBackDraw,
    CallBackLink,
    CallBackTry,
    CallState,
    LinkState,
)
from app.staff.models import AuditEntry, Role
from app.surveys.register.services import add_person
from tests.factories import make_community
from tests.integration.callbacks.world import FINE, close_orders, homes_of, publish_questions
from tests.web.staff_pages import enter_as, hidden_fields, set_clock, words_of

MONDAY = date(2026, 10, 26)
FLAT = {name: values[0] for name, values in FINE.items()}


@pytest.fixture
def community(session, vault, now):
    publish_questions(session, now=now)
    found = make_community(session, name="听涛苑")
    homes = homes_of(session, found)
    close_orders(session, found, MONDAY, 6, homes=homes)
    drawing.draw_community(session, vault, found.id, MONDAY, now=now)
    session.commit()
    return found


def fields_of(page, *more):
    return hidden_fields(page, "csrf_token", *more)


def test_a_caller_asks_along_the_page_and_every_answer_is_saved_on_the_way(
    client, session, app, community, now
):
    enter_as(client, session, Role.CALLER)
    page = client.get("/call-backs/").text
    assert "听涛苑" in words_of(page)
    call = session.scalars(select(CallBack).order_by(CallBack.id)).first()
    page = client.get(f"/call-backs/{call.id}").text
    assert "Did we send someone to your home on 27 October to fix pipes, taps or drains?" in page
    hidden = fields_of(page, "key")
    saved = client.post(f"/call-backs/{call.id}/step", data=hidden | {"handling.came": "yes"})
    assert saved.status_code == 204
    again = client.get(f"/call-backs/{call.id}").text
    assert re.search(r'name="handling.came" value="yes" checked', again)

    short = client.post(f"/call-backs/{call.id}", data=hidden | {"handling.came": "yes"})
    assert short.status_code == 422
    for _twice in range(2):
        answer = client.post(f"/call-backs/{call.id}", data=hidden | FLAT)
        assert answer.status_code == 302

    session.rollback()
    session.expire_all()
    assert session.get(CallBack, call.id).state is CallState.DONE
    assert len(session.scalars(select(CallBackAnswer)).all()) == 1
    assert len(session.scalars(select(CallBackTry)).all()) == 1
    looked = session.scalars(select(AuditEntry.action)).all()
    assert looked.count("view_call_back") >= 3


def test_the_call_list_asks_the_database_as_often_for_twenty_homes_as_for_two(
    client, session, vault, now
):
    publish_questions(session, now=now)
    community = make_community(session, households=60)
    homes = homes_of(session, community)
    for home in homes:
        add_person(session, vault, home, name="林岚", phone="13800138000", now=now)
    close_orders(session, community, MONDAY, 10, homes=homes)
    drawing.draw_community(session, vault, community.id, MONDAY, now=now)
    session.commit()
    enter_as(client, session, Role.CALLER)
    client.get("/call-backs/")  # the first page of a sign-in reads more
    few = count_statements(client, "/call-backs/", calls=2)
    close_orders(session, community, MONDAY + timedelta(weeks=1), 100, homes=homes)
    drawing.draw_community(session, vault, community.id, MONDAY + timedelta(weeks=1), now=now)
    session.commit()
    many = count_statements(client, "/call-backs/", calls=20)

    assert few == many < 20


def count_statements(client, address, *, calls):
    """Return how many statements a page of the call list takes."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    page = client.get(address).text
    event.remove(Engine, "before_cursor_execute", note)
    assert page.count('href="tel:') >= calls
    return len(seen)


def test_a_try_without_answers_is_written_down(client, session, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    call = session.scalars(select(CallBack).order_by(CallBack.id)).first()
    hidden = fields_of(client.get(f"/call-backs/{call.id}").text, "key")
    session.rollback()

    missing = client.post(f"/call-backs/{call.id}/try", data=hidden | {"result": "later"})
    assert missing.status_code == 422
    assert "Please fill in when to call." in missing.text
    night = client.post(
        f"/call-backs/{call.id}/try",
        data=hidden | {"result": "later", "later_at": "2026-11-03T21:30"},
    )
    assert "Nobody is called at night" in night.text
    none = client.post(f"/call-backs/{call.id}/try", data=hidden)
    assert none.status_code == 422
    good = client.post(
        f"/call-backs/{call.id}/try",
        data=hidden | {"result": "later", "later_at": "2026-11-03T19:00"},
    )
    assert good.status_code == 302
    session.rollback()
    session.expire_all()
    assert session.get(CallBack, call.id).not_before.isoformat() == "2026-11-03T11:00:00+00:00"


def test_a_customer_answers_by_link_without_signing_in_and_only_once(
    client, session, vault, community
):
    link = session.scalars(select(CallBackLink)).first()
    address = f"/k/{linking.token_of(vault, link)}"
    session.rollback()

    page = client.get(f"{address}?lang=en")
    assert page.status_code == 200
    assert "听涛苑" not in page.text
    assert "WX" not in words_of(page.text)
    token = fields_of(page.text)
    assert client.post(address, data=token | {"overall": "5"}).status_code == 422
    thanks = client.post(address, data=token | FLAT | {"comment.more": "谢谢"})
    assert "we have received it" in thanks.text
    assert "Your answer is here already" in client.get(address).text
    assert "Your answer is here already" in client.post(address, data=token | FLAT).text
    assert client.get("/k/" + "0" * 26).status_code == 404
    chinese = client.get(f"{address}?lang=zh-Hans").text
    assert '<html lang="zh-Hans"' in chinese


def test_a_link_closes_after_two_weeks(client, app, session, vault, community, now):
    link = session.scalars(select(CallBackLink)).first()
    address = f"/k/{linking.token_of(vault, link)}"
    session.rollback()
    set_clock(app, now + timedelta(days=14))

    assert client.get(address).status_code == 410


def test_links_that_wait_are_handed_out_once_and_the_file_is_logged(
    client, session, vault, community, now
):
    home = homes_of(session, community)[0]
    add_person(session, vault, home, name="林岚", phone="13800138000", now=now)
    enter_as(client, session, Role.HEAD_OFFICE)
    token = fields_of(client.get("/call-backs/links/").text)
    answer = client.post("/call-backs/links/file", data=token)

    rows = list(load_workbook(BytesIO(answer.data)).active.values)
    assert [row[3] for row in rows[1:]] == ["13800138000", "13800138000"]
    assert rows[1][5].startswith("http://survey.example/k/")
    assert rows[1][4].endswith(rows[1][5])
    assert client.post("/call-backs/links/file", data=token).status_code == 302
    session.rollback()
    states = [link.state for link in session.scalars(select(CallBackLink))]
    assert states.count(LinkState.FILED) == 2
    noted = session.scalars(select(AuditEntry.action))
    assert {"call_back.links", "results.download"} <= set(noted)


def test_the_record_shows_the_draw_and_checks_it_once_the_calls_are_over(
    client, app, session, vault, community, now
):
    enter_as(client, session, Role.HEAD_OFFICE)
    draw = session.scalars(select(CallBackDraw)).one()
    seed = drawing.seed_of(vault, community.id, MONDAY).hex()
    session.rollback()
    page = client.get(f"/call-backs/records/{draw.id}").text
    assert draw.commitment in page
    assert seed not in page
    session.rollback()
    drawing.finish_draws(session, vault, now=now + timedelta(days=21))
    session.commit()

    page = client.get(f"/call-backs/records/{draw.id}").text
    assert seed in page
    assert "drawing again gives the same orders" in page


def test_results_stand_by_telephone_and_by_link_apart_and_leave_logged(
    client, session, vault, community, now
):
    enter_as(client, session, Role.LEADER)
    page = words_of(client.get("/call-backs/results/").text)
    assert "听涛苑" in page
    table = client.get("/call-backs/results/202610.xlsx")
    rows = list(load_workbook(BytesIO(table.data)).active.values)
    assert rows[1][:5] == ("听涛苑", 6, 2, 0, 0)
    assert client.get("/call-backs/results/202610.csv").status_code == 200
    assert client.get("/call-backs/results/202609.csv").status_code == 404
    session.rollback()
    assert session.scalars(
        select(AuditEntry.detail).where(AuditEntry.action == "results.download")
    ).all() == ["leader repair.xlsx", "leader repair.csv"]


def test_links_wait_for_the_file_where_no_provider_is_set_up(client, session, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    page = client.get("/call-backs/links/").text
    assert "No provider of messages is set up" in page
    answer = client.post("/call-backs/links/file", data=fields_of(page))

    session.rollback()
    states = set(session.scalars(select(CallBackLink.state)))
    # None of these homes has a telephone number: each link is told as left out.
    assert (answer.status_code, states) == (302, {LinkState.SKIPPED})


def test_two_callers_are_not_sent_to_the_same_home(client, app, session, community, now):
    enter_as(client, session, Role.CALLER, app=app, now=now)
    call = session.scalars(select(CallBack).order_by(CallBack.id)).first()
    address = f"/call-backs/{call.id}"
    session.rollback()
    assert 'name="overall"' in client.get(address).text
    first = session.get(CallBack, call.id).held_by
    session.rollback()

    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=now)
    assert "is on this call" in client.get("/call-backs/").text
    page = client.get(address).text
    assert "so that nobody is called twice" in page
    assert 'name="overall"' not in page
    assert session.get(CallBack, call.id).held_by == first
    session.rollback()
    taken = client.post(f"{address}/take", data=fields_of(page))
    assert taken.status_code == 302
    assert 'name="overall"' in client.get(address).text
    session.expire_all()
    second = session.get(CallBack, call.id).held_by
    assert second not in {None, first}
    session.rollback()

    enter_as(client, session, Role.CALLER, app=app, now=now + timedelta(minutes=14))
    assert 'name="overall"' not in client.get(address).text
    set_clock(app, now + timedelta(minutes=15))
    page = client.get(address).text
    assert 'name="overall"' in page
    hidden = fields_of(page, "key")
    assert client.post(f"{address}/try", data=hidden | {"result": "no_answer"}).status_code == 302
    session.expire_all()
    assert session.get(CallBack, call.id).held_by is None
