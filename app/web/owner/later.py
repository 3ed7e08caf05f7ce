"""Going on later, or on another phone: the resume code shown here and typed there."""

from flask import redirect, url_for

from app.i18n import gettext as _
from app.surveys.campaign.codes import CodeSlipError, format_code
from app.surveys.response import resume
from app.surveys.response.errors import DraftTooLargeError
from app.web.guard import public
from app.web.owner import door, pages, screens, visitor
from app.web.owner.door import Answer, answering
from app.web.owner.forms import CopyForm, ResumeForm
from app.web.owner.pages import Raw
from app.web.owner.screens import Page
from app.web.owner.visitor import Visit
from app.web.services import services
from app.web.transaction import reading, transaction

bp = door.make_blueprint("owner_later")


@bp.get("/a/later")
@public
@answering
def show(visit: Visit, raw: Raw) -> Answer:
    """Show how to go on: with the same link here, with the code on another phone."""
    return _later_page(visit, raw)


@bp.post("/a/later")
@public
@answering
def make_code(visit: Visit, _raw: Raw) -> Answer:
    """Make the code of this device's draft, valid for a week from now."""
    with transaction() as session:
        resume.give_resume_code(
            session,
            services().vault,
            member=visit.member,
            device=visit.device,
            now=services().now(),
        )
    return redirect(url_for(".show"), 303)


@bp.get("/a/resume")
@public
@answering
def ask(visit: Visit, _raw: Raw) -> Answer:
    """Ask for the code another phone of this home shows."""
    return _resume_page(visit, ResumeForm(formdata=None))


@bp.post("/a/resume")
@public
@answering
def carry_on(visit: Visit, _raw: Raw) -> Answer:
    """Take over the draft of another phone; without its code nothing of it is ever shown."""
    form = ResumeForm()
    at, home, tries = services().now().timestamp(), str(visit.member.id), door.limits().resumes
    if tries.is_over(home, at):
        form.code.errors = (
            _(
                "Too many tries. Please wait ten minutes; the answers on the other phone are kept "
                "meanwhile."
            ),
        )
        return _resume_page(visit, form, 429)
    try:
        found = _take_over(visit, form.code.data or "") if form.validate() else None
    except CodeSlipError:
        form.code.errors = (
            _("This code cannot be right. Please compare it sign by sign; it has 8 signs."),
        )
        return _resume_page(visit, form, 422)
    except DraftTooLargeError:
        form.code.errors = (
            _("Both phones together hold too much. Please finish on the other phone."),
        )
        return _resume_page(visit, form, 422)
    if found is None:
        tries.count(home, at)
        form.code.errors = (_("No draft of this home has this code, or its seven days are over."),)
        return _resume_page(visit, form, 422)
    visitor.choose_form(found)
    visitor.carried_on()
    return redirect(url_for("owner.landing"), 303)


def _take_over(visit: Visit, text: str) -> str | None:
    with transaction() as session:
        return resume.carry_on(
            session,
            services().vault,
            member=visit.member,
            device=visit.device,
            text=text,
            now=services().now(),
        )


def _later_page(visit: Visit, raw: Raw) -> Page:
    code = resume.find_resume_code(
        reading(),
        services().vault,
        member=visit.member,
        device=visit.device,
        now=services().now(),
    )
    return screens.render(
        "later",
        visit,
        form=CopyForm(formdata=None),
        has_begun=bool(raw),
        code=format_code(code.code) if code else "",
        until=pages.moment_words(code.until) if code else "",
        deadline=pages.day_words(visit.campaign.closes_on),
    )


def _resume_page(visit: Visit, form: ResumeForm, status: int = 200) -> Page:
    return screens.render("resume", visit, status, form=form, here=url_for(".ask"))
