"""What all pages of an owner share: whose home it is, the limits, calm refusals."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, cast

from flask import Blueprint, current_app, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.surveys.response import models as responses
from app.surveys.response import queries
from app.surveys.response import services as response_services
from app.surveys.response.leftovers import services as leftovers
from app.surveys.response.signals import network_of
from app.web.owner import quiet, screens, visitor
from app.web.owner.pages import Raw
from app.web.owner.screens import Page
from app.web.owner.stamps import read_stamp
from app.web.owner.visitor import Standing, Visit
from app.web.services import services
from app.web.throttle import Throttle
from app.web.transaction import reading

_LIMITS = "owner-limits"
_TEN_MINUTES = 600.0
_HOUR = 3600.0

Answer = str | Page | Response


@dataclass(frozen=True, slots=True)
class Limits:
    """How often something may go wrong; what is right always passes.

    Five hundred homes behind one address are a building, so nothing here counts honest requests.

    Attributes:
        address: Wrong links and codes from one address in ten minutes.
        network: The same from one neighbourhood of addresses (/24 or /48).
        everywhere: Wrong links and codes from anywhere in an hour. A wrong code names no
            campaign, so this holds for all of them together.
        receipts: Wrong receipt codes typed for one home in ten minutes.
        resumes: Wrong resume codes typed for one home in ten minutes.
    """

    address: Throttle = field(default_factory=lambda: Throttle(30, _TEN_MINUTES))
    network: Throttle = field(default_factory=lambda: Throttle(200, _TEN_MINUTES))
    everywhere: Throttle = field(default_factory=lambda: Throttle(1000, _HOUR))
    receipts: Throttle = field(default_factory=lambda: Throttle(10, _TEN_MINUTES))
    resumes: Throttle = field(default_factory=lambda: Throttle(10, _TEN_MINUTES))

    def note_wrong(self, address: str, at: float) -> bool:
        """Count a wrong link or code and say whether there were too many."""
        keys = (
            (self.address, address),
            (self.network, network_of(address) or ""),
            (self.everywhere, ""),
        )
        for throttle, key in keys:
            throttle.count(key, at)
        return any(throttle.is_over(key, at) for throttle, key in keys)


def make_blueprint(name: str) -> Blueprint:
    """Return a blueprint whose pages speak, refuse and look like all pages of an owner."""
    bp = Blueprint(name, __name__)
    bp.context_processor(screens.template_words)
    bp.before_request(_take_choices)
    bp.register_error_handler(CSRFError, _stale)
    bp.register_error_handler(HTTPException, _refused)
    return bp


def limits() -> Limits:
    """Return the limits of this application."""
    return cast("Limits", current_app.extensions.setdefault(_LIMITS, Limits()))


def at_home(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Hand the visit of this browser to a view; without one say how to come back.

    A page sent for one home while the link of another was opened since is not taken: it would
    land in the answers of the wrong home.
    """

    @wraps(view)
    def inner(**values: Any) -> Answer:
        visit = visitor.find_visit(reading())
        if visit is None:
            return screens.lost()
        if request.method == "POST" and not is_for(visit):
            return screens.other_home(visit)
        return view(visit, **values)

    return inner


def answering(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Hand visit and draft to a view while the home may answer; else the landing page tells.

    Whoever had begun when somebody else of the home answered may finish: what he sends is kept,
    not counted, and his words are followed up.
    """

    @wraps(view)
    @at_home
    def inner(visit: Visit, **values: Any) -> Answer:
        raw = draft_of(visit)
        standing = standing_of(visit, raw)
        may_finish = standing is Standing.ANSWERED and has_begun_here(visit, raw)
        if standing not in (Standing.OPEN, Standing.EXTENDED) and not may_finish:
            if request.method == "POST" and not quiet.is_quiet():
                visitor.note_unsaved(visit)
            return redirect(url_for("owner.landing"), 303)
        return view(visit, raw, **values)

    return inner


def is_for(visit: Visit) -> bool:
    """Say whether the form just sent was made for the home this browser answers for now."""
    return request.form.get("home_key") == screens.home_key(visit)


def draft_of(visit: Visit) -> Raw:
    """Return what this device has saved so far."""
    return response_services.load_draft(
        reading(), services().vault, member=visit.member, device=visit.device
    )


def standing_of(visit: Visit, raw: Raw) -> Standing:
    """Say what the home can do now."""
    return visitor.standing(reading(), visit, services().now(), has_begun=_had_opened(visit, raw))


def has_begun_here(visit: Visit, raw: Raw) -> bool:
    """Say whether this device has something of its own to finish after the home has answered."""
    return bool(raw) or (_had_opened(visit, raw) and own_answer(visit) is None)


def _had_opened(visit: Visit, raw: Raw) -> bool:
    """Say whether this device has a draft, or just sent a page that was opened in time."""
    is_sent = request.method == "POST"
    return bool(raw) or (is_sent and read_stamp(visit, request.form.get("shown", "")) is not None)


def own_answer(visit: Visit) -> responses.Response | None:
    """Return the answer this browser holds a receipt of, or sent without hearing back; or None."""
    session, code = reading(), visit.receipt
    if code is None:
        earlier = response_services.find_receipt(session, visit.member, visit.key)
        if earlier is None:
            return None
        code = earlier.code
    answer = queries.find_by_receipt(session, code)
    return answer if answer is not None and answer.frame_member_id == visit.member.id else None


def shown_answer(visit: Visit) -> responses.Response | None:
    """Return the answer this browser may look at.

    Its own, or what was made of its draft: counted at the deadline, or its words kept later.
    """
    session, vault = reading(), services().vault
    return (
        own_answer(visit)
        or response_services.find_flushed(session, vault, member=visit.member, device=visit.device)
        or leftovers.find_kept(session, vault, member=visit.member, device=visit.device)
    )


def _take_choices() -> None:
    """Take the choice of large text."""
    if "form" in request.args:
        visitor.choose_form(request.args["form"])


def _stale(_error: CSRFError) -> Page:
    if visitor.find_visit(reading()) is None and not request.path.startswith("/c"):
        return screens.lost()
    return screens.failure(
        _("This page had become too old"),
        _("Open your survey again; every page you had sent is saved."),
        400,
    )


def _refused(error: HTTPException) -> Answer | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if error.code == 404 and "form" in request.args:  # a page that is not asked in that size
        return redirect(url_for("owner.landing"), 303)
    words = {
        404: (
            _("This page is not part of your survey"),
            _("Perhaps an earlier answer has changed which questions you are asked."),
        ),
        413: (
            _("This was too much at once"),
            _("Go back, shorten what you wrote, and send it again. Nothing else is lost."),
        ),
    }
    title, advice = words.get(
        error.code,
        (
            _("This could not be read"),
            _("Go back one page and try again. Every page you had sent is saved."),
        ),
    )
    return screens.failure(title, advice, error.code)
