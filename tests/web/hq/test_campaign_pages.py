"""Head office prepares a campaign: questionnaire file, dates, opening."""

from io import BytesIO

import pytest

from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.campaign.services import publish_instrument
from app.surveys.instrument.canonical import digest
from tests.factories import (
    INSTRUMENT_FILE,
    NOW,
    make_campaign,
    make_community,
    members_of,
    perception_instrument,
)
from tests.web.planning_pages import plan_and_lock, post
from tests.web.staff_pages import MAIN, enter_as, hidden_fields, words_of

NEW = {
    "code": "2027-06",
    "title": "2027年6月业主满意度调查",
    "title_en": "June 2027",
    "opens_on": "2027-06-01",
    "closes_on": "2027-06-20",
    "target": "80",
}


@pytest.fixture
def published(session):
    return publish_instrument(session, perception_instrument(), now=NOW).digest


def create(client, **changes):
    return client.submit("/hq/campaigns/new", {**NEW, **changes}, form=MAIN)


def test_a_campaign_is_prepared_then_opened_with_the_homes_of_the_register(
    client, session, published
):
    make_community(session, households=5, name="甲小区")
    make_community(session, households=3, name="乙小区")
    enter_as(client, session, Role.HEAD_OFFICE)
    made = create(client, instrument_digest=published)
    assert (made.status_code, made.location) == (302, "/hq/campaigns/2027-06/plan")
    shut = client.get("/hq/campaigns/2027-06").text
    assert "/hq/campaigns/2027-06/plan" in shut
    assert len(shut.split("<form")) == 2  # nothing to open before the plan is approved and locked
    plan_and_lock(client, "2027-06")
    page = words_of(client.get("/hq/campaigns/2027-06").text)
    assert "甲小区|5" in page
    assert "乙小区|3" in page
    opened = client.submit("/hq/campaigns/2027-06", {}, form=MAIN)
    assert opened.status_code == 302
    session.rollback()
    campaign = queries.find_campaign(session, "2027-06")
    assert (campaign.target, campaign.required_permille) == (80, 600)
    assert len(members_of(session, campaign)) == 8
    # The button is gone, and a form kept open in another tab changes nothing.
    assert len(client.get("/hq/campaigns/2027-06").text.split("<form")) == 2
    token = hidden_fields(client.get("/hq/campaigns/new").text, "csrf_token")
    again = client.post("/hq/campaigns/2027-06/open", data=token)
    assert again.status_code == 302
    session.rollback()
    assert len(members_of(session, campaign)) == 8


def test_wrong_fields_are_named_and_what_was_typed_stays(client, session, published):
    enter_as(client, session, Role.HEAD_OFFICE)
    bad = create(
        client,
        instrument_digest=published,
        title="",
        opens_on="2027-06-20",
        closes_on="2027-06-01",
        target="eighty",
    )
    assert bad.status_code == 422
    assert bad.text.count('aria-invalid="true"') == 3
    assert 'value="June 2027"' in bad.text
    assert queries.find_campaign(session, "2027-06") is None


@pytest.mark.parametrize("code", ["2027/06", "六月"])
def test_a_code_that_cannot_stand_in_an_address_is_refused(client, session, published, code):
    enter_as(client, session, Role.HEAD_OFFICE)
    bad = create(client, instrument_digest=published, code=code)
    assert bad.status_code == 422
    assert 'id="code-e1"' in bad.text


def test_a_code_is_taken_once(client, session, published):
    enter_as(client, session, Role.HEAD_OFFICE)
    create(client, instrument_digest=published)
    again = create(client, instrument_digest=published)
    assert again.status_code == 422
    assert 'id="code-e1"' in again.text


def test_an_unpublished_questionnaire_cannot_be_chosen(client, session, published):
    enter_as(client, session, Role.HEAD_OFFICE)
    bad = create(client, instrument_digest="0" * 64)
    assert bad.status_code == 422
    assert 'id="instrument_digest-e1"' in bad.text
    assert queries.find_campaign(session, "2027-06") is None


