"""Whether an answer stands unchanged in the frozen data: told by its fingerprint, to its owner."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.surveys.integrity.prints import print_of
from app.surveys.integrity.queries import list_frozen_prints
from app.surveys.response.models import Response
from app.surveys.response.voids.queries import list_void_revisions
from app.vault import Vault
from app.web.owner.visitor import Visit


class Found(StrEnum):
    """What the comparison says."""

    NOT_FROZEN = "not_frozen"
    COUNTED = "counted"
    CHANGED = "changed"
    RENEWED = "renewed"  # the data is being frozen anew
    ASIDE = "aside"  # kept but not counted, or voided


@dataclass(frozen=True, slots=True)
class Check:
    """An answer beside the frozen data.

    Attributes:
        own: Fingerprint of the answer as it is stored now.
        found: What the comparison says.
        listed: Fingerprints of all frozen answers of the community, sorted; empty before.
    """

    own: str
    found: Found
    listed: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Say whether the answer is not what was frozen."""
        return self.found is Found.CHANGED


def check(session: Session, vault: Vault, visit: Visit, answer: Response) -> Check:
    """Compare an answer with every revision of the frozen data in which it has counted."""
    own = print_of(vault, answer.receipt, answer.vector)
    frozen = list_frozen_prints(session, visit.campaign.id, visit.member.community_id)
    prints = {one.revision: tuple(one.prints.split()) for one in frozen}
    listed = prints[frozen[0].revision] if frozen else ()
    if not answer.is_counted:
        return Check(own, Found.ASIDE, listed)
    voids = list_void_revisions(session, visit.member.id)
    return Check(own, _found(own, prints, voids), listed)


def _found(own: str, prints: dict[int, tuple[str, ...]], voids: list[int | None]) -> Found:
    """Compare with the revisions since the answer counts: since the home's last void, if any.

    Freezing anew must not heal a change: an answer that was changed after a revision differs
    from that one for good, whatever is frozen later.
    """
    if not prints:
        return Found.NOT_FROZEN
    if None in voids:
        return Found.RENEWED
    first = max((one for one in voids if one is not None), default=0)
    own_revisions = [listed for revision, listed in prints.items() if revision >= first]
    if not own_revisions:
        return Found.RENEWED
    return Found.COUNTED if all(own in one for one in own_revisions) else Found.CHANGED


def words(found: Check) -> str:
    """Say what the comparison means, and what the owner can do with it."""
    return {
        Found.NOT_FROZEN: _(
            "Twelve signs made from your answers and your receipt code. Once the data is frozen, "
            "this page says whether your answer stands in it unchanged."
        ),
        Found.COUNTED: _(
            "Your answer stands in the frozen data, unchanged. If the fingerprint on your picture "
            "of this page is another one, tell head office."
        ),
        Found.CHANGED: _(
            "Your answer does not stand in the frozen data as it is stored. Please tell head "
            "office below."
        ),
        Found.RENEWED: _(
            "The data is being frozen anew because an answer was taken out. Please look again "
            "tomorrow."
        ),
        Found.ASIDE: _("It is kept, and not part of the frozen data."),
    }[found.found]
