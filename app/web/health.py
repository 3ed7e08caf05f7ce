"""The health address: 200 when the database answers a read of our tables."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.surveys.campaign import queries
from app.web.guard import public
from app.web.transaction import reading

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Answer 200 when a read of the database succeeds."""
    queries.list_campaigns(reading())
    return jsonify(status="ok")