def test_without_a_register_a_campaign_cannot_be_opened(client, session, published):
    enter_as(client, session, Role.HEAD_OFFICE)
    create(client, instrument_digest=published)
    plan_and_lock(client, "2027-06")
    assert "/hq/register/" in client.get("/hq/campaigns/2027-06").text


def test_an_unknown_campaign_is_not_there(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    assert client.get("/hq/campaigns/1999-01").status_code == 404
    assert client.get("/hq/tracker/?campaign=1999-01").status_code == 404


def test_a_wrong_questionnaire_file_is_reported_by_line_and_publishes_nothing(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    lines = INSTRUMENT_FILE.read_text("utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if "factor:" in line)
    lines[at] = lines[at].split("factor:")[0] + "factor: <script>"
    file = (BytesIO("\n".join(lines).encode()), "<b>bad</b>.yaml")
    bad = client.submit("/hq/instruments", {"file": file}, form=MAIN)
    assert bad.status_code == 422
    assert f"{at + 1}:" in words_of(bad.text)
    assert "<b>bad</b>" not in bad.text
    assert "<script>" not in bad.text
    assert queries.list_instrument_versions(session) == []


def test_a_file_that_is_no_text_is_reported_by_line(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    file = (BytesIO(b"instrument: x\nversion: \xff\xfe\n"), "x.yaml")
    bad = client.submit("/hq/instruments", {"file": file}, form=MAIN)
    assert bad.status_code == 422
    assert "2:1" in bad.text


def test_a_good_questionnaire_file_is_published_as_it_was_checked(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    file = (BytesIO(INSTRUMENT_FILE.read_bytes()), "v1.yaml")
    checked = client.submit("/hq/instruments", {"file": file}, form=MAIN)
    assert checked.status_code == 200
    assert queries.list_instrument_versions(session) == []
    fields = hidden_fields(checked.text, "csrf_token", "digest", "filename")
    published = client.post("/hq/instruments/publish", data=fields)
    assert published.location == "/hq/campaigns"
    session.rollback()
    assert [one.digest for one in queries.list_instrument_versions(session)] == [
        digest(perception_instrument())
    ]
    assert client.post("/hq/instruments/publish", data=fields).location == "/hq/campaigns"


def test_an_empty_upload_is_refused(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)
    bad = client.submit("/hq/instruments", {"file": (BytesIO(b""), "")}, form=MAIN)
    assert bad.status_code == 422
    assert 'id="file-e1"' in bad.text


def test_a_form_kept_open_does_not_open_what_is_not_locked(client, session, published):
    make_community(session, households=2)
    enter_as(client, session, Role.HEAD_OFFICE)
    create(client, instrument_digest=published)
    answer = post(client, "/hq/campaigns/2027-06/open", page="/hq/campaigns/new")
    assert answer.status_code == 302
    session.rollback()
    assert members_of(session, queries.find_campaign(session, "2027-06")) == []


def test_the_template_fills_the_form_of_the_coming_campaign(app, client, session, published):
    enter_as(client, session, Role.HEAD_OFFICE, now=NOW, app=app)
    assert 'href="/hq/campaigns/new?template=2027-06"' in client.get("/hq/campaigns").text
    page = client.get("/hq/campaigns/new?template=2027-06").text
    for value in ("2027-06", "2027年6月业主满意度调查", "2027-06-01", "2027-06-21"):
        assert f'value="{value}"' in page, value
    assert f'selected value="{published}"' in page


def test_the_pages_of_a_running_campaign_hold_no_way_into_a_questionnaire(client, session, vault):
    make_community(session, households=2)
    make_campaign(session, vault)
    enter_as(client, session, Role.HEAD_OFFICE)
    for page in ("/hq/campaigns", "/hq/campaigns/2026-11", "/hq/tracker/", "/today"):
        assert "/t/" not in client.get(page).text, page
