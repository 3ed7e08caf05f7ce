"""Who took a file of results along: one entry of the audit log for each download."""

from werkzeug.wrappers import Response

from app.staff import audit
from app.web.auth import current_scope
from app.web.services import services
from app.web.transaction import transaction

ACTION = "results.download"


def noted(
    answer: Response,
    subject: str,
    what: str,
    *,
    community_id: int | None = None,
    place: str = "",
    revision: int | None = None,
) -> Response:
    """Return a file that is ready to be sent, once it is on record who took what.

    Args:
        answer: The file; without the entry it does not leave.
        subject: What it is about: ``campaign:CODE`` or ``market:CODE``.
        what: Kind or name of the file.
        community_id: Community it is about; None for several.
        place: Else the region's code, or "company".
        revision: Of the snapshot it rests on; None where it rests on none.
    """
    who = current_scope()
    words = (who.role.value, what, place, "" if revision is None else f"r{revision}")
    with transaction() as session:
        audit.record(
            session,
            actor=who,
            action=ACTION,
            subject=subject,
            community_id=community_id,
            detail=" ".join(word for word in words if word),
            now=services().now(),
        )
    return answer
