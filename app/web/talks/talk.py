"""One talk: its minutes and opinions, and each opinion's way to what the committee was told."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.service.talks import opinions, queries
from app.service.talks.errors import NotFoundError
from app.service.talks.forum.services import find_home_of
from app.service.talks.models import Voice
from app.service.talks.months import open_talk, share_talk
from app.service.talks.opinions import Told
from app.service.talks.rows import TalkView
from app.web.auth import current_scope, require_role
from app.web.forms import Form
from app.web.services import services as outside
from app.web.talks import said
from app.web.talks.acting import attempt
from app.web.talks.board import READERS, WRITERS
from app.web.talks.forms import (
    AnswerForm,
    CaseForm,
    DoneForm,
    OpinionForm,
    PlainForm,
    PromiseForm,
    ToldForm,
)
from app.web.transaction import reading

bp = Blueprint("talk_acts", __name__, url_prefix="/talks")


@bp.get("/<int:committee_talk_id>")
@require_role(*READERS)
def show(committee_talk_id: int) -> str:
    """Show a talk with its opinions, and what came of those of the talk before."""
    return _page(committee_talk_id)


@bp.post("/<int:committee_talk_id>/share")
@require_role(*WRITERS)
def share(committee_talk_id: int) -> Response:
    """Let the committee read the talk."""
    form = PlainForm()
    if not form.validate():
        abort(400)
    attempt(
        form,
        lambda session: share_talk(
            session, current_scope(), committee_talk_id, now=outside().now()
        ),
        said.shared(),
    )
    return redirect(url_for(".show", committee_talk_id=committee_talk_id))


@bp.post("/<int:committee_talk_id>/opinions")
@require_role(*WRITERS)
def add(committee_talk_id: int) -> tuple[str, int] | Response:
    """Write down an opinion."""
    form = _opinion_form(from_request=True)

    def act(session: Any) -> None:
        opinions.add_opinion(
            session,
            outside().vault,
            current_scope(),
            committee_talk_id,
            voice=Voice(form.voice.data),
            department=form.department.data,
            text=form.text.data,
            now=outside().now(),
        )

    if not attempt(form, act, said.opinion_kept()):
        return _page(committee_talk_id, opinion=form), 422
    return redirect(url_for(".show", committee_talk_id=committee_talk_id, _anchor="opinions"))


@bp.post("/opinions/<int:talk_opinion_id>/<any(answer, promise, case, done, told):act>")
@require_role(*WRITERS)
def handle(talk_opinion_id: int, act: str) -> tuple[str, int] | Response:
    """Take an opinion one step further."""
    opinion = queries.find_opinion(reading(), current_scope(), talk_opinion_id)
    if opinion is None:
        abort(404)
    talk_id, community_id = opinion.talk_id, opinion.community_id
    form = _forms(from_request=act)[act]
    step = _STEPS[act]

    def run(session: Any) -> None:
        step(session, talk_opinion_id, community_id, form)

    if not attempt(form, run, said.done(act), fields={"due_on": "due_on", "home": "home"}):
        if talk_id is None:
            said.flash_first(form)
            return redirect(url_for("talks.community", community_id=community_id))
        return _page(talk_id, failed=(talk_opinion_id, act, form)), 422
    if talk_id is None:
        return redirect(url_for("talks.community", community_id=community_id))
    return redirect(
        url_for(".show", committee_talk_id=talk_id, _anchor=f"opinion-{talk_opinion_id}")
    )


def _answer(session: Any, key: int, _community_id: int, form: Any) -> None:
    opinions.answer_at_once(
        session, outside().vault, current_scope(), key, answer=form.answer.data, now=_now()
    )


def _promise(session: Any, key: int, _community_id: int, form: Any) -> None:
    opinions.promise(
        session,
        outside().vault,
        current_scope(),
        key,
        action=form.action.data,
        responsible=form.responsible.data,
        due_on=form.due_on.data,
        now=_now(),
    )


def _case(session: Any, key: int, community_id: int, form: Any) -> None:
    home, text = None, (form.home.data or "").strip()
    if text:
        home = find_home_of(
            session, outside().vault, current_scope(), community_id, text, now=_now()
        )
        if home is None:
            raise FieldError("home", "unknown_home")
    opinions.make_case(session, current_scope(), key, household_id=home, now=_now())


def _done(session: Any, key: int, _community_id: int, form: Any) -> None:
    opinions.finish(session, outside().vault, current_scope(), key, done=form.done.data, now=_now())


def _told(session: Any, key: int, _community_id: int, form: Any) -> None:
    told = Told(form.told_on.data, form.way.data, form.told.data)
    opinions.tell(session, outside().vault, current_scope(), key, told, now=_now())


_STEPS: dict[str, Callable[[Any, int, int, Any], None]] = {
    "answer": _answer,
    "promise": _promise,
    "case": _case,
    "done": _done,
    "told": _told,
}


def _now() -> Any:
    return outside().now()


def _forms(*, from_request: str = "") -> dict[str, Any]:
    """Return the forms of an opinion; the one that was sent holds what was typed."""

    def made(name: str, kind: type[Form], **values: object) -> Form:
        if name == from_request and request.method == "POST":
            return kind()
        return kind(formdata=None, **values)

    forms: dict[str, Any] = {
        "answer": made("answer", AnswerForm),
        "promise": made("promise", PromiseForm),
        "case": made("case", CaseForm),
        "done": made("done", DoneForm),
        "told": made("told", ToldForm, told_on=beijing_date(_now())),
    }
    forms["told"].offer()
    return forms


def _opinion_form(*, from_request: bool = False) -> OpinionForm:
    form = OpinionForm() if from_request else OpinionForm(formdata=None)
    form.offer()
    return form


def _open(committee_talk_id: int) -> TalkView:
    try:
        return open_talk(reading(), outside().vault, current_scope(), committee_talk_id, now=_now())
    except NotFoundError:
        abort(404)


def _page(
    committee_talk_id: int,
    *,
    opinion: OpinionForm | None = None,
    failed: tuple[int, str, Form] | None = None,
) -> str:
    talk = _open(committee_talk_id)
    return render_template(
        "talks/talk.html",
        talk=talk,
        opinion=opinion or _opinion_form(),
        is_opinion_open=opinion is not None,
        forms=_forms(),
        failed=failed,
        plain=PlainForm(formdata=None),
        may_write=current_scope().role in WRITERS,
        today=beijing_date(_now()),
    )
