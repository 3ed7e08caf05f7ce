"""Finding a home and its page: scope, masks, the log, and what may be done to a home."""

import pytest
from sqlalchemy import select

from app.staff.models import Role, Staff
from app.staff.queries import list_audit_of
from app.surveys.distribution.models import MessageAddress, OptOut, SendChannel
from app.surveys.register.homes import queries
from app.surveys.register.models import (
    CareNeed,
    CareNeedKind,
    Household,
    HouseholdEventKind,
    Person,
)
from app.surveys.register.services import add_person
from tests.factories import NOW, head_office, make_community
from tests.web.staff_pages import MAIN, enter_as, words_of

DAY = {"on": "2026-11-01", "reason": "业主申请"}


@pytest.fixture
def community(session, vault):
    community = make_community(session, households=3, code="YQL", name="云栖里")
    household = session.scalars(select(Household).order_by(Household.id)).first()
    add_person(session, vault, household, name="王敏", phone="13800000001", now=NOW)
    return community


def homes(session):
    session.rollback()
    keys = session.scalars(select(Household.id).order_by(Household.id)).all()
    return [queries.find_home(session, head_office(), key) for key in keys]


def find(client, text):
    return client.submit("/hq/households/", {"q": text}, form=MAIN)


def act(client, home, name, data):
    page = client.get(f"/hq/households/{home.household_id}")
    token = page.text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    path = f"/hq/households/{home.household_id}/{name}"
    return client.post(path, data={"csrf_token": token, **data})


def test_a_home_is_found_by_address_name_or_number_and_its_people_are_masked(
    client, session, community
):
    enter_as(client, session, Role.HEAD_OFFICE)
    home = homes(session)[0]
    for text in ("云栖里1栋1-101", "王敏", "138 0000 0001"):
        found = find(client, text)
        assert f"/hq/households/{home.household_id}" in found.text, text
        assert "13800000001" not in found.text
        # A name or number does not stay in the box for the next one who looks at the screen.
        assert ('value="王敏"' in found.text, "138 0000" in found.text) == (False, False)
    page = client.get(f"/hq/households/{home.household_id}")
    assert "王敏" not in words_of(page.text).split("|")[8:]
    assert "13800000001" not in page.text
    opened = act(client, home, "people", {})
    assert "13800000001" in opened.text
    session.rollback()
    looks = [entry.action for entry in list_audit_of(session, home.uid)]
    assert looks[:5] == ["household.found"] * 3 + ["household.look"] * 2
    assert looks[5:] == ["household.people"]


@pytest.mark.parametrize("role", [Role.OFFICE, Role.STEWARD])
def test_desk_users_find_homes_of_their_own_communities_by_address_only(
    client, session, community, role
):
    foreign = make_community(session, households=1, code="GYY", name="桂语苑")
    enter_as(client, session, role, [community])
    mine, other = homes(session)[0], homes(session)[3]
    assert f"/hq/households/{mine.household_id}" in find(client, "1-1-101").text
    for text in ("王敏", "13800000001", "桂语苑 1-1-101"):
        assert "/hq/households/" + str(mine.household_id) not in find(client, text).text, text
    assert client.get(f"/hq/households/{other.household_id}").status_code == 404
    assert client.get(f"/hq/register/communities/{foreign.id}").status_code == 404
    assert client.get(f"/hq/register/communities/{community.id}").status_code == 200
    assert act(client, mine, "retire", DAY).status_code == 403


@pytest.mark.parametrize("role", [Role.LEADER, Role.CLERK, Role.ADMIN])
def test_others_find_nobody(client, session, community, role):
    enter_as(client, session, role)
    home = homes(session)[0]
    for path in ("/hq/households/", f"/hq/households/{home.household_id}", "/hq/register/"):
        assert client.get(path).status_code == 403, path


