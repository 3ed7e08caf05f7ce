"""The public service guide of a community: services, hours, numbers and fees; for everybody."""

from flask import abort

from app.clock import beijing_date
from app.followup.published.queries import find_board
from app.service.standards.public.queries import public_guide
from app.web.guard import public
from app.web.owner import door, pages, screens
from app.web.owner.door import Answer
from app.web.services import services
from app.web.transaction import reading

bp = door.make_blueprint("owner_guide")

_LONGEST = 16


@bp.get("/p/<code>/guide")
@public
def show(code: str) -> Answer:
    """Show the service guide of the community whose board bears this code."""
    known = code.isascii() and code.isalnum() and len(code) <= _LONGEST
    community = find_board(reading(), code.lower()) if known else None
    if community is None:
        abort(404)
    items = public_guide(reading(), community.id, beijing_date(services().now()))
    return screens.render(
        "guide",
        None,
        community=community.name,
        code=code.lower(),
        office_phone=community.office_phone,
        parts=[
            (kind, [one for one in items if one.kind.value == kind])
            for kind in ("service", "paid", "fee")
        ],
        day=pages.day_words,
    )
