"""What can go wrong with a home visit. Errors carry data, never sentences."""

from app.followup.errors import FollowUpError


class VisitNotFoundError(FollowUpError):
    """No such visit for this person.

    Attributes:
        visit_id: What was asked for.
    """

    def __init__(self, visit_id: int) -> None:
        super().__init__(visit_id)
        self.visit_id = visit_id


class AlreadyVisitedError(FollowUpError):
    """The visit took place and is recorded; a record is never overwritten.

    Attributes:
        visit_id: The visit.
    """

    def __init__(self, visit_id: int) -> None:
        super().__init__(visit_id)
        self.visit_id = visit_id


class ActionNotFoundError(FollowUpError):
    """No such promise for this person, or it was kept already.

    Attributes:
        action_id: What was asked for.
    """

    def __init__(self, action_id: int) -> None:
        super().__init__(action_id)
        self.action_id = action_id


class KeyInUseError(FollowUpError):
    """The key of a record belongs to another visit, person, or other words.

    Attributes:
        key: The key.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
