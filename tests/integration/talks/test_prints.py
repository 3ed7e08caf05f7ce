"""The three papers of talks come out of the worker with their words on them."""

import pypdfium2
import pytest

from app.reports.talks.gather import gather
from app.reports.talks.work import make_print
from app.reports.work import Workshop
from app.service.talks.events.services import ActivityInput, plan_activity
from app.service.talks.models import ActivityKind, Addressee, PrintKind
from app.service.talks.months import keep_talk
from app.service.talks.rules import half_year
from app.service.talks.statements.prints import ask_for_print, open_print, print_storage
from app.service.talks.statements.services import ReportInput, approve_report, draft_report
from app.staff.models import Role
from tests.factories import make_community
from tests.integration.talks.test_talks import NOV_2, TALK, scope_of

pytestmark = pytest.mark.heavy


def words_of(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_bounded() for page in pages)


def test_a_talk_an_activity_and_a_report_are_printed(engine, session, vault, storage, config):
    place, head = make_community(session), scope_of(session, Role.HEAD_OFFICE)
    talk = keep_talk(session, vault, head, place.id, TALK, now=NOV_2)
    wanted = ActivityInput(ActivityKind.OPEN_DAY, "开放日", TALK.held_on, "09:30", "大堂")
    activity = plan_activity(session, head, place.id, wanted, now=NOV_2)
    period = half_year(2026, 2)
    content = gather(session, head, place.id, period, now=NOV_2)
    paper = ReportInput(place.id, place.code, Addressee.STREET, period, "另附说明", content)
    report = draft_report(session, head, paper, now=NOV_2)
    approve_report(session, head, report, now=NOV_2)
    asked = {}
    for kind, key in (
        (PrintKind.TALK, talk),
        (PrintKind.ACTIVITY, activity),
        (PrintKind.REPORT, report),
    ):
        made = ask_for_print(session, head, kind, key, language="zh-Hans", now=NOV_2)
        asked[kind] = made.id
    session.commit()
    shop = Workshop(engine, vault, storage, config, lambda: NOV_2)
    said = {}
    for kind, print_id in asked.items():
        make_print(shop, {"print_id": print_id})
        session.rollback()  # see what the worker wrote
        files = print_storage(config.instance)
        said[kind] = words_of(open_print(session, files, vault, head, print_id))
    assert "通报上月服务" in said[PrintKind.TALK]
    assert "开放日" in said[PrintKind.ACTIVITY]
    assert "另附说明" in said[PrintKind.REPORT]
