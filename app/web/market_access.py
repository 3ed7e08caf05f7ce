"""The door to market surveys: one that somebody was not given does not exist for that person."""

from flask import abort, request

from app.surveys.market import queries
from app.surveys.market.models import MarketSurveyRow
from app.web.auth import current_scope
from app.web.transaction import reading

A_PAGE = 50


def access_survey(code: str) -> MarketSurveyRow:
    """Return the survey of this code, or answer 404."""
    survey = queries.find_survey(reading(), code, current_scope())
    if survey is None:
        abort(404)
    return survey


def page_in_address() -> int:
    """Return the number of the page the address asks for, from 1."""
    text = request.args.get("p", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
