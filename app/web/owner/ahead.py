"""The pages still to come, all at once, for a phone that may lose its network on the way."""

from flask import request

from app.i18n import current_language
from app.web.guard import public
from app.web.owner import screens
from app.web.owner.door import Answer, answering, make_blueprint
from app.web.owner.pages import Raw
from app.web.owner.visitor import Visit

bp = make_blueprint("owner_ahead")


@bp.get("/a/pages")
@public
@answering
def pages_ahead(visit: Visit, raw: Raw) -> Answer:
    """Hand out every page of the form after the one named, one complete page after the other.

    Compressed together they take a few kilobytes: what one page says, all say again.
    """
    steps, language = visit.steps(raw), current_language()
    addresses = [screens.url_of(step.name) for step in steps]
    after = request.args.get("after", "")
    rest = steps[addresses.index(after) + 1 :] if after in addresses else steps
    return "\n".join(
        screens.form_page(visit, step, step.filled(visit.instrument, language, raw), steps=steps)[0]
        for step in rest
    )
