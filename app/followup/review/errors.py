"""What can go wrong with review meetings. Errors carry data, never sentences."""

from app.followup.errors import FollowUpError


class MeetingNotFoundError(FollowUpError):
    """No such meeting or decision for this person, or the decision was done before.

    Attributes:
        key: What was asked for.
    """

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key
