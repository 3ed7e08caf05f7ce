"""The register is imported in two steps: a report that changes nothing, then the same file."""

from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.staff.models import Role
from app.surveys.register.models import Community, Household, Person
from tests.factories import make_community
from tests.web.staff_pages import MAIN, enter_as, hidden_fields, words_of

HEAD = "小区编码,小区,楼栋,房号,业主姓名,电话,重要客户\n"
GOOD = (
    HEAD + "A1,甲小区,1栋,1-101,王敏,13800000001,\nA1,甲小区,1栋,1-102,李强,13800000002,committee\n"
)
FIELDS = ("csrf_token", "digest", "filename")


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


def test_between_the_steps_names_and_phones_lie_sealed(client, app, storage):
    digest = hidden_fields(check(client, GOOD).text, "digest")["digest"]
    stored = storage.get(digest)
    assert "王敏".encode() not in stored
    assert b"13800000001" not in stored


def test_another_stored_file_cannot_be_passed_off_as_a_checked_register(client, session, storage):
    fields = hidden_fields(check(client, GOOD).text, *FIELDS)
    for digest in (storage.put(GOOD.encode()), "0" * 64, "../../etc/passwd"):
        answer = client.post("/hq/register/apply", data={**fields, "digest": digest})
        assert answer.status_code == 400, digest
    assert count(session, Household) == 0


def test_homes_the_file_leaves_out_are_reported_and_stay(client, session):
    session.rollback()
    make_community(session, households=3, code="A1", name="甲小区")  # 1栋 1-101 to 1-103
    session.commit()
    report = check(client, GOOD)
    assert "Not in the file|1" in words_of(report.text)
    assert "甲小区 1栋 1-103" in words_of(report.text)
    client.post("/hq/register/apply", data=hidden_fields(report.text, *FIELDS))
    assert count(session, Household) == 3
