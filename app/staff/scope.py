"""Scope: who somebody is and which communities that person may see. Pure."""

from dataclasses import dataclass, replace

from app.staff.models import Role

# The actor of audit entries written by the program itself.
SYSTEM_ACTOR = "system"
# The actor of audit entries about somebody who has not signed in.
NOBODY = "nobody"

SEES_ALL = frozenset({Role.HEAD_OFFICE, Role.LEADER})


@dataclass(frozen=True, slots=True)
class Scope:
    """A signed-in person and that person's rights; every scoped query takes one.

    Attributes:
        staff_id: Key of the account.
        name: Name to show on pages.
        role: What the person does here.
        community_ids: Communities the person may see; None means all of them, empty means none.
        region_ids: Regions given to somebody of the role REGION, else empty.
    """

    staff_id: int
    name: str
    role: Role
    community_ids: frozenset[int] | None
    region_ids: frozenset[int] = frozenset()

    @property
    def actor(self) -> str:
        """Return the person's name in audit entries."""
        return f"staff:{self.staff_id}"

    def only(self, community_id: int) -> "Scope":
        """Return the same person looking at one community: nothing when it is out of scope."""
        seen = frozenset({community_id}) if self.sees(community_id) else frozenset()
        return replace(self, community_ids=seen)

    def sees(self, community_id: int) -> bool:
        """Say whether this community's rows exist for the person."""
        return self.community_ids is None or community_id in self.community_ids