def test_a_name_in_the_address_of_the_page_is_not_looked_for(client, session, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    home = homes(session)[0]
    link = f'href="/hq/households/{home.household_id}"'
    assert link in client.get("/hq/households/?q=YQL 1栋").text
    for text in ("王敏", "13800000001"):
        assert link not in client.get(f"/hq/households/?q={text}").text


def test_everything_that_can_be_done_to_a_home_is_done_through_its_page(
    client, session, vault, community
):
    enter_as(client, session, Role.HEAD_OFFICE)
    home, other, third = homes(session)
    person = session.scalars(select(Person.id)).one()
    done = [
        (home, "move-in", {"name": "李强", "phone": "", "kind": "tenant", "on": "2026-10-01"}),
        (
            home,
            "correct",
            {"person_id": person, "name": "王明", "phone": "", "kind": "owner", "reason": "写错"},
        ),
        (home, "move-out", {"person_id": person, "on": "2026-11-01"}),
        (home, "important", {**DAY, "important": "committee"}),
        (home, "care", {"need": "large_print", "on": "2026-10-01", "until": ""}),
        (other, "split", {**DAY, "room": "1-109"}),
        (other, "merge", {**DAY, "building": "1", "room": "1-0101"}),
        (third, "retire", DAY),
        (third, "revive", DAY),
    ]
    for target, name, data in done:
        answer = act(client, target, name, data)
        assert answer.status_code == 302, (name, words_of(answer.text))
    session.rollback()
    kind = HouseholdEventKind
    told = [row.event.kind for row in queries.list_events(session, home.household_id)]
    assert sorted(told) == [
        *(kind.CORRECTED, kind.IMPORTANT, kind.MERGED_FROM, kind.MOVED_IN, kind.MOVED_OUT)
    ]
    need = session.scalars(select(CareNeed)).one()
    assert need.need is CareNeedKind.LARGE_PRINT
    need_id = need.id
    session.rollback()
    assert (
        act(client, home, "care-end", {"need_id": need_id, "on": "2026-11-01"}).status_code == 302
    )
    page = words_of(client.get(f"/hq/households/{home.household_id}").text)
    assert "Another home was merged into this one" in page
    assert "Owners' committee, member or candidate" in page
    retired = words_of(client.get(f"/hq/households/{other.household_id}").text)
    assert "Retired" in retired


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("retire", {"on": "2026-11-03", "reason": "x"}, "This day lies in the future"),
        ("retire", {"on": "2026-11-01", "reason": ""}, "Please fill this in."),
        ("split", {**DAY, "room": "1-0102"}, "The building has this room already."),
        ("merge", {**DAY, "building": "1", "room": "9-999"}, "There is no such home"),
        ("merge", {**DAY, "building": "1", "room": "1-101"}, "This is the home itself."),
        ("important", {**DAY, "important": "mayor"}, "Please choose one."),
        (
            "move-in",
            {"name": "李", "phone": "12", "kind": "owner", "on": "2026-11-01"},
            "One phone number, or nothing.",
        ),
    ],
)
def test_a_form_with_a_mistake_comes_back_with_it(client, session, community, name, data, words):
    enter_as(client, session, Role.HEAD_OFFICE)
    home = homes(session)[0]
    answer = act(client, home, name, data)
    assert answer.status_code == 422
    assert words in words_of(answer.text)
    session.rollback()
    assert queries.list_events(session, home.household_id) == []


def test_an_unknown_act_or_somebody_elses_person_is_not_found(client, session, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    home, other, _third = homes(session)
    person = session.scalars(select(Person.id)).one()
    session.rollback()
    assert act(client, home, "delete", DAY).status_code == 404
    assert (
        act(client, other, "move-out", {"person_id": person, "on": "2026-11-01"}).status_code == 404
    )


def test_a_bad_number_keeps_the_form_open_with_what_was_typed(client, session, community):
    enter_as(client, session, Role.OFFICE, [community])
    home = homes(session)[0]
    person = session.scalars(select(Person.id)).one()
    session.rollback()
    data = {
        "person_id": person,
        "name": "王明明",
        "phone": "12",
        "kind": "family",
        "reason": "写错",
    }
    answer = act(client, home, "correct", data)
    assert answer.status_code == 422
    for typed in ('value="王明明"', 'value="12"', 'value="写错"', 'value="family" selected'):
        assert typed in answer.text, typed
    assert "One phone number, or nothing." in words_of(answer.text)


def test_an_act_from_a_page_that_is_out_of_date_says_why_it_is_refused(client, session, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    home = homes(session)[0]
    assert act(client, home, "retire", DAY).status_code == 302
    answer = act(client, home, "split", {**DAY, "room": "1-109"})
    assert answer.status_code == 422
    assert "The home is retired already" in words_of(answer.text)


def test_a_merged_home_takes_its_opt_out_and_addresses_along(client, session, vault, community):
    enter_as(client, session, Role.HEAD_OFFICE)
    gone, kept, _third = homes(session)
    staff = session.scalars(select(Staff.id)).first()
    session.add(OptOut(household_id=gone.household_id, staff_id=staff, since=NOW))
    for home, channel, text in (
        (gone, SendChannel.EMAIL, b"1"),
        (gone, SendChannel.WECHAT, b"2"),
        (kept, SendChannel.WECHAT, b"3"),
    ):
        key = home.household_id
        session.add(
            MessageAddress(household_id=key, channel=channel, address_sealed=text, added_at=NOW)
        )
    session.commit()
    done = act(client, gone, "merge", {**DAY, "building": "1", "room": kept.room})
    assert done.status_code == 302
    session.rollback()
    assert session.get(OptOut, kept.household_id).since == NOW
    addresses = session.scalars(select(MessageAddress).order_by(MessageAddress.channel)).all()
    assert [(a.household_id, a.channel, a.address_sealed) for a in addresses] == [
        (kept.household_id, SendChannel.EMAIL, b"1"),
        (kept.household_id, SendChannel.WECHAT, b"3"),
    ]
