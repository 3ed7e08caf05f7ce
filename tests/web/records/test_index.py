"""Every document of the handbooks has its page, its print and its files."""

import pytest
from flask import url_for
from sqlalchemy import select

from app.followup.papers.models import Paper, PaperKind
from app.followup.visits.models import Visit, VisitState
from app.followup.visits.services import plan_visits
from app.staff.models import Role
from app.surveys.response.tracker import gate_standing
from app.web.records.documents import documents
from tests.factories import gate_of, make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import enter_as, release


def test_all_eighteen_documents_lead_to_pages_that_exist(app):
    listed = documents()
    assert len({one.key for one in listed}) == 18
    with app.test_request_context():
        for one in listed:
            for place in (one.page, one.printing, one.export):
                assert url_for(place.endpoint), one.key


@pytest.mark.parametrize("role", [Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE])
def test_every_link_of_the_index_opens_for_who_sees_it(client, session, vault, role):
    community = make_community(session)
    make_campaign(session, vault)
    enter_as(client, session, role, [community])
    page = client.get("/records/")
    main = page.text.split('<main id="main"')[1]
    links = {part.split('"')[0] for part in main.split('href="')[1:]}
    assert links
    for link in sorted(links):
        assert client.get(link, follow_redirects=True).status_code == 200, link


def test_deliveries_are_ordered_and_taken_for_own_communities_only(client, session, vault):
    own, other = make_community(session), make_community(session)
    campaign = make_campaign(session, vault)
    enter_as(client, session, Role.OFFICE, [own])
    base = f"/records/delivery/{campaign.code}"
    assert client.get(f"{base}/{other.id}.csv").status_code == 404
    file = client.get(f"{base}/{own.id}.csv")
    assert len(file.text.strip().splitlines()) == 1 + 4  # a heading and four homes
    ordered = client.submit("/records/delivery", {}, form=1)
    assert ordered.status_code == 303
    session.rollback()
    assert session.scalars(select(Paper.kind)).all() == [PaperKind.DELIVERY]


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_defects_answers_minutes_and_corrections_leave_in_every_form(client, session, form):
    enter_as(client, session, Role.OFFICE, [make_community(session)])
    for name in ("defects", "answers", "minutes", "corrections"):
        assert client.get(f"/records/{name}.{form}").status_code == 200, name


def test_a_visit_that_was_made_is_listed_with_its_print(client, session, vault, storage, app):
    community = make_community(session, households=6, important=2)
    campaign = make_campaign(session, vault)
    answer(session, vault, campaign, members_of(session, campaign, community)[0])
    release(session, vault, storage, campaign, community)
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    plan_visits(session, campaign, gate, status, now=AFTER)
    visit = session.scalars(select(Visit)).first()
    visit.state = VisitState.DECLINED
    session.commit()
    enter_as(client, session, Role.OFFICE, [community], app=app, now=AFTER)
    page = client.get(f"/records/visits?campaign={campaign.code}")
    assert page.status_code == 200
    assert f'href="/desk/visits/{visit.id}"' in page.text
    assert f'action="/records/visits/{visit.id}"' in page.text
