"""Head office and the agency through their pages: setting up, delivering, and what nobody sees."""

from datetime import UTC, date, datetime
from functools import partial
from io import BytesIO

import numpy as np
import pytest
from sqlalchemy import func, select

from app.demo.market import interviews_file, make_places, market, places_file
from app.staff.models import Role
from app.surveys.market import queries
from app.surveys.market.errors import MissingStep
from app.surveys.market.freezing import freeze_market
from app.surveys.market.models import (
    MarketCheck,
    MarketDraft,
    MarketInterview,
    MarketPlace,
    MarketRun,
    MarketState,
    MarketSurveyRow,
)
from app.surveys.market.services import missing_steps
from app.surveys.snapshot.version import code_version
from tests.factories import PASSWORD, make_staff

NOW = datetime(2026, 11, 12, 6, tzinfo=UTC)
HQ, AGENCY = "/hq/market/M2026-11", "/agency/M2026-11"
NEW_SURVEY = {
    "code": "M1", "title": "市场", "title_en": "Market", "market": "杭州",
    "agency": "邻声物业", "opens_on": "2026-11-12", "closes_on": "2026-11-20",
}  # fmt: skip


@pytest.fixture
def people(session, app):
    app.extensions["linsheng"].clock = lambda: NOW
    made = {
        login: make_staff(session, role, login=login)
        for login, role in (
            ("hq", Role.HEAD_OFFICE),
            ("leader", Role.LEADER),
            ("agency", Role.AGENCY),
            ("rival", Role.AGENCY),
        )
    }
    session.commit()
    return made


@pytest.fixture
def survey(session, vault, people):
    """An open survey of the demo's market, with its interviews, given to ``agency``."""
    made = market(session, vault, closes_on=date(2026, 11, 15), interviews=2)
    made.state, made.closed_at = MarketState.OPEN, None
    session.commit()
    return made


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def sign_in(app):
    def enter(login: str):
        client = app.test_client()
        client.sign_in(login, PASSWORD)
        return client

    return enter


def test_head_office_sets_a_survey_up_and_it_opens_only_with_an_outside_agency(
    session, people, sign_in, rng
):
    head = sign_in("hq")
    assert head.submit("/hq/market/new", NEW_SURVEY, form=1).status_code == 303
    lines = {
        "code": ["own", "haiyue", "jiahe", "wanshun", "tianlan"],
        "name": ["邻声物业", "海悦物业", "嘉禾服务", "万顺物业", "天澜物业"],
        "name_en": ["", "", "", "", ""],
        "kind": ["own", "named", "named", "named", "named"],
    }
    assert head.submit("/hq/market/M1/companies", lines, form=1).status_code == 303

    places = places_file(make_places(rng))
    file = (BytesIO(places.replace("海悦".encode(), "海月".encode(), 1)), "places.csv")
    refused = head.submit("/hq/market/M1/communities", {"file": file}, form=1)
    assert refused.status_code == 422
    assert "海月物业" in refused.text
    assert session.scalar(select(func.count()).select_from(MarketPlace)) == 0
    session.rollback()
    _upload(head, "/hq/market/M1/communities", places, form=1)
    assert session.scalar(select(func.count()).select_from(MarketPlace)) == 60
    session.rollback()

    account = {"staff_id": str(people["agency"].id), "is_supervisor": "y"}
    page = head.get("/hq/market/M1").text
    assert f'value="{people["agency"].id}"' in page
    head.submit("/hq/market/M1", {**account, "is_supervisor": None}, form=2)
    opened = head.submit("/hq/market/M1", {"is_external": None}, form=1)
    assert opened.status_code == 422
    survey = session.scalars(select(MarketSurveyRow)).one()
    assert survey.state is MarketState.DRAFT  # own company as agency, no supervisor, no promise
    session.rollback()
    head.submit("/hq/market/M1/edit", {"agency": "知衡市场研究"}, form=1)
    head.submit("/hq/market/M1", account, form=3)
    assert head.submit("/hq/market/M1", {"is_external": None}, form=1).status_code == 422
    assert head.submit("/hq/market/M1", {"is_external": "y"}, form=1).status_code == 303
    session.expire_all()
    assert session.scalars(select(MarketSurveyRow)).one().state is MarketState.OPEN


