"""Photos beside an owner's words: for whoever may read the words, and for nobody else."""

from collections.abc import Callable

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from app.staff import audit
from app.staff.models import Role
from app.surveys.response.photos import services as photo_services
from app.surveys.response.photos.queries import list_photos_of_comments
from app.web.auth import current_scope, require_role
from app.web.desk.followups import open_case
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("desk_photos", __name__, url_prefix="/desk")


@bp.app_context_processor
def _photo_words() -> dict[str, Callable[[int], list[int]]]:
    """Give the page of a case the photos of its comments."""
    return {"photos_of": photos_of}


def photos_of(comment_id: int) -> list[int]:
    """Return the keys of a comment's photos; the page shows only comments that may be read."""
    found = list_photos_of_comments(reading(), [comment_id], with_flushed=_is_head_office())
    return [one.photo_id for one in found]


@bp.get("/follow-ups/<int:case_id>/photos/<int:photo_id>")
@require_role(Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
def look(case_id: int, photo_id: int) -> Response:
    """Show a photo that goes with a readable comment of this case; the look is written down."""
    view = open_case(case_id)
    comment_ids = [comment.id for comment in view.comments]
    with transaction() as session:
        photo = photo_services.find_photo_of_comments(
            session, comment_ids, photo_id, with_flushed=_is_head_office()
        )
        if photo is None:
            abort(404)
        audit.record(
            session,
            actor=current_scope(),
            action="view_photo",
            subject=view.row.household_uid,
            community_id=view.row.community_id,
            now=services().now(),
        )
        content = photo_services.open_photo(services().vault, photo)
    made = Response(content, mimetype="image/jpeg")
    made.headers["Content-Disposition"] = "inline"
    return made


def _is_head_office() -> bool:
    return current_scope().role is Role.HEAD_OFFICE
