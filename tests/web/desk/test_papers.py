"""Sheets to print: ordered on a page, made by the worker, fetched by who ordered them."""

import re
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from app import worker
from app.followup.papers.models import Paper
from app.followup.papers.services import drop_old
from app.followup.services import make_follow_ups
from app.followup.visits.queries import list_visits
from app.followup.visits.services import plan_visits
from app.reports.paper_work import make_paper
from app.reports.work import Workshop
from app.staff.models import Role
from app.surveys.register.models import Household
from app.surveys.register.services import add_person
from app.surveys.response.tracker import gate_standing
from tests.factories import gate_of, head_office, make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import MAIN, enter_as, release

pytestmark = pytest.mark.heavy


@pytest.fixture
def community(session):
    return make_community(session, households=6, important=2, name="甲小区")


@pytest.fixture
def campaign(session, vault, storage, community):
    campaign = make_campaign(session, vault)
    member = members_of(session, campaign, community)[0]
    household = session.get_one(Household, member.household_id)
    add_person(session, vault, household, name="赵云山", phone="13800000001", now=AFTER)
    answer(session, vault, campaign, member, comment="外墙渗水三年了", wish="office_or_hq")
    release(session, vault, storage, campaign, community)
    make_follow_ups(session, campaign.id, now=AFTER)
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    plan_visits(session, campaign, gate, status, now=AFTER)
    return campaign


@pytest.fixture
def make(engine, vault, storage, config):
    """Let the worker make what was ordered."""
    workshop = Workshop(engine, vault, storage, config, lambda: AFTER)

    def make():
        assert worker.run_one(workshop, "test")

    return make


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return ["".join(one.split()) for one in texts]


def test_a_briefing_is_one_page_with_words_and_without_scores(
    client, session, app, campaign, community, make
):
    visit = list_visits(session, head_office(), campaign.id)[0]
    enter_as(client, session, Role.STEWARD, [community], app=app, now=AFTER)
    client.get("/today?lang=zh-Hans")
    page = client.get(f"/desk/visits/{visit.id}").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    order = client.post(f"/papers/visit/briefing/{visit.id}", data={"csrf_token": token})
    address = order.location
    assert "data-wait" in client.get(address).text
    assert client.get(f"{address}.pdf").status_code == 404
    make()
    (page,) = text_of(client.get(f"{address}.pdf").data)
    assert "赵云山13800000001" in page
    assert "外墙渗水三年了" in page
    assert "满意度" not in page.replace("业主满意度调查", "")
    enter_as(client, session, Role.OFFICE, [community], app=app, now=AFTER)
    assert client.get(f"{address}.pdf").status_code == 404  # somebody else's sheet
    drop_old(session, now=AFTER + timedelta(hours=25))
    assert session.scalars(select(Paper)).all() == []


def test_a_route_and_the_minutes_of_a_review(client, session, app, campaign, community, make):
    visit = list_visits(session, head_office(), campaign.id)[0]
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    day = {
        "campaign": campaign.code,
        "community": str(community.id),
        "day": visit.planned_on.isoformat(),
    }
    page = client.get("/desk/visits/").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    order = client.post("/papers/day/route", data={**day, "csrf_token": token})
    make()
    (route,) = text_of(client.get(f"{order.location}.pdf").data)
    assert route.index("1-101") < route.index("1-102")
    meeting = {
        "campaign": campaign.code,
        "community": "0",
        "held_on": "2026-11-20",
        "place": "总部",
        "people": "沈怡、周立",
        "minutes": "回访覆盖率",
    }
    held = client.submit("/hq/reviews/new", meeting, form=MAIN)
    assert held.status_code == 302
    again = client.submit("/hq/reviews/new", meeting, form=MAIN)
    assert again.location == held.location  # a second tap holds no second meeting
    late = {"what": "补做登门", "responsible": "周立", "due_on": "2026-11-20"}
    fields = {**late, "csrf_token": token}
    for _tap in range(2):
        assert client.post(f"{held.location}/decisions", data=fields).status_code == 302
    assert client.get(held.location).text.count("补做登门") == 1
    assert "补做登门" in client.get("/today").text
    order = client.post(held.location.replace("/hq/reviews", "/papers/minutes"), data=fields)
    make()
    (minutes,) = text_of(client.get(f"{order.location}.pdf").data)
    assert "沈怡、周立" in minutes
    assert "补做登门" in minutes
    done = re.findall(
        rf'action="({held.location}/decisions/[0-9]+)"', client.get(held.location).text
    )
    assert client.post(done[0], data={"note": "已补", "csrf_token": token}).status_code == 302
    assert "补做登门" not in client.get("/today").text


def test_a_sheet_somebody_may_no_longer_read_is_not_printed(
    client, session, engine, vault, storage, config, app, campaign, community
):
    visit = list_visits(session, head_office(), campaign.id)[0]
    staff = enter_as(client, session, Role.STEWARD, [community], app=app, now=AFTER)
    page = client.get(f"/desk/visits/{visit.id}").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    address = client.post(f"/papers/visit/record/{visit.id}", data={"csrf_token": token}).location
    staff.disabled_at = AFTER
    session.add(staff)
    session.commit()
    workshop = Workshop(engine, vault, storage, config, lambda: AFTER)
    make_paper(workshop, {"paper_id": address.rpartition("/")[2]})
    staff.disabled_at = None
    session.commit()
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    assert client.get(address).status_code == 404
