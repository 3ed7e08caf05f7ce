"""The former start page of head office; its place is `app/web/today`."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from app.staff.models import Role
from app.web.auth import require_role

bp = Blueprint("hq_start", __name__, url_prefix="/hq")


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def show() -> Response:
    """Send people to what is due today."""
    return redirect(url_for("today.show"))
