"""Saving in the background: the page's script sends a card as soon as it is answered.

It posts the form of the page with the header ``X-Save: 1`` and reads only the status: 204 saved,
422 not taken (with the words), anything else as for the page itself. Headers tell it which page
comes next, whether pages it has fetched ahead are still the right ones, and since when the next
one is looked at.
"""

import hashlib
from collections.abc import Sequence

from flask import request
from werkzeug.wrappers import Response

from app.web.instrument_forms import InstrumentForm
from app.web.owner.pages import Step

_HEADER = "X-Save"


def is_quiet() -> bool:
    """Say whether the request comes from the script of a page and wants no page back."""
    return request.headers.get(_HEADER) == "1"


def is_staying() -> bool:
    """Say whether a page is sent only to be shown again, in another language or size."""
    return "stay" in request.args


def plan_of(steps: Sequence[Step]) -> str:
    """Name what is asked, page by page; the name changes when an answer changes the questions."""
    text = "|".join(",".join([step.name, *(item.code for item in step.items)]) for step in steps)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def saved(next_url: str, steps: Sequence[Step], *, stamp: str) -> Response:
    """Answer that everything sent is stored."""
    headers = {"X-Next": next_url, "X-Plan": plan_of(steps), "X-Shown": stamp}
    return Response(status=204, headers=headers)


def refused(form: InstrumentForm) -> Response:
    """Answer that nothing was stored, and why."""
    words = [str(words) for _asked, field in form.fields for words in field.errors]
    return Response("\n".join(words), status=422, mimetype="text/plain")
