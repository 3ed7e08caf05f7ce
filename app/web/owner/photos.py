"""The page on which an owner adds photos to his words: one at a time, three at most."""

from collections.abc import Callable
from typing import cast

from flask import abort, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as HttpResponse
from wtforms import HiddenField

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.instrument.answers import AnswerProblem, AnswersError
from app.surveys.instrument.model import ItemRole
from app.surveys.response.errors import DraftTooLargeError
from app.surveys.response.photos import services as photo_services
from app.surveys.response.photos.models import MAX_PHOTOS
from app.surveys.response.photos.reader import PhotoError, PhotoProblem, read_photo
from app.surveys.response.photos.services import TooManyPhotosError
from app.surveys.response.services import note_page, save_draft
from app.surveys.response.signals import Look
from app.web.forms import Form
from app.web.guard import public
from app.web.owner import screens, visitor
from app.web.owner.door import Answer, answering, make_blueprint
from app.web.owner.pages import Raw, Step
from app.web.owner.screens import Page
from app.web.owner.stamps import read_stamp
from app.web.owner.visitor import Visit
from app.web.services import services
from app.web.throttle import Throttle
from app.web.transaction import reading, transaction

bp = make_blueprint("owner_photos")

_TRIES = "owner-photo-tries"


class PhotoForm(Form):
    """Sends one photo. The file itself is read from the request."""


class PlaceForm(Form):
    """Names one photo by its place."""

    place = HiddenField()


@bp.app_context_processor
def _photo_words() -> dict[str, Callable[[], int]]:
    """Give the page of the comment the number of photos it has."""
    return {"photo_count": count_photos}


def count_photos() -> int:
    """Return how many photos the answer of this browser has so far."""
    visit = visitor.find_visit(reading())
    return 0 if visit is None else len(_places(visit))


@bp.post("/a/photos/open")
@public
@answering
def keep_words(visit: Visit, raw: Raw) -> Answer:
    """Save the words of the comment page and go on to its photos."""
    steps = visit.steps(raw)
    step = _comment_step(steps)
    form = step.form_class(visit.instrument, current_language())()
    if not form.validate():
        abort(400)
    posted = form.raw()
    form.refuse(_problems(visit, posted))
    if form.has_problems:
        return screens.form_page(visit, step, form, steps=steps, status=422)
    vault, now = services().vault, services().now()
    look = Look(step.name, read_stamp(visit, request.form.get("shown", "")))
    try:
        with transaction() as session:
            save_draft(
                session,
                vault,
                member=visit.member,
                device=visit.device,
                raw=posted,
                language=current_language(),
                form=visit.form,
                now=now,
            )
            note_page(session, vault, look, member=visit.member, device=visit.device, now=now)
    except DraftTooLargeError:
        abort(413)
    back = "review" if request.form.get("go") == screens.REVIEW else None
    return redirect(url_for(".show", go=back), 303)


@bp.get("/a/photos")
@public
@answering
def show(visit: Visit, raw: Raw) -> Answer:
    """Show the photos added so far and take another."""
    return _photos_page(visit, raw)


@bp.post("/a/photos/add")
@public
@answering
def add(visit: Visit, raw: Raw) -> Answer:
    """Take one photo: it is stored, clean and sealed, before the next page says so."""
    if not PhotoForm().validate():
        abort(400)
    tries, home, at = _tries(), str(visit.member.id), services().now().timestamp()
    if tries.is_over(home, at):
        return _photos_page(visit, raw, _("Too many photos at once. Please wait ten minutes."), 429)
    tries.count(home, at)
    try:
        content = read_photo(_sent_file())  # not while the transaction keeps all others waiting
        with transaction() as session:
            photo_services.add_photo(
                session,
                services().vault,
                member=visit.member,
                device=visit.device,
                content=content,
                now=services().now(),
            )
    except PhotoError as error:
        return _photos_page(visit, raw, _problem_words(error.problem), 422)
    except TooManyPhotosError:
        return _photos_page(visit, raw, _("There are three photos already."), 422)
    return redirect(url_for(".show", go=_go()), 303)


