"""Talks with the committee: the board of months, a community's talks, months without a talk."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.talks import words as talk_words
from app.reports.talks.lists import talk_tables
from app.service.talks import queries
from app.service.talks.models import AbsenceReason, OpinionState, TalkMonth
from app.service.talks.months import absence_views, decide_absence, keep_talk, say_absence
from app.service.talks.opinions import opinion_views
from app.service.talks.rows import AbsenceInput, TalkInput
from app.service.talks.rules import Standing, month_of, months_back, standing_of
from app.staff.models import Role
from app.web.access import access_community
from app.web.auth import current_scope, require_role
from app.web.services import services as outside
from app.web.standards.ordering import chosen_place, take_file
from app.web.talks import words
from app.web.talks.acting import attempt
from app.web.talks.forms import AbsenceForm, DecisionForm, TalkForm
from app.web.transaction import reading

bp = Blueprint("talks", __name__, url_prefix="/talks")

BOARD = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE)
WRITERS = (Role.HEAD_OFFICE, Role.OFFICE)
SHOWN = 6  # months on the board
PAGE = 60
_RECENT = 12


@bp.app_context_processor
def _wording() -> dict[str, Any]:
    """Give every page of talks its words."""
    return {
        "talk_words": talk_words,
        "talk_page_words": words,
        "talk_tabs": lambda: words.tabs(current_scope().role),
    }


@bp.get("/")
@require_role(*BOARD)
def index() -> str:
    """Show which months have their talk, by community, and what waits."""
    scope, now = current_scope(), outside().now()
    session = reading()
    months = months_back(month_of(beijing_date(now)), SHOWN)
    after = request.args.get("after", "")[:32]
    rows = queries.list_board(session, scope, months=months, after=after, limit=PAGE + 1)
    is_reader = scope.role in READERS
    late = queries.list_open_months(session, scope, before=months[-1], limit=PAGE)
    counts = dict(queries.count_open_months(session, scope))
    return render_template(
        "talks/board.html",
        months=months,
        rows=[
            (place, [_standing(found.get(month), now) for month in months])
            for place, found in rows[:PAGE]
        ],
        next_after=rows[PAGE - 1][0].code if len(rows) > PAGE else "",
        late=late,
        late_count=sum(count for month, count in counts.items() if month < months[-1]),
        due_count=counts.get(months[-1], 0),
        waiting=absence_views(session, outside().vault, scope)
        if scope.role is Role.HEAD_OFFICE
        else (),
        decision=_decision(),
        is_reader=is_reader,
        open_opinions=_open_opinions(None) if scope.role is Role.OFFICE else (),
        today=beijing_date(now),
    )


@bp.get("/talks.<form>")
@require_role(*READERS)
def take(form: str) -> Response:
    """Hand talks out with what came of each opinion: of one community or of all one's own."""
    place = chosen_place()
    tables = talk_tables(
        reading(), outside().vault, current_scope(), None if place is None else place.id
    )
    return take_file(
        form,
        tables,
        title=_("Monthly talk with the owners' committee"),
        name="talks" if place is None else f"talks-{place.code}",
        subject="talks",
        community_id=None if place is None else place.id,
    )


@bp.get("/communities/<int:community_id>")
@require_role(*READERS)
def community(community_id: int) -> str:
    """Show the talks of a community, its months and its open opinions."""
    return _community_page(community_id)


@bp.post("/communities/<int:community_id>/talks")
@require_role(*WRITERS)
def keep(community_id: int) -> tuple[str, int] | Response:
    """Keep a talk that took place."""
    place = access_community(community_id)
    form = TalkForm()
    form.offer(_months())
    kept: list[int] = []

    def act(session: Any) -> None:
        kept.append(
            keep_talk(
                session,
                outside().vault,
                current_scope(),
                place.id,
                _talk_of(form),
                now=outside().now(),
            )
        )

    if not attempt(form, act, words.talk_kept()):
        return _community_page(community_id, talk=form), 422
    if not kept:
        return redirect(url_for(".community", community_id=community_id))
    return redirect(url_for("talk_acts.show", committee_talk_id=kept[0]))


