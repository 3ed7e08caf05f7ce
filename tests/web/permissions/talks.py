"""Talks, opinions, forum words, activities, contacts and a report, in both communities."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.service.talks.events.services import (
    ActivityInput,
    ContactInput,
    keep_contact,
    plan_activity,
)
from app.service.talks.forum.services import take_in
from app.service.talks.models import (
    AbsenceReason,
    ActivityKind,
    Addressee,
    ForumPlace,
    OutsideKind,
    PrintKind,
    Voice,
)
from app.service.talks.months import keep_talk, say_absence, share_talk
from app.service.talks.opinions import add_opinion
from app.service.talks.rows import AbsenceInput, ForumInput, TalkInput
from app.service.talks.rules import half_year
from app.service.talks.statements.prints import ask_for_print
from app.service.talks.statements.services import ReportInput, draft_report
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import NOW, make_staff

TALK = TalkInput(
    month=date(2026, 10, 1),
    held_on=date(2026, 10, 20),
    held_time="19:00",
    place="物业会议室",
    committee=3,
    representatives=1,
    people="主任委员等三人",
    staff="客服主管",
    subjects=("quality",),
    minutes="通报上月服务情况",
)


def plant(session: Session, vault: Vault, communities: Iterable[Community]) -> None:
    """Keep one of each for every community."""
    staff = make_staff(session, Role.HEAD_OFFICE)
    head = Scope(staff.id, staff.name, staff.role, None)
    for place in communities:
        talk_id = keep_talk(session, vault, head, place.id, TALK, now=NOW)
        opinion = {"voice": Voice.COMMITTEE, "department": "service"}
        add_opinion(session, vault, head, talk_id, text="地库灯太暗", now=NOW, **opinion)
        share_talk(session, head, talk_id, now=NOW)
        why = AbsenceInput(AbsenceReason.DECLINED, "未开会", "函件")
        say_absence(session, vault, head, place.id, date(2026, 9, 1), why, now=NOW)
        words = ForumInput(place.id, ForumPlace.FORUM, date(2026, 11, 1), "电梯坏了三次没人管")
        take_in(session, vault, head, words, now=NOW)
        wanted = ActivityInput(ActivityKind.OPEN_DAY, "开放日", date(2026, 11, 1), "", "大堂")
        plan_activity(session, head, place.id, wanted, now=NOW)
        contact = ContactInput(place.id, OutsideKind.STREET, "某街道", "", "张工", "0571-1")
        keep_contact(session, vault, head, contact, now=NOW)
        report = ReportInput(
            place.id, place.code, Addressee.STREET, half_year(2026, 1), "", '{"schema":1}'
        )
        report_id = draft_report(session, head, report, now=NOW)
        ask_for_print(session, head, PrintKind.REPORT, report_id, language="en", now=NOW)
