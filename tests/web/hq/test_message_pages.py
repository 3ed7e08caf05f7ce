"""Letters and messages through the pages: preview, approval, printing, the book, the outbox."""

from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pypdfium2
import pytest
from sqlalchemy import select

from app.reports.letter_work import make_letters
from app.reports.message_work import prepare_run, send_slice
from app.reports.work import Workshop
from app.staff.models import AuditEntry, Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning.services import make_tasks
from app.surveys.distribution.models import LetterBatch, MessageRun, OptOut
from tests.factories import NOW, make_campaign, make_community, members_of
from tests.integration.distribution.conftest import add_phone
from tests.web.staff_pages import MAIN, enter_as, set_clock, words_of

MORNING = datetime(2026, 11, 8, 2, tzinfo=UTC)
LADDER = "/hq/messages/2026-11"


@pytest.fixture
def desk(client, session, vault, app, engine, storage, config):
    """Head office at a campaign with six homes, and the worker."""
    community = make_community(session, households=6, buildings=2, name="云栖里", code="YQL")
    campaign = make_campaign(session, vault)
    for number, home in enumerate(members_of(session, campaign, community)):
        add_phone(session, vault, home.household_id, f"1380000{number:04}")
    enter_as(client, session, Role.HEAD_OFFICE, now=MORNING, app=app)
    workshop = Workshop(engine, vault, storage, config, lambda: MORNING)
    return client, workshop, community


def prepare(client, workshop, session, **given) -> str:
    """Order a run through the page and let the worker make its preview."""
    usual = {"kind": "reminder_1", "channel": "sms", "community": "all", "cap": "2"}
    made = client.submit(LADDER, usual | given, form=MAIN)
    assert made.status_code == 302, made.text
    assert "Looking up who" in client.get(made.location).text
    session.rollback()
    run = session.scalars(select(MessageRun).order_by(MessageRun.id.desc())).first()
    run_id = run.id
    session.rollback()
    prepare_run(workshop, {"run_id": run_id})
    return made.location


def test_a_run_goes_from_preview_over_approval_to_the_outbox(desk, session):
    client, workshop, community = desk
    page = prepare(client, workshop, session)
    seen = words_of(client.get(page).text)
    assert "Approve for 6 homes" in seen
    homes = words_of(client.get(f"{page}/homes/{community.id}?building=1栋").text)
    assert "1-101" in homes
    assert "to be sent" in homes
    assert "approve or stop" in client.get("/today").text
    refused = client.submit(page, {"planned_at": "2026-11-08T21:00"}, form=MAIN)
    assert refused.status_code == 422
    assert "Nothing goes out from 21:00 to 08:00" in refused.text
    assert client.submit(page, {"planned_at": "2026-11-08T10:00"}, form=MAIN).status_code == 302
    run_id = int(page.rpartition("/")[2])
    session.rollback()
    send_slice(workshop, {"run_id": run_id, "number": 0})
    assert "Sent" in words_of(client.get(page).text)
    assert "6 / 6" in words_of(client.get(LADDER).text)
    assert ">6<" in client.get("/hq/reach/outbox").text
    day = "/hq/reach/outbox/sms/2026-11-08"
    file = f"{day}/ls-{run_id}-1.http"
    assert f"ls-{run_id}-1.http" in client.get(day).text
    assert b"PhoneNumbers=138" in client.get(file).data
    session.rollback()
    logged = session.scalars(select(AuditEntry.action)).all()
    for action in ("message.approve", "message.look", "message.outbox"):
        assert action in logged


def test_a_run_ordered_twice_leads_to_the_first_and_odd_days_are_refused(desk, session):
    client, workshop, _community = desk
    page = prepare(client, workshop, session)
    again = client.submit(
        LADDER, {"kind": "reminder_1", "channel": "sms", "community": "all", "cap": "2"}, form=MAIN
    )
    assert again.location == page
    assert "This run is not over yet" in client.get(page).text
    for day, words in (
        ("9999-12-31T10:00", "The last possible day is 20 Nov 2026."),
        ("2026-11-21T10:00", "The last possible day is 20 Nov 2026."),
        ("0001-01-01T10:00", "This time has passed."),
    ):
        refused = client.submit(page, {"planned_at": day}, form=MAIN)
        assert (refused.status_code, words in refused.text) == (422, True)
    client.submit(page, {"planned_at": "2026-11-09T10:00"}, form=MAIN)
    assert "from 9 Nov 2026 10:00" in client.get(page).text


def test_a_run_can_be_stopped_from_its_page(desk, session):
    client, workshop, _community = desk
    page = prepare(client, workshop, session)
    assert client.submit(page, {}, form=MAIN + 1).status_code == 302
    assert "Stopped" in words_of(client.get(page).text)
    assert client.post(f"{page}/stop").status_code == 400


def test_letters_are_asked_for_made_and_fetched_by_head_office_alone(desk, session, app):
    client, workshop, community = desk
    here = f"/hq/letters/2026-11/{community.id}"
    form = {"form": "slip", "kind": "launch", "language": "zh-Hans"}
    assert client.submit(here, form, form=MAIN).status_code == 302
    assert 'http-equiv="refresh"' in client.get(here).text
    session.rollback()
    batch_id = session.scalars(select(LetterBatch.id)).one()
    session.rollback()
    make_letters(workshop, {"batch_id": batch_id})
    page = client.get(here)
    assert 'http-equiv="refresh"' not in page.text
    archive = client.get(f"{here}/{batch_id}.zip")
    assert archive.mimetype == "application/zip"
    one = client.get(f"{here}/{batch_id}/1.pdf")
    assert len(pypdfium2.PdfDocument(one.data)) == 3
    assert client.get(f"{here}/{batch_id}/99.pdf").status_code == 404
    session.rollback()
    fetched = session.scalars(
        select(AuditEntry.detail).where(AuditEntry.action == "letters.fetch")
    ).all()
    assert fetched == ["all", "1栋"]
    session.rollback()
    enter_as(client, session, Role.LEADER)
    for address in (here, f"{here}/{batch_id}.zip", f"{here}/{batch_id}/1.pdf", LADDER):
        assert client.get(address).status_code == 403


