"""Head office downloads owners' words: who may, what stands in the file, every sign of it."""

import csv
import json
import re
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select, update

from app.followup.services import make_follow_ups
from app.staff.models import AuditEntry, Role
from app.surveys.response.models import Comment, ContactWish
from tests.factories import NOW, make_campaign, make_community, members_of
from tests.integration.response.forms import filled, submit
from tests.web.staff_pages import enter_as

# What the form takes: everything but NUL and lone surrogates (see instrument/answers.py).
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
FORMULAS = st.builds(str.__add__, st.sampled_from("=+-@\t\r\n'＝＠"), WORDS)
SIGN = re.compile("_x([0-9A-F]{4})_")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ESCAPES = st.sampled_from(["_x0041_", "a\rb\r\nc", "\x01\x0b\x1f", "\ufffe\uffff"])


@pytest.fixture
def campaign(session, vault):
    """One community with a wish of each kind, and another one with words of its own."""
    one = make_community(session, households=4, name="甲小区")
    other = make_community(session, households=1, name="乙小区")
    campaign = make_campaign(session, vault)
    wishes = ("no_reply", "office_or_hq", "hq_only")
    for member, wish in zip(members_of(session, campaign, one), wishes, strict=False):
        raw = filled(comment__wish=f"甲 {wish}", contact=wish)
        submit(session, vault, member, now=NOW, raw=raw)
    for member in members_of(session, campaign, other):
        raw = filled(comment__wish="乙", contact="hq_only")
        submit(session, vault, member, now=NOW, raw=raw)
    make_follow_ups(session, campaign.id, now=NOW)
    session.commit()
    return campaign, one


def rows_of(content: bytes) -> list[list[str]]:
    """Read the CSV as its note says: one leading ' is not the owner's."""
    text = content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text, newline=""), strict=True))
    return [[cell.removeprefix("'") for cell in row] for row in rows[1:]]


def cells_of(content: bytes) -> list[list[str]]:
    """Read the XLSX as the format says, where ``_x001F_`` is a sign XML cannot hold.

    openpyxl undoes that only in part, so it says which cells are texts, and the file which texts.
    """
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}  # n: empty
    with ZipFile(BytesIO(content)) as parts:
        strings, table = (
            ET.fromstring(parts.read(f"xl/{name}.xml"))
            for name in ("sharedStrings", "worksheets/sheet1")
        )
    texts = [SIGN.sub(lambda m: chr(int(m[1], 16)), one[0].text or "") for one in strings]
    _head, *rows = table.iter(f"{MAIN}row")
    return [[texts[int(one[0].text)] if one.get("t") == "s" else "" for one in r] for r in rows]


def test_a_file_holds_the_words_of_one_community_and_names_nobody_who_wished_no_reply(
    client, session, campaign
):
    found, community = campaign
    enter_as(client, session, Role.HEAD_OFFICE)
    page = client.get("/hq/words/").text
    address = f"/hq/words/{found.code}/{community.id}"
    assert f"{address}.csv" in page
    assert f"{address}.xlsx" in page
    rows = rows_of(client.get(f"{address}.csv").data)
    assert rows == cells_of(client.get(f"{address}.xlsx").data)
    homes = {row[4]: bool(row[1] and row[2]) for row in rows}
    assert homes == {"甲 office_or_hq": True, "甲 hq_only": True, "甲 no_reply": False}
    assert {row[0] for row in rows} == {"甲小区"}
    # Neither its place between two neighbours nor its day says which home it was.
    assert (rows[-1][4], rows[-1][6]) == ("甲 no_reply", "")


def test_every_home_of_a_download_and_the_download_itself_are_written_down(
    client, session, campaign
):
    found, community = campaign
    enter_as(client, session, Role.HEAD_OFFICE)
    session.rollback()
    client.get(f"/hq/words/{found.code}/{community.id}.csv")
    session.rollback()
    log = [one.action for one in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert log[-4:] == ["view_case", "view_case", "view_case", "words.download"]


@pytest.mark.parametrize("role", [Role.OFFICE, Role.STEWARD, Role.LEADER, Role.CLERK])
def test_nobody_but_head_office_gets_the_file(client, session, campaign, role):
    found, community = campaign
    enter_as(client, session, role, communities=[community])
    for form in ("csv", "xlsx"):
        answer = client.get(f"/hq/words/{found.code}/{community.id}.{form}")
        assert answer.status_code == 403
        assert "甲" not in answer.text


def test_a_community_that_is_not_asked_or_has_no_words_has_no_file(client, session, campaign):
    found, _community = campaign
    silent = make_community(session, households=1, name="丙小区")
    session.commit()
    enter_as(client, session, Role.HEAD_OFFICE)
    assert client.get(f"/hq/words/{found.code}/{silent.id}.csv").status_code == 404
    assert client.get(f"/hq/words/{found.code}/999.csv").status_code == 404


def test_any_words_come_back_sign_by_sign_from_both_files(client, session, vault, campaign):
    found, community = campaign
    enter_as(client, session, Role.HEAD_OFFICE)
    mine = Comment.wish == ContactWish.NO_REPLY  # the one of this community
    codes = ("comment.other", "comment.praise", "comment.wish")

    @settings(
        max_examples=12,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*[WORDS | FORMULAS | ESCAPES] * 3))
    def come_back(texts: tuple[str, str, str]) -> None:
        stored = json.dumps(dict(zip(codes, texts, strict=True)), ensure_ascii=False)
        session.rollback()  # SQLite: a transaction that has read cannot write after others did
        sealed = vault.seal(stored, "comment")
        session.execute(update(Comment).where(mine).values(texts_sealed=sealed))
        session.commit()
        address = f"/hq/words/{found.code}/{community.id}"
        for read, form in ((rows_of, "csv"), (cells_of, "xlsx")):
            rows = read(client.get(f"{address}.{form}").data)
            assert sorted(row[4] for row in rows if row[4] in texts) == sorted(texts), form

    come_back()
