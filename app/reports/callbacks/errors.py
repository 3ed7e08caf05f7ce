"""What can go wrong when a record of call-backs is printed."""

from app.followup.errors import FollowUpError


class NoRecordError(FollowUpError):
    """There is no such draw for its reader.

    Attributes:
        draw_id: What was asked for.
    """

    def __init__(self, draw_id: int) -> None:
        super().__init__(draw_id)
        self.draw_id = draw_id
