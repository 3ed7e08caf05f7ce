"""The interviewer's day at the server: the list, what is sent in the evening, who may do what."""

import gzip
import json
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import end_of
from app.staff.models import AuditEntry, Role, Staff
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.instrument.flow import ELDER, FULL, field_name, make_offer, offered_items
from app.surveys.register.models import Community
from app.surveys.response.interviews.models import Helper, Interview
from app.surveys.response.interviews.queries import find_interview
from app.surveys.response.models import Channel, Draft, Response
from app.web.interview.questions import fields_of, variant_of
from tests.browser import PageClient
from tests.factories import make_campaign, make_community, members_of, perception_instrument
from tests.integration.snapshot.answering import answer
from tests.web.interview.tablet import least_answers, seal, seal_interview
from tests.web.staff_pages import enter_as, set_clock


@dataclass(slots=True)
class Round:
    """An interviewer signed in, with two communities of which one is hers."""

    client: PageClient
    staff: Staff
    campaign: Campaign
    own: Community
    other: Community
    members: list[FrameMember]

    def package(self) -> dict:
        """Fetch the package of the day."""
        answer = self.client.get("/interview/day")
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def send(self, sealed: object) -> dict:
        """Send one interview with a fresh token."""
        token = self.client.get("/interview/me").get_json()["token"]
        answer = self.client.post(
            "/interview/upload", json={"sealed": sealed}, headers={"X-CSRFToken": token}
        )
        assert answer.status_code == 200, answer.text
        return answer.get_json()


@pytest.fixture
def going_round(app: Flask, client: PageClient, session: Session, vault) -> Round:
    own = make_community(session, households=4, name="桂雨苑")
    other = make_community(session, households=2, name="云起里")
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign, own)
    answer(session, vault, campaign, members[0], key="by-phone")
    staff = enter_as(client, session, Role.INTERVIEWER, [own])
    return Round(client, staff, campaign, own, other, members)


def test_the_list_holds_silent_homes_of_own_communities_by_address_alone(going_round, session):
    package = going_round.package()
    assert {home["community"] for home in package["homes"]} == {"桂雨苑"}
    assert [home["id"] for home in package["homes"]] == [m.id for m in going_round.members[1:]]
    assert set(package["homes"][0]) == {
        "id", "community", "building", "room", "variant", "instrument", "until",
    }  # fmt: skip
    text = json.dumps(package, ensure_ascii=False)
    assert not [m.pseudonym for m in going_round.members if m.pseudonym in text]
    looks = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "list_for_interview")
    ).all()
    assert len(looks) == 3
    assert {one.community_id for one in looks} == {going_round.own.id}


def test_the_package_with_every_form_there_is_stays_small():
    instrument = perception_instrument()
    offers = [make_offer(instrument, block=block, areas_offered=3) for block in range(12)]
    package = {
        "fields": fields_of(instrument, "zh-Hans"),
        "variants": [variant_of(instrument, offer, "zh-Hans") for offer in offers],
    }
    assert len(gzip.compress(json.dumps(package).encode())) < 12_000


@pytest.mark.parametrize("form", [FULL, ELDER])
@pytest.mark.parametrize(("block", "rated"), [(0, 1), (5, 5), (11, 1)])
def test_a_variant_asks_what_the_server_would_ask(form, block, rated):
    instrument = perception_instrument()
    offer = make_offer(instrument, block=block, areas_offered=3)
    answers = {f"area.{area.code}": rated for area in instrument.areas}
    answers |= {"experience.repair": 1, "experience.complaint": 1}
    raw = {"experience": ["repair", "complaint"]}
    raw |= {f"area.{area.code}": [str(rated)] for area in instrument.areas}
    asked = [
        field["name"]
        for section in variant_of(instrument, offer, "zh-Hans")[form]
        for field in section["fields"]
        if all(set(one["values"]) & set(raw.get(one["field"], ())) for one in field["if"])
    ]
    expected = offered_items(instrument, offer, answers, form=form)
    assert asked == list(dict.fromkeys(field_name(item) for item in expected))


def test_an_interview_is_stored_as_a_visit_with_who_held_it_and_who_helped(going_round, session):
    package = going_round.package()
    home = package["homes"][0]
    raw = least_answers(package, home)
    outcome = going_round.send(seal_interview(package, home, raw))
    assert outcome["state"] == "received"
    assert outcome["receipt"]
    stored = session.scalars(select(Response).where(Response.frame_member_id == home["id"])).one()
    assert (stored.channel, stored.form, stored.is_counted) == (Channel.VISIT, "elder", True)
    assert stored.entered_by == going_round.staff.id
    held = find_interview(session, stored.id)
    assert held is not None
    assert held.helped is Helper.FAMILY
    assert (held.ended_at - held.began_at).total_seconds() == 360
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("record_interview") == 1
    session.rollback()
    assert home["id"] not in [one["id"] for one in going_round.package()["homes"]]


def test_an_interview_sent_twice_is_stored_once_with_one_receipt(going_round, session):
    package = going_round.package()
    sealed = [
        seal_interview(package, package["homes"][0], least_answers(package, package["homes"][0]))
        for _ in range(2)
    ]
    first, again = [going_round.send(one) for one in sealed]
    assert first == again
    assert len(session.scalars(select(Interview)).all()) == 1


