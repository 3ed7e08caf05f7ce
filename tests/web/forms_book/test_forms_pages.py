"""Printed questionnaires through the pages: order, progress, fetch within a day, who may."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from app.jobs.models import Job, JobState
from app.reports.forms.work import drop_old_forms, make_forms
from app.reports.work import Workshop
from app.staff.models import AuditEntry, Role
from app.surveys.campaign.models import Gate
from app.surveys.paper.printing import orders
from app.surveys.paper.printing.models import FormOrder, ForWhom, PaperSheet
from tests.factories import gate_of, make_campaign, make_community, members_of
from tests.web.staff_pages import MAIN, enter_as, set_clock, words_of

MORNING = datetime(2026, 11, 8, 2, tzinfo=UTC)


@pytest.fixture
def desk(client, session, vault, app, engine, storage, config):
    """Head office at a campaign with two homes, and the worker."""
    community = make_community(session, households=2, buildings=1, name="云栖里", code="YQL")
    campaign = make_campaign(session, vault)
    gate_of(session, campaign, community).areas_offered = 3
    for home in members_of(session, campaign, community):
        home.block = 1
    enter_as(client, session, Role.HEAD_OFFICE, now=MORNING, app=app)
    workshop = Workshop(engine, vault, storage, config, lambda: MORNING)
    return client, workshop, f"/hq/forms/2026-11/{community.id}"


def ask(client, page: str, **given):
    usual = {"form": "full", "whom": "all", "language": "zh-Hans", "copies": "1"}
    return client.submit(page, usual | given, form=MAIN)


@pytest.mark.heavy
def test_forms_are_ordered_made_and_fetched(desk, session, app):
    client, workshop, page = desk
    assert client.get("/hq/forms/").location.endswith("/hq/forms/2026-11")
    assert "云栖里|2|0" in words_of(client.get("/hq/forms/2026-11").text)
    assert "No forms were printed" in client.get(page).text
    assert ask(client, page).status_code == 302
    waiting = client.get(page).text
    assert "0 of … buildings" in waiting
    assert 'http-equiv="refresh"' in waiting
    session.rollback()
    order_id = session.scalars(select(FormOrder.id)).one()
    session.rollback()
    make_forms(workshop, {"order_id": order_id})
    ready = client.get(page).text
    assert "Ready" in words_of(ready)
    assert "2 forms" in words_of(ready)
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{page}/{order_id}.zip").data))
    assert len(archive.namelist()) == 1
    with pypdfium2.PdfDocument(archive.read(archive.namelist()[0])) as document:
        assert len(document) == 6
    file = ready.split(f"{page}/{order_id}/")[1].split('"')[0]
    assert client.get(f"{page}/{order_id}/{file}").mimetype == "application/pdf"
    assert "云栖里|2|2" in words_of(client.get("/hq/forms/2026-11").text)
    session.rollback()
    logged = session.scalars(select(AuditEntry.action)).all()
    assert logged.count("forms.fetch") == 2
    assert logged.count("print_forms") == 2
    session.rollback()
    later = Workshop(
        workshop.engine,
        workshop.vault,
        workshop.storage,
        workshop.config,
        lambda: MORNING + timedelta(hours=25),
    )
    drop_old_forms(later)
    assert "Deleted" in words_of(client.get(page).text)
    assert client.get(f"{page}/{order_id}.zip").status_code == 404
    assert client.get(f"{page}/{order_id}/{file}").status_code == 404


def test_a_form_for_one_home_needs_its_door(desk, session):
    client, _workshop, page = desk
    refused = ask(client, page, whom="one", building="1栋", room="99")
    assert refused.status_code == 422
    assert "There is no such home in this campaign." in refused.text
    assert ask(client, page, whom="one", building="1栋", room="1-101").status_code == 302
    session.rollback()
    order = session.scalars(select(FormOrder)).one()
    assert order.whom is ForWhom.ONE
    assert order.frame_member_id is not None
    session.rollback()
    assert ask(client, page, copies="6").status_code == 422
    nobody = ask(client, page, whom="large_print")
    assert "No home gets a form of this order." in client.get(nobody.location).text


def test_a_community_that_takes_no_more_answers_gets_no_forms(desk, app, session):
    client, _workshop, page = desk
    community_id = int(page.rpartition("/")[2])
    gate = session.scalars(select(Gate).where(Gate.community_id == community_id)).one()
    gate.frozen_at = MORNING
    session.commit()
    refused = ask(client, page)
    assert "takes no more answers" in client.get(refused.location).text
    session.rollback()
    assert session.scalars(select(FormOrder)).all() == []


def test_an_order_nobody_works_on_any_more_says_so(desk, session):
    client, _workshop, page = desk
    ask(client, page)
    session.rollback()
    job = session.scalars(select(Job).where(Job.kind == orders.KIND)).one()
    job.state, job.dedup_key = JobState.FAILED, None
    session.commit()
    assert "Printing failed" in words_of(client.get(page).text)


@pytest.mark.parametrize("role", [Role.LEADER, Role.CLERK, Role.OFFICE])
def test_only_head_office_orders_and_fetches_forms(desk, session, app, role):
    client, _workshop, page = desk
    enter_as(client, session, role, now=MORNING, app=app, all_communities=True)
    for address in ("/hq/forms/", "/hq/forms/2026-11", page, f"{page}/1.zip", f"{page}/1/1.pdf"):
        assert client.get(address).status_code in (403, 404)
    session.rollback()
    assert session.scalars(select(PaperSheet)).all() == []


def test_without_a_campaign_the_page_says_so(client, session, app):
    enter_as(client, session, Role.HEAD_OFFICE, now=MORNING, app=app)
    set_clock(app, MORNING)
    assert "No campaign is opened." in client.get("/hq/forms/").text
