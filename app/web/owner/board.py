"""The public page of a community: its public answers, their progress, and what came of them.

Anybody who scans the code on the board reads it; it says nothing about any home.
"""

from flask import abort

from app.followup import public as followup
from app.i18n import current_language
from app.web.guard import public
from app.web.owner import door, pages, screens
from app.web.owner.door import Answer
from app.web.services import services
from app.web.transaction import reading

bp = door.make_blueprint("owner_board")

_LONGEST = 16


@bp.get("/p/<code>")
@public
def show(code: str) -> Answer:
    """Show what was published in a community."""
    known = code.isascii() and code.isalnum() and len(code) <= _LONGEST
    board = followup.board(reading(), code.lower(), now=services().now()) if known else None
    if board is None:
        abort(404)
    return screens.render(
        "board",
        None,
        board=board,
        guide=code.lower(),
        in_english=current_language() == "en",
        day=pages.day_words,
        moment_of=pages.moment_words,
        phone=services().config.phone,
    )