@bp.post("/a/photos/remove")
@public
@answering
def remove(visit: Visit, _raw: Raw) -> Answer:
    """Take a photo away again."""
    form = PlaceForm()
    if not form.validate() or form.place.data not in {str(n) for n in range(1, MAX_PHOTOS + 1)}:
        abort(400)
    with transaction() as session:
        photo_services.remove_photo(
            session, services().vault, visit.member, visit.device, int(form.place.data)
        )
    return redirect(url_for(".show", go=_go()), 303)


@bp.get("/a/photos/<int:place>")
@public
@answering
def look(visit: Visit, _raw: Raw, place: int) -> Answer:
    """Show one photo of the answer under way, to the browser that added it."""
    photo = photo_services.find_own_photo(
        reading(), services().vault, visit.member, visit.device, place
    )
    if photo is None:
        abort(404)
    made = HttpResponse(photo_services.open_photo(services().vault, photo), mimetype="image/jpeg")
    made.headers["Content-Disposition"] = "inline"
    return made


@bp.errorhandler(413)
def _too_large(_error: HTTPException) -> Page:
    """Say that the photo was too large, not that words were too long."""
    return screens.message(
        _("This photo is too large"),
        [_problem_words(PhotoProblem.TOO_LARGE), _("Nothing else is lost.")],
        status=413,
        link=(url_for(".show"), _("Back to the photos")),
    )


def _photos_page(visit: Visit, raw: Raw, problem: str = "", status: int = 200) -> Page:
    places = _places(visit)
    comment = screens.url_of(_comment_step(visit.steps(raw)).name)
    return screens.render(
        "photos",
        visit,
        status,
        form=PhotoForm(formdata=None),
        problem=problem,
        places=places,
        most=MAX_PHOTOS,
        is_full=len(places) >= MAX_PHOTOS,
        has_words=any(name.startswith("comment.") and any(raw[name]) for name in raw),
        go=_go(),
        back=f"{comment}?go=review" if _go() else comment,
        here=url_for(".show"),
    )


def _sent_file() -> bytes:
    """Return the file of the form; its temporary copy on the disk goes at once."""
    sent = request.files.get("photo")
    if sent is None:
        return b""
    try:
        return sent.stream.read()
    finally:
        sent.close()


def _tries() -> Throttle:
    """Return the limit of photos of one home: each costs a good part of a second to decode."""
    return cast("Throttle", current_app.extensions.setdefault(_TRIES, Throttle(40, 600.0)))


def _places(visit: Visit) -> list[int]:
    return photo_services.list_places(reading(), services().vault, visit.member, visit.device)


def _go() -> str | None:
    return screens.REVIEW if request.values.get("go") == screens.REVIEW else None


def _comment_step(steps: tuple[Step, ...]) -> Step:
    """Return the page of the comment; an instrument without one takes no photos."""
    found = next((step for step in steps if step.section.kind == "comment"), None)
    if found is None:
        abort(404)
    return found


def _problems(visit: Visit, posted: Raw) -> list[AnswerProblem]:
    """List what keeps the words from being saved: the same as on their own page."""
    try:
        visit.check(posted)
    except AnswersError as error:
        return list(error.problems)
    wish = ItemRole.CONTACT.value
    has_words = any(name.startswith("comment.") and any(posted[name]) for name in posted)
    if has_words and wish in posted and not posted[wish]:
        return [AnswerProblem(wish, "wish_needed")]
    return []


def _problem_words(problem: PhotoProblem) -> str:
    return {
        PhotoProblem.EMPTY: _("No photo was chosen. Please choose one first."),
        PhotoProblem.TOO_LARGE: _("The photo may have at most 12 MB. Please send a smaller one."),
        PhotoProblem.KIND: _("This file is no photo. JPEG, PNG and WebP can be sent."),
        PhotoProblem.HEIC: _(
            "This photo is in the HEIC format, which cannot be read here. In the camera settings "
            "of your phone choose “most compatible”, or send a screenshot of it."
        ),
        PhotoProblem.PIXELS: _("This picture is too large to be read. Please send a smaller one."),
        PhotoProblem.DAMAGED: _("This photo is damaged or incomplete. Please send another one."),
        PhotoProblem.BUSY: _("Many photos are being sent just now. Please try again in a minute."),
    }[problem]