@bp.post("/communities/<int:community_id>/absences")
@require_role(*WRITERS)
def excuse(community_id: int) -> tuple[str, int] | Response:
    """Say that there was nobody to talk to in a month."""
    place = access_community(community_id)
    form = AbsenceForm()
    form.offer(_months())

    def act(session: Any) -> None:
        said = AbsenceInput(AbsenceReason(form.reason.data), form.words.data, form.evidence.data)
        say_absence(
            session,
            outside().vault,
            current_scope(),
            place.id,
            _month(form.month.data),
            said,
            now=outside().now(),
        )

    if not attempt(form, act, words.absence_kept()):
        return _community_page(community_id, absence=form), 422
    return redirect(url_for(".community", community_id=community_id, _anchor="absences"))


@bp.post("/absences/<int:talk_absence_id>")
@require_role(Role.HEAD_OFFICE)
def decide(talk_absence_id: int) -> Response:
    """Confirm or refuse that a month needs no talk."""
    form = _decision(from_request=True)

    def act(session: Any) -> None:
        decide_absence(
            session,
            outside().vault,
            current_scope(),
            talk_absence_id,
            is_confirmed=form.verdict.data == "confirm",
            words=form.words.data or "",
            now=outside().now(),
        )

    if not attempt(form, act, words.decided()):
        words.flash_first(form)
    return redirect(url_for(".index", _anchor="waiting"))


def _community_page(
    community_id: int, *, talk: TalkForm | None = None, absence: AbsenceForm | None = None
) -> str:
    place = access_community(community_id)
    scope, now, session = current_scope(), outside().now(), reading()
    months = queries.list_months(session, scope, place.id, limit=_RECENT)
    today = beijing_date(now)
    return render_template(
        "talks/community.html",
        community=place,
        months=[(one, _standing(one, now)) for one in months],
        talks=queries.list_talks(session, scope, place.id, limit=_RECENT),
        absences=absence_views(
            session, outside().vault, scope, month_ids=[one.id for one in months]
        ),
        opinions=_open_opinions(place.id),
        waiting=opinion_views(
            session, outside().vault, scope, community_id=place.id, is_waiting=True
        ),
        talk=talk or _talk_form(today),
        absence=absence or _absence_form(),
        is_talk_open=talk is not None,
        is_absence_open=absence is not None,
        may_write=scope.role in WRITERS,
        today=today,
    )


def _open_opinions(community_id: int | None) -> Any:
    return opinion_views(
        reading(),
        outside().vault,
        current_scope(),
        community_id=community_id,
        states=(OpinionState.NEW, OpinionState.PROMISED, OpinionState.DONE),
    )


def _standing(month: TalkMonth | None, now: Any) -> Standing | None:
    if month is None:
        return None
    return standing_of(month.state, month.month, held_on=month.held_on, now=now)


def _talk_form(today: date) -> TalkForm:
    form = TalkForm(formdata=None, month=f"{today:%Y-%m}", held_on=today)
    form.offer(_months())
    return form


def _absence_form() -> AbsenceForm:
    form = AbsenceForm(formdata=None)
    form.offer(_months())
    return form


def _decision(*, from_request: bool = False) -> DecisionForm:
    form = DecisionForm() if from_request else DecisionForm(formdata=None)
    form.offer()
    return form


def _months() -> list[date]:
    """Return the months somebody can write a talk for: this one and two before, then a year."""
    return list(reversed(months_back(month_of(beijing_date(outside().now())), _RECENT)))


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(400)


def _talk_of(form: TalkForm) -> TalkInput:
    return TalkInput(
        month=_month(form.month.data),
        held_on=form.held_on.data,
        held_time=(form.held_time.data or "").strip(),
        place=form.place.data,
        committee=form.committee.data,
        representatives=form.representatives.data,
        people=form.people.data,
        staff=form.staff.data,
        subjects=tuple(form.subjects.data or ()),
        minutes=form.minutes.data,
    )
