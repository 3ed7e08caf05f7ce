"""Lists that leave as files: talks with what came of them, outside opinions, activities."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.departments import department_name
from app.reports.standards.tables import Table
from app.reports.talks import words
from app.reports.workbook import Column, Value
from app.service.talks.models import Activity, CommitteeTalk
from app.service.talks.months import talk_texts
from app.service.talks.opinions import opinion_views
from app.service.talks.queries import list_talks
from app.service.talks.rows import ForumView, OpinionView
from app.staff.scope import Scope
from app.vault import Vault

MOST_TALKS = 2_000
MOST_OPINIONS = 10_000


def talk_tables(
    session: Session, vault: Vault, scope: Scope, community_id: int | None
) -> list[Table]:
    """Return the latest talks, and below them each opinion with its way to the feedback."""
    talks = list_talks(session, scope, community_id, limit=MOST_TALKS)
    day_of = {talk.id: talk.held_on for talk, _month, _place in talks}
    opinions = opinion_views(session, vault, scope, community_id=community_id, limit=MOST_OPINIONS)
    place_column = ("community", Column(_("Community"), 18))
    return [
        Table(
            _("Talks with the committee"),
            (
                place_column,
                ("month", Column(_("Month"), 12)),
                ("held_on", Column(_("Talk held on"), 12)),
                ("place", Column(_("Place of the talk"), 18)),
                ("committee", Column(_("Committee members who came"), 10, "0")),
                ("representatives", Column(_("Customer representatives who came"), 10, "0")),
                ("people", Column(_("Who came"), 28)),
                ("staff", Column(_("Present for the property company"), 24)),
                ("subjects", Column(_("Subjects"), 24)),
                ("minutes", Column(_("Minutes"), 60)),
                ("shared_on", Column(_("Shared with the committee"), 12)),
            ),
            [_talk(vault, talk, month.month, place.name) for talk, month, place in talks],
        ),
        Table(
            _("Opinions of talks"),
            (
                place_column,
                ("held_on", Column(_("Talk held on"), 12)),
                ("voice", Column(_("Whose opinion"), 14)),
                ("department", Column(_("Department"), 14)),
                ("opinion", Column(_("Opinion"), 40)),
                ("state", Column(_("State"), 14)),
                ("answer", Column(_("Answer"), 40)),
                ("action", Column(_("Action"), 40)),
                ("responsible", Column(_("Responsible"), 16)),
                ("due_on", Column(_("By"), 12)),
                ("done_on", Column(_("Done"), 12)),
                ("done", Column(_("What was done"), 40)),
                ("told_on", Column(_("Told on"), 12)),
                ("told_way", Column(_("How"), 12)),
                ("told", Column(_("What was told"), 40)),
            ),
            [_opinion(one, day_of.get(one.talk_id or 0)) for one in opinions],
        ),
    ]


def forum_table(views: Iterable[ForumView]) -> Table:
    """Return opinions of forums and groups, without authors and homes."""
    return Table(
        _("Forums and WeChat groups"),
        (
            ("community", Column(_("Community"), 18)),
            ("place", Column(_("Where it was read"), 14)),
            ("place_name", Column(_("Name of forum or group"), 20)),
            ("said_on", Column(_("Written there on"), 12)),
            ("text", Column(_("Opinion"), 50)),
            ("department", Column(_("Department"), 14)),
            ("due_on", Column(_("Reply due"), 12)),
            ("replied_on", Column(_("Replied on"), 12)),
            ("reply_way", Column(_("How"), 12)),
            ("reply", Column(_("What was replied"), 50)),
            ("late", Column(_("Overdue"), 10)),
        ),
        [
            (
                *(one.community, words.forum_place(one.place), one.place_name, one.said_on),
                *(one.text, department_name(one.department), one.due_on, one.replied_on),
                *(words.reply_way(one.reply_way) if one.reply_way else "", one.reply),
                _("Yes") if one.reply_late else _("No"),
            )
            for one in views
        ],
    )


def activity_table(rows: Iterable[tuple[Activity, str, int]]) -> Table:
    """Return activities and open days with how many came."""
    return Table(
        _("Activities and open days"),
        (
            ("community", Column(_("Community"), 18)),
            ("day", Column(_("Day"), 12)),
            ("starts", Column(_("Begins at"), 10)),
            ("kind", Column(_("Kind"), 18)),
            ("title", Column(_("Activity"), 30)),
            ("place", Column(_("Place of the meeting"), 20)),
            ("state", Column(_("State"), 12)),
            ("people", Column(_("People who came"), 10, "0")),
            ("homes", Column(_("Homes that took part"), 10, "0")),
        ),
        [
            (
                *(community, one.held_on, one.starts, words.activity_kind(one.kind), one.title),
                *(one.place, words.activity_state(one.state), one.took_part, homes),
            )
            for one, community, homes in rows
        ],
    )


def _talk(vault: Vault, talk: CommitteeTalk, month: date, place: str) -> tuple[Value, ...]:
    people, staff, minutes = talk_texts(vault, talk)
    subjects = [words.subject_name(one) for one in talk.subjects.split(",") if one]
    return (
        *(place, words.month_name(month), talk.held_on, talk.place),
        *(talk.committee_count, talk.representative_count, people, staff),
        *(_(", ").join(subjects), minutes),
        beijing_date(talk.shared_at) if talk.shared_at else None,
    )


def _opinion(one: OpinionView, held_on: date | None) -> tuple[Value, ...]:
    return (
        *(one.community, held_on, words.voice_name(one.voice)),
        *(department_name(one.department), one.text, words.opinion_state(one.state)),
        *(one.answer, one.action, one.responsible, one.due_on, one.done_on, one.done),
        *(one.told_on, words.told_way(one.told_way) if one.told_way else "", one.told),
    )