def test_a_home_that_answered_meanwhile_is_kept_not_counted_and_said_so(
    going_round, session, vault
):
    package = going_round.package()
    home = package["homes"][0]
    member = going_round.members[1]
    answer(session, vault, going_round.campaign, member, key="meanwhile")
    session.commit()
    outcome = going_round.send(seal_interview(package, home, least_answers(package, home)))
    assert outcome["state"] == "kept"
    assert outcome["words"]
    counted = session.scalars(
        select(Response.channel).where(Response.frame_member_id == member.id, Response.is_counted)
    ).all()
    assert counted == [Channel.PHONE]


def test_a_draft_somebody_of_the_home_is_typing_stays(going_round, session, now):
    package = going_round.package()
    home = package["homes"][0]
    session.add(
        Draft(
            frame_member_id=home["id"],
            device_hash=bytes(32),
            answers_sealed=b"x",
            language="zh-Hans",
            form="full",
            updated_at=now,
        )
    )
    session.commit()
    going_round.send(seal_interview(package, home, least_answers(package, home)))
    assert session.scalars(select(Draft)).one()


def test_after_the_last_day_an_interview_of_that_day_still_comes_in(going_round, app, session):
    package = going_round.package()
    home = package["homes"][0]
    set_clock(app, end_of(going_round.campaign.closes_on))
    enter = going_round.client
    enter.delete_cookie("ls_staff")
    enter.sign_in(going_round.staff.login, "correct horse")
    outcome = going_round.send(seal_interview(package, home, least_answers(package, home)))
    assert outcome["state"] == "received"


UNREADABLE = ("AAAA", "!", "")
FORMLESS = (
    b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"raw": 3}', b"[" * 50_000, b"7" * 200_000,
)  # fmt: skip
IMPOSSIBLE = (
    {"key": "paper-1"},
    {"key": "visit-" + "x" * 80},
    {"form": "huge"},
    {"language": "xx"},
    {"helped": "dog"},
    {"began_at": "2026-11-02T09:00:00"},
    {"began_at": "0001-01-01T00:00:00+14:00"},
    {"ended_at": "9999-12-31T23:59:59-14:00"},
    {"raw": {"comment.wish": ["x" * 3000]}},
    {"raw": {"\ud800": ["\ud800"]}},
    {"raw": {"no.such": ["1"]}},
    {"raw": {}},
    {"home": 999_999},
    {"home": 2**70},
)


def test_what_no_tablet_would_send_is_refused_with_words_and_nothing_is_stored(
    going_round, session
):
    package = going_round.package()
    home = package["homes"][0]
    raw = least_answers(package, home)
    sent = [*UNREADABLE, *(seal(package["key"], content) for content in FORMLESS)]
    sent += [seal_interview(package, home, **{"raw": raw, **changed}) for changed in IMPOSSIBLE]
    outcomes = [going_round.send(sealed) for sealed in sent]
    assert {one["state"] for one in outcomes} == {"refused"}
    assert all(one["words"] for one in outcomes)
    session.rollback()
    assert session.scalars(select(Interview)).all() == []


def test_a_home_of_another_community_is_refused(going_round, session):
    package = going_round.package()
    stranger = members_of(session, going_round.campaign, going_round.other)[0]
    session.rollback()
    raw = least_answers(package, package["homes"][0])
    outcome = going_round.send(seal_interview(package, {"id": stranger.id}, raw))
    assert outcome["state"] == "refused"


def test_interviews_wait_for_the_person_who_held_them(going_round, session):
    package = going_round.package()
    sealed = seal_interview(
        package, package["homes"][0], least_answers(package, package["homes"][0])
    )
    enter_as(going_round.client, session, Role.INTERVIEWER, [going_round.own])
    assert going_round.send(sealed)["state"] == "other"
    session.rollback()
    assert session.scalars(select(Interview)).all() == []


def test_sending_needs_a_token_and_a_signed_in_interviewer(going_round, session):
    body = {"sealed": "AAAA"}
    assert going_round.client.post("/interview/upload", json=body).status_code == 400
    going_round.client.delete_cookie("ls_staff")
    assert going_round.client.get("/interview/me").status_code == 302
    assert going_round.client.get("/interview/day").status_code == 302
    for role in (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD, Role.CLERK):
        enter_as(going_round.client, session, role)
        assert going_round.client.get("/interview/day").status_code == 403
        session.rollback()


def test_an_interviewer_sees_no_other_staff_page(going_round):
    for address in ("/desk/", "/desk/follow-ups", "/hq/", "/hq/results/", "/entry/"):
        assert going_round.client.get(address).status_code in (403, 404), address
    assert going_round.client.get("/").headers["Location"] == "/interview/"


def test_the_page_names_no_person_and_no_home(going_round):
    page = going_round.client.get("/interview/")
    assert page.status_code == 200
    assert going_round.staff.name not in page.text
    assert "桂雨苑" not in page.text
    script = going_round.client.get("/interview/sw.js")
    assert script.mimetype == "text/javascript"
    assert "interview.js?v=" in script.text