def test_a_survey_exists_only_for_the_account_it_was_given_to(survey, people, sign_in, session):
    stranger, given = sign_in("rival"), sign_in("agency")
    for path in ("", "/communities", "/communities.csv", "/cards", "/columns", "/checks/"):
        assert given.get(AGENCY + path).status_code == 200
        assert stranger.get(AGENCY + path).status_code == 404
    assert "M2026-11" not in stranger.get("/agency/").text
    queries.find_agent(session, survey.id, people["agency"].id).is_supervisor = False
    session.commit()
    assert given.get(f"{AGENCY}/checks/").status_code == 404
    for path in ("/hq/market/", "/hq/results/", "/hq/register/", "/desk/", "/today"):
        assert given.get(path).status_code in (403, 404)
    leader = sign_in("leader")
    assert leader.get(HQ).status_code == 200
    assert leader.get(f"{HQ}/signs").status_code == 403
    assert leader.get(f"{HQ}/results/").status_code == 404  # nothing is computed yet


def test_a_file_is_taken_whole_or_not_at_all_and_twice_changes_nothing(
    survey, sign_in, session, rng
):
    agency = sign_in("agency")
    content = interviews_file(rng, make_places(rng), date(2026, 10, 26), each=1)
    names, first, *_rest = content.decode().splitlines()
    extra = first.replace("A0001", "B0001", 1)
    before = session.scalar(select(func.count()).select_from(MarketInterview))
    session.rollback()

    wrong = "\n".join([names, extra, extra.replace("B0001", "B0002").replace("云栖", "别处")])
    refused = agency.submit(AGENCY, {"file": (BytesIO(wrong.encode()), "a.csv")}, form=2)
    assert refused.status_code == 422
    assert '<th scope="row">3</th>' in refused.text
    assert "别处" in refused.text

    good = f"{names}\n{extra}".encode()
    _upload(agency, AGENCY, good, form=2)
    assert session.scalar(select(func.count()).select_from(MarketInterview)) == before + 1
    session.rollback()
    again = agency.submit(AGENCY, {"file": (BytesIO(good), "a.csv")}, form=2)
    assert "digest" not in again.text
    changed = agency.submit(
        AGENCY, {"file": (BytesIO(good.replace(b"owner", b"tenant", 1)), "a.csv")}, form=2
    )
    assert changed.status_code == 422
    assert "B0001" in changed.text


def test_an_interview_on_the_form_is_saved_on_the_way_and_sent_once(
    survey, people, sign_in, session, app
):
    agency = sign_in("agency")
    begun = agency.submit(AGENCY, {}, form=1)
    path = begun.location
    number = path.rsplit("/", 1)[1]
    answers = {
        "interviewer": "07", "community": "云栖花园", "overall": "8", "second_choice": "own",
        "step.first": "haiyue", "phone": "139 0000-0001", "spontaneous": ["haiyue", "", ""],
        **{f"performance.{area}": "7" for area in ("service", "security", "cleaning")},
    }  # fmt: skip
    token = {"csrf_token": _token(agency, path)}
    assert agency.post(f"{path}/save", data={**token, **answers}).status_code == 204
    draft = session.scalars(select(MarketDraft)).one()
    assert b"139" not in draft.answers_sealed
    session.rollback()
    assert 'value="139 0000-0001"' in agency.get(path).text
    assert sign_in("rival").get(path).status_code == 404

    few = agency.submit(path, {**answers}, form=1)
    assert few.status_code == 422  # three areas are not six; nothing is lost
    assert 'value="139 0000-0001"' in few.text
    app.extensions["linsheng"].clock = lambda: NOW.replace(minute=11)
    more = {f"performance.{area}": "na" for area in ("greenery", "fees", "parking")}
    sent = agency.submit(path, {**answers, **more}, form=1)
    assert sent.status_code == 303
    one = session.scalars(select(MarketInterview).where(MarketInterview.number == number)).one()
    assert (one.ended_at - one.started_at).total_seconds() == 660
    assert '"step.considered":"haiyue;own"' in one.answers
    assert '"step.known":"haiyue"' in one.answers
    assert "139" not in one.answers
    assert session.get(MarketCheck, one.id).phone_sealed is not None
    assert session.scalar(select(func.count()).select_from(MarketDraft)) == 0
    session.rollback()
    assert agency.get(path).status_code == 404
    begun = agency.submit(AGENCY, {}, form=1)
    token = {"csrf_token": _token(agency, begun.location)}
    again = agency.post(path, data={**token, **answers, **more})
    assert (again.status_code, again.location) == (303, AGENCY)
    one = session.scalars(select(MarketInterview).where(MarketInterview.number == number)).one()
    one.delivered_by = people["rival"].id
    session.commit()
    assert agency.post(path, data=token).status_code == 404