def test_the_hand_over_book_is_kept_on_the_page_and_as_a_table(desk, session):
    client, _workshop, community = desk
    here = f"/hq/letters/2026-11/{community.id}"
    line = {
        "building": "1栋",
        "kind": "handed_out",
        "pieces": "3",
        "person": "李主任",
        "happened_on": "2026-11-08",
    }
    odd = client.submit(here, line, form=MAIN + 1)
    assert odd.status_code == 422
    assert "Only 0 pieces can be left" in odd.text  # nothing was printed yet
    line["sure"] = "y"
    line["seen"] = "0"  # a double click: both posts come from the page without lines
    for _post in range(2):
        assert client.submit(here, line, form=MAIN + 1).status_code == 302
    before = client.submit(here, {**line, "happened_on": "2026-10-01"}, form=MAIN + 1)
    assert before.status_code == 422
    assert "Letters were printed from" in before.text
    future = client.submit(here, {**line, "happened_on": "2026-11-09"}, form=MAIN + 1)
    assert future.status_code == 422
    assert "This lies in the future." in future.text
    delivered = {"building": "1栋", "channel": "letterbox"}
    client.submit(here, delivered, form=MAIN + 2)
    page = words_of(client.get(here).text)
    assert "李主任" in page
    assert "3 homes are marked as delivered now." in page
    assert "more than printed" in page
    assert building_of(client) == ["云栖里", "1栋", 3, 0, 3, 3, 0, 0]
    assert client.submit(here, {}, form=MAIN + 3).status_code == 302
    assert "struck out" in client.get(here).text
    assert building_of(client) == ["云栖里", "1栋", 3, 0, 0, 3, 0, 0]


def building_of(client) -> list[object]:
    """Return the first row of the second sheet of the book."""
    book = client.get("/hq/letters/2026-11/book.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(book.data)).worksheets[1]
    return [cell.value for cell in next(sheet.iter_rows(min_row=2))]


def test_a_home_that_wants_no_more_reminders_is_recorded_and_taken_back(desk, session):
    client, workshop, community = desk
    wish = {"community": str(community.id), "building": "1栋", "room": "1-101", "note": "来电"}
    unknown = client.submit("/hq/reach/", {**wish, "room": "9-999"}, form=MAIN)
    assert unknown.status_code == 422
    assert "There is no such home" in unknown.text
    assert client.submit("/hq/reach/", wish, form=MAIN).status_code == 302
    assert "来电" in client.get("/hq/reach/").text
    page = prepare(client, workshop, session)
    assert "Approve for 5 homes" in client.get(page).text
    client.submit("/hq/reach/", {}, form=MAIN)
    session.rollback()
    assert session.scalars(select(OptOut)).all() == []


def test_a_file_of_addresses_is_taken_whole_or_not_at_all(desk):
    client, _workshop, _community = desk
    good = "小区编码,楼栋,房号,邮箱\nYQL,1栋,1-101,a@example.com\n"
    bad = good + "YQL,1栋,9-999,b@example.com\n"
    for text, status in ((bad, 422), (good, 302)):
        file = {"file": (BytesIO(text.encode()), "a.csv")}
        answer = client.submit("/hq/reach/", file, form=MAIN + 1)
        assert answer.status_code == status, answer.text
    assert "1 addresses known" in words_of(client.get("/hq/reach/").text)


def test_the_texts_of_the_notices_stand_there_to_be_copied_in_two_languages(desk):
    client, _workshop, community = desk
    for kind in ("launch", "reminder_1", "result"):
        page = client.get(f"{LADDER}/notices?kind={kind}&community={community.id}")
        assert "各位业主、住户" in page.text
        assert "To all homes" in page.text
    assert client.get(f"{LADDER}/notices?kind=reminder_2").status_code == 404


def test_a_broken_settings_file_is_told_and_nothing_else_breaks(desk, config):
    client, _workshop, _community = desk
    config.instance.mkdir(parents=True, exist_ok=True)
    (config.instance / "distribution.toml").write_text("[sms]\nprovide = 1", "utf-8")
    assert "sms.provide: unknown setting" in client.get(LADDER).text


def test_a_reminder_that_is_due_stands_on_the_start_page_once(desk, app, session):
    client, _workshop, _community = desk
    set_clock(app, NOW)
    assert "to silent homes" not in client.get("/today").text
    set_clock(app, MORNING)
    assert "First reminder to silent homes" in client.get("/today").text
    make_tasks(session, session.scalars(select(Campaign)).one())
    session.commit()
    start = client.get("/today").text
    assert "First reminder to silent homes" not in start  # the plan names it
    assert start.count("<h3>First reminder") == 1


def test_results_are_not_announced_before_they_are_released(desk, session):
    client, _workshop, community = desk
    here = f"/hq/letters/2026-11/{community.id}"
    for form in ("notice", "letter"):
        wanted = {"form": form, "kind": "result", "language": "zh-Hans"}
        client.submit(here, wanted, form=MAIN)
    session.rollback()
    assert session.scalars(select(LetterBatch)).all() == []
