"""The interviewer's pages: one page that works without a network, its list, and its upload."""

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import generate_csrf

from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.interview import upload
from app.web.interview.package import make_package
from app.web.interview.words import script_words
from app.web.offline_worker import worker_script
from app.web.services import services
from app.web.transaction import transaction

bp = Blueprint("interview", __name__, url_prefix="/interview")

_STATIC = ("interview.css", "interview.js", "favicon.svg")


@bp.get("/")
@require_role(Role.INTERVIEWER)
def show() -> str:
    """Show the page; it names nobody and no home, so that the tablet may keep it."""
    return _page()


@bp.get("/sw.js")
@require_role(Role.INTERVIEWER)
def worker() -> Response:
    """Give the script that answers for the server while there is no network."""
    return worker_script("interview", page=url_for(".show"), markup=_page(), files=_STATIC)


@bp.get("/day")
@require_role(Role.INTERVIEWER)
def day() -> Response:
    """Give today's homes and all their forms in one package; every home is written down."""
    with transaction() as session:
        package = make_package(session, services().vault, current_scope(), services().now())
    return jsonify(package)


@bp.get("/me")
@require_role(Role.INTERVIEWER)
def me() -> Response:
    """Say who is signed in, with a fresh token for sending."""
    return jsonify(staff=current_scope().staff_id, token=generate_csrf())


@bp.post("/upload")
@require_role(Role.INTERVIEWER)
def send() -> Response:
    """Take one finished interview; the answer says what became of it."""
    body = request.get_json(silent=True)
    sealed = body.get("sealed") if isinstance(body, dict) else None
    if not isinstance(sealed, str):
        abort(400)
    return jsonify(upload.take(sealed, current_scope()).as_data())


def _page() -> str:
    return render_template("interview/page.html", words=script_words())