def test_a_company_may_bear_its_code_as_its_name_and_two_lines_may_not(people, sign_in):
    head = sign_in("hq")
    head.submit("/hq/market/new", NEW_SURVEY, form=1)
    lines = {
        "code": ["own", "haiyue"],
        "name": ["邻声物业", "海悦物业"],
        "name_en": ["", "Haiyue"],
        "kind": ["own", "named"],
    }
    assert head.submit("/hq/market/M1/companies", lines, form=1).status_code == 303
    clash = {**lines, "name_en": ["HAIYUE", ""]}
    assert head.submit("/hq/market/M1/companies", clash, form=1).status_code == 422


@pytest.mark.parametrize("code", ["new", "New", "M 1"])
def test_a_survey_gets_no_code_that_its_address_cannot_bear(people, sign_in, session, code):
    refused = sign_in("hq").submit("/hq/market/new", {**NEW_SURVEY, "code": code}, form=1)
    assert refused.status_code == 422
    assert session.scalar(select(func.count()).select_from(MarketSurveyRow)) == 0


def test_the_last_day_of_an_open_survey_is_never_moved_into_the_past(
    survey, people, sign_in, session
):
    head = sign_in("hq")
    late = head.submit(f"{HQ}/edit", {"closes_on": "2026-11-11"}, form=1)
    assert late.status_code == 422
    assert head.submit(f"{HQ}/edit", {"closes_on": "2026-11-12"}, form=1).status_code == 303
    session.expire_all()
    assert (survey.closes_on, survey.state) == (date(2026, 11, 12), MarketState.OPEN)


def test_a_survey_whose_last_day_is_over_is_not_opened(survey, session):
    survey.state = MarketState.DRAFT
    missing = partial(missing_steps, session, survey, company="")
    assert missing(now=NOW.replace(day=15)) == ()
    assert missing(now=NOW.replace(day=16)) == (MissingStep.DAYS_PAST,)


def test_a_result_says_when_interviews_no_longer_count(survey, sign_in, session, storage):
    survey.state, survey.closed_at = MarketState.CLOSED, NOW
    snapshot = freeze_market(session, storage, survey, now=NOW)
    session.add(
        MarketRun(snapshot_id=snapshot.id, code_version=code_version(), result="{}", created_at=NOW)
    )
    session.commit()
    head, study = sign_in("hq"), f"{HQ}/study"
    page = head.get(HQ).text
    assert 'role="status"' not in page
    assert study not in page
    session.scalars(select(MarketInterview).limit(1)).one().voided_at = NOW
    session.commit()
    page = head.get(HQ).text
    assert 'role="status"' in page
    assert study in page


def test_the_supervisor_writes_a_call_down_and_its_number_is_gone(survey, sign_in, session):
    agency = sign_in("agency")
    row = next(r for r in queries.list_drawn(session, survey.id) if r.check.outcome is None)
    key, number = row.interview.id, row.interview.number
    session.rollback()
    page = agency.get(f"{AGENCY}/checks/").text
    assert "tel:1390000" in page
    token = {"csrf_token": _token(agency, f"{AGENCY}/checks/")}
    agency.post(f"{AGENCY}/checks/{key}", data={**token, "outcome": "no_interview"})
    check = session.get(MarketCheck, key)
    assert check.phone_sealed is None
    assert session.get(MarketInterview, key).voided_at is not None
    session.rollback()
    agency.post(f"{AGENCY}/checks/{key}", data={**token, "outcome": "confirmed"})
    assert session.get(MarketCheck, key).outcome == "no_interview"
    assert number not in {one.number for one in queries.list_interviews(session, survey.id)}


def test_results_wait_for_the_end_of_the_interviews(survey, sign_in):
    head = sign_in("hq")
    token = {"csrf_token": _token(head, HQ)}
    assert head.post(f"{HQ}/study", data=token).status_code == 409
    assert head.post(f"{HQ}/close", data=token).status_code == 303
    assert head.post(f"{HQ}/study", data=token).status_code == 303
    assert 'name="is_external"' not in head.get(HQ).text


def _upload(client, path, content, *, form):
    checked = client.submit(path, {"file": (BytesIO(content), "file.csv")}, form=form)
    assert checked.status_code == 200, checked.text
    fields = dict(_hidden(checked.text))
    address = path + ("/apply" if "communities" in path else "/files/apply")
    assert client.post(address, data=fields).status_code == 303


def _hidden(text):
    for name in ("csrf_token", "digest", "filename"):
        tags = [tag for tag in text.split("<input") if f'name="{name}"' in tag]
        yield name, tags[-1].split('value="')[1].split('"')[0]


def _token(client, path):
    tag = next(tag for tag in client.get(path).text.split("<input") if 'name="csrf_token"' in tag)
    return tag.split('value="')[1].split('"')[0]
