"""The register is imported in two steps: a report that changes nothing, then the same file."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.staff.models import Role, Staff
from app.staff.queries import list_audit_of
from app.storage import Storage
from app.surveys.register.models import Community, Household, Person
from app.surveys.register.services import retire_household
from tests.factories import INSTRUMENT_FILE, NOW, make_community
from tests.web.staff_pages import (
    MAIN,
    enter_as,
    hidden_fields,
    set_clock,
    sign_in,
    words_of,
)

HEAD = "小区编码,小区,楼栋,房号,业主姓名,电话,重要客户\n"
GOOD = (
    HEAD + "A1,甲小区,1栋,1-101,王敏,13800000001,\nA1,甲小区,1栋,1-102,李强,13800000002,committee\n"
)
FIELDS = ("csrf_token", "digest", "filename", "seen")


@pytest.fixture(autouse=True)
def _signed_in(client, session):
    enter_as(client, session, Role.HEAD_OFFICE)


def check(client, text, name="register.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return client.submit("/hq/register/", {"file": (BytesIO(content), name)}, form=MAIN)


def count(session, table):
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_is_reported_on_first_and_imported_second(client, session, encoding):
    report = check(client, GOOD.encode(encoding))
    assert report.status_code == 200
    assert "New homes|2" in words_of(report.text)
    assert count(session, Household) == 0
    done = client.post("/hq/register/apply", data=hidden_fields(report.text, *FIELDS))
    assert (done.status_code, done.location) == (302, "/hq/register/")
    assert count(session, Household) == 2
    assert count(session, Person) == 2
    assert "甲小区" in client.get("/hq/register/").text


def test_the_same_file_again_offers_nothing_to_import(client, session):
    client.post("/hq/register/apply", data=hidden_fields(check(client, GOOD).text, *FIELDS))
    again = check(client, GOOD)
    assert again.status_code == 200
    assert "/hq/register/apply" not in again.text


def test_changed_homes_are_named_with_what_is_different(client, session):
    client.post("/hq/register/apply", data=hidden_fields(check(client, GOOD).text, *FIELDS))
    report = check(client, GOOD.replace("13800000001", "13800000009"))
    words = words_of(report.text)
    assert "甲小区 1栋 1-101" in words
    assert "13800000009" not in words
    assert "甲小区 1栋 1-102" not in words


def test_errors_stand_by_line_and_column_and_nothing_changes(client, session):
    bad = check(client, GOOD + "A1,甲小区,1栋,1-101,,,\nA1,甲小区,1栋,,,,\n")
    assert bad.status_code == 422
    words = words_of(bad.text)
    assert "|4|" in words
    assert "|5|房号|" in words
    assert "/hq/register/apply" not in bad.text
    assert count(session, Community) == 0


def test_what_a_file_says_is_shown_as_text_never_as_markup(client):
    name = "<img src=x>.csv"
    good = check(client, GOOD.replace("甲小区", "<script>甲</script>"), name)
    bad = check(client, GOOD.replace(",committee", ",<i>x</i>"), name)
    assert bad.status_code == 422
    for page in (good.text, bad.text):
        for mark in ("<script>甲", "<i>x", "<img"):
            assert mark not in page
    assert "&lt;i&gt;x" in bad.text


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 a spreadsheet", b"", "小区编码,小区\nA1,甲\n".encode(), b"\xff\xfe\x00\xd8x\x00"],
)
def test_a_file_that_is_no_register_gets_a_page_that_says_so(client, session, content):
    bad = check(client, content)
    assert bad.status_code == 422
    assert count(session, Community) == 0


def uploads(config):
    return [path for path in (config.instance / "uploads").glob("*/*") if path.is_file()]


def test_between_the_steps_names_and_phones_lie_sealed(client, config):
    check(client, GOOD)
    stored = uploads(config)[0].read_bytes()
    assert "王敏".encode() not in stored
    assert b"13800000001" not in stored


def test_another_stored_file_cannot_be_passed_off_as_a_checked_register(client, session, config):
    fields = hidden_fields(check(client, GOOD).text, *FIELDS)
    plain = Storage(config.instance / "uploads").put(GOOD.encode())
    file = (BytesIO(INSTRUMENT_FILE.read_bytes()), "v1.yaml")
    other = client.submit("/hq/instruments", {"file": file}, form=MAIN)
    for digest in (plain, hidden_fields(other.text, "digest")["digest"], "0" * 64):
        answer = client.post("/hq/register/apply", data={**fields, "digest": digest})
        assert (answer.status_code, answer.location) == (302, "/hq/register/"), digest
        assert "This upload is gone:" in client.get("/hq/register/").text
    bad = client.post("/hq/register/apply", data={**fields, "digest": "../../etc/passwd"})
    assert bad.status_code == 400
    assert count(session, Household) == 0


@pytest.mark.parametrize("way", ["apply", "leave"])
def test_an_upload_is_deleted_when_it_is_imported_or_left(client, config, storage, way):
    fields = hidden_fields(check(client, GOOD).text, *FIELDS)
    assert len(uploads(config)) == 1
    assert client.post(f"/hq/register/{way}", data=fields).status_code == 302
    assert uploads(config) == []
    assert client.post(f"/hq/register/{way}", data=fields).status_code == 302  # once more


def test_an_upload_nobody_came_back_to_is_deleted_at_the_next_one_after_an_hour(
    client, session, app, config
):
    staff = enter_as(client, session, Role.HEAD_OFFICE)
    for minutes, expected in ((0, 1), (60, 2), (61, 2)):
        set_clock(app, NOW + timedelta(minutes=minutes))
        client.delete_cookie("ls_staff")
        sign_in(client, staff)
        check(client, GOOD)
        assert len(uploads(config)) == expected, minutes


def test_nothing_is_kept_of_a_file_that_cannot_be_imported_or_changes_nothing(client, config):
    check(client, GOOD + "A1,甲小区,1栋,,,,\n")
    assert uploads(config) == []
    client.post("/hq/register/apply", data=hidden_fields(check(client, GOOD).text, *FIELDS))
    check(client, GOOD)
    assert uploads(config) == []


def test_checking_and_importing_are_in_the_audit_log(client, session):
    staff = f"staff:{session.scalars(select(Staff.id)).one()}"
    client.post("/hq/register/apply", data=hidden_fields(check(client, GOOD).text, *FIELDS))
    changed = GOOD.replace("13800000001", "13800000009")
    check(client, changed)
    session.rollback()
    whole = [(e.actor, e.action, e.detail) for e in list_audit_of(session, "register")]
    assert whole == [
        (staff, "register.check", "new=2 changed=0 unchanged=0 communities=A1"),
        (staff, "register.import", "new=2 changed=0 unchanged=0 communities=A1"),
        (staff, "register.check", "new=0 changed=1 unchanged=1 communities=A1"),
    ]
    # Only the home that the report shows.
    looks = {
        home.room: [(e.actor, e.action) for e in list_audit_of(session, home.uid)]
        for home in session.scalars(select(Household))
    }
    assert looks == {"1-101": [(staff, "register.check")], "1-102": []}


def test_homes_the_file_leaves_out_are_reported_and_stay(client, session):
    session.rollback()
    make_community(session, households=3, code="A1", name="甲小区")  # 1栋 1-101 to 1-103
    session.commit()
    report = check(client, GOOD)
    assert "Not in the file|1" in words_of(report.text)
    assert "甲小区 1栋 1-103" in words_of(report.text)
    client.post("/hq/register/apply", data=hidden_fields(report.text, *FIELDS))
    assert count(session, Household) == 3


def test_a_report_older_than_the_register_is_shown_anew_instead_of_imported(client, session):
    client.post("/hq/register/apply", data=hidden_fields(check(client, GOOD).text, *FIELDS))
    changed = GOOD.replace("13800000002", "13800000009")
    fields = hidden_fields(check(client, changed).text, *FIELDS)
    session.rollback()
    household = session.scalars(select(Household).order_by(Household.id)).first()
    key = household.id
    retire_household(household, date(2026, 11, 1))
    session.commit()
    late = client.post("/hq/register/apply", data=fields)
    assert late.status_code == 409
    assert "The register has changed since the file was checked" in words_of(late.text)
    session.rollback()
    assert session.get_one(Household, key).retired_on == date(2026, 11, 1)
    session.rollback()
    again = client.post("/hq/register/apply", data=hidden_fields(late.text, *FIELDS))
    assert again.status_code == 302
    session.rollback()
    assert session.get_one(Household, key).retired_on is None
