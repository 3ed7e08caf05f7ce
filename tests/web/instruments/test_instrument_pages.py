"""Questionnaires for head office: versions, drafts, other formats, the preview."""

import json
import re
from io import BytesIO

from sqlalchemy import func, select

from app.jobs.models import Job
from app.jobs.queue import payload_of
from app.reports.specimen_orders import KIND
from app.reports.specimen_work import make_specimen_file
from app.reports.work import Workshop
from app.staff.models import Role
from app.surveys.campaign.models import InstrumentVersion
from app.surveys.campaign.services import publish_instrument
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.exchange.imports import import_form
from app.surveys.instrument.exchange.xlsform_in import SHEETS, read_xlsform, sheets_of
from app.surveys.instrument.load import load_instrument
from app.surveys.register.sheets.reader import read_named_sheets
from app.surveys.response.models import Draft
from tests.factories import NOW
from tests.unit.instrument.examples import SMALL, small
from tests.web.staff_pages import MAIN, enter_as

KEY = digest(small())
LOOK = "full.2.0.all.js.en"


def enter(client, session) -> None:
    publish_instrument(session, small(), now=NOW)
    enter_as(client, session, Role.HEAD_OFFICE)


def count(session, table) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


def test_a_version_shows_its_items_offers_and_minutes_in_every_language(client, session):
    enter(client, session)
    assert KEY[:12] in client.get("/hq/questionnaires/").text
    page = client.get(f"/hq/questionnaires/{KEY}").text
    for item in small().items:
        assert item.code in page
    assert "门岗" in page
    assert "Gate, Stairs" in page  # block 1
    assert client.get(f"/hq/questionnaires/{'0' * 64}").status_code == 404


def test_a_downloaded_xlsform_comes_back_through_the_upload_to_the_same_digest(client, session):
    enter(client, session)
    file = client.get(f"/hq/questionnaires/{KEY}/xlsform/file")
    rows = read_named_sheets(file.data, SHEETS, most_rows=1000)
    made = import_form(read_xlsform(sheets_of(rows), "back"))
    assert (made.losses, digest(made.instrument)) == ((), KEY)
    answer = client.submit(
        "/hq/questionnaires/draft/import", {"file": (BytesIO(file.data), "f.xlsx")}, form=MAIN
    )
    assert "nothing was lost" in answer.text
    draft = re.search(r"/draft/([0-9a-f]{64})\.yaml", answer.text)[1]
    text = client.get(f"/hq/questionnaires/draft/{draft}.yaml").text
    assert digest(load_instrument(text, "draft").instrument) == KEY
    assert count(session, InstrumentVersion) == 1


def test_other_formats_come_with_what_they_cannot_say(client, session):
    enter(client, session)
    assert "block design is left out" in client.get(f"/hq/questionnaires/{KEY}/surveyjs").text
    assert json.loads(client.get(f"/hq/questionnaires/{KEY}/surveyjs/file").text)["pages"]
    assert "\tG0\t" in client.get(f"/hq/questionnaires/{KEY}/limesurvey/file").text
    text = client.get(f"/hq/questionnaires/{KEY}/yaml/file").text
    assert digest(load_instrument(text, "yaml").instrument) == KEY


def test_the_linter_names_every_line_and_publishes_nothing(client, session):
    enter(client, session)
    text = SMALL.replace("on: ten}", "on: eleven}", 1)
    line = next(i for i, one in enumerate(text.split("\n"), 1) if "on: eleven}" in one)
    answer = client.submit("/hq/questionnaires/draft/check", {"text": text}, form=MAIN)
    assert answer.status_code == 422
    assert f'<a href="#L{line}">{line}:' in answer.text
    assert f'id="L{line}" class="error"' in answer.text
    assert "There is no scale “eleven”" in answer.text
    assert count(session, InstrumentVersion) == 1


def test_a_file_that_is_no_form_is_refused_with_its_reason(client, session):
    enter(client, session)
    for content, words in (
        (b"PK\x03\x04 not a workbook", "damaged, locked or too large"),
        (b"id\tclass\n1\tQ\n", "column “type/scale” is missing"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ):
        file = (BytesIO(content), "x.xlsx")
        answer = client.submit("/hq/questionnaires/draft/import", {"file": file}, form=MAIN)
        assert (answer.status_code, words in answer.text) == (422, True)


def test_the_preview_is_the_owners_page_and_stores_nothing(client, session):
    enter(client, session)
    outside = client.get(f"/hq/preview/{KEY}/")
    inside = client.get(f"/hq/preview/{KEY}/{LOOK}/a/overall")
    assert "frame-src 'self'" in outside.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in inside.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in outside.headers["Content-Security-Policy"]
    assert "Are you satisfied overall?" in inside.text
    assert '"/a/' not in inside.text
    posted = client.submit(f"/hq/preview/{KEY}/{LOOK}/a/overall", {"overall": "9"})
    assert posted.status_code == 303
    assert posted.location == f"/hq/preview/{KEY}/{LOOK}/a/priorities"
    wrong = client.submit(f"/hq/preview/{KEY}/{LOOK}/a/overall", {"overall": "99"})
    assert wrong.status_code == 422
    assert count(session, Draft) == 0


def test_the_preview_without_scripts_forbids_them_and_another_language_stays_inside(
    client, session
):
    enter(client, session)
    plain = client.get(f"/hq/preview/{KEY}/full.2.0.none.plain.zh-Hans/a/")
    assert "script-src 'none'" in plain.headers["Content-Security-Policy"]
    other = client.get(f"/hq/preview/{KEY}/{LOOK}/a/overall?words=zh-Hans")
    assert other.location.endswith("/full.2.0.all.js.zh-Hans/a/overall")
    assert client.get(f"/hq/preview/{KEY}/full.2.99.all.js.en/a/").status_code == 404
    assert "Questionnaires" in client.get("/hq/questionnaires/").text  # still in English


def test_the_paper_preview_is_made_by_the_worker_once(
    client, session, engine, vault, storage, config
):
    enter(client, session)
    where = f"/hq/preview/{KEY}/{LOOK}/paper"
    for _ in range(2):
        client.submit(f"/hq/preview/{KEY}/?language=en", {}, form=MAIN + 1)
    session.rollback()
    jobs = list(session.scalars(select(Job).where(Job.kind == KIND)))
    assert len(jobs) == 1
    assert "data-wait" in client.get(where).text
    make_specimen_file(Workshop(engine, vault, storage, config, lambda: NOW), payload_of(jobs[0]))
    assert "Download PDF" in client.get(where).text
    assert client.get(f"{where}.pdf").data.startswith(b"%PDF-")


def test_two_versions_are_compared_and_a_broken_series_is_said(client, session):
    publish_instrument(session, small(), now=NOW)
    changed = SMALL.replace("version: 1", "version: 2").replace(
        "satisfied: [4, 5]", "satisfied: [5]"
    )
    later = publish_instrument(session, load_instrument(changed, "v2").instrument, now=NOW)
    enter_as(client, session, Role.HEAD_OFFICE)
    page = client.get(f"/hq/questionnaires/compare?one={KEY}&other={later.digest}").text
    assert "series of these items end" in page
    assert "Points that count as satisfied" in page
    back = client.get(f"/hq/questionnaires/compare?one={later.digest}&other={KEY}")
    assert back.status_code == 302
