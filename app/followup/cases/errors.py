"""What can go wrong with a case. Errors carry data, never sentences."""

from app.followup.errors import FollowUpError
from app.followup.models import Stage


class StepRefusedError(FollowUpError):
    """The circle has no such step, or it is not this person's to take.

    Attributes:
        stage: Where the case stands.
        to: The step asked for.
    """

    def __init__(self, stage: Stage, to: Stage) -> None:
        super().__init__(stage, to)
        self.stage = stage
        self.to = to


class NotResponsibleError(FollowUpError):
    """Somebody who may not answer for the case was named: another community, role or list.

    Attributes:
        staff_id: Who was named.
    """

    def __init__(self, staff_id: int) -> None:
        super().__init__(staff_id)
        self.staff_id = staff_id


class UndoTooLateError(FollowUpError):
    """The contact cannot be taken back: not the last step, not one's own, or more than a minute.

    Attributes:
        contact_id: The contact.
    """

    def __init__(self, contact_id: int) -> None:
        super().__init__(contact_id)
        self.contact_id = contact_id


class KeyTakenError(FollowUpError):
    """The key belongs to another case, to somebody else, or to other words.

    Attributes:
        key: The key.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class PraiseNotFoundError(FollowUpError):
    """No such praise for this person.

    Attributes:
        praise_id: What was asked for.
    """

    def __init__(self, praise_id: int) -> None:
        super().__init__(praise_id)
        self.praise_id = praise_id


class SheetNotFoundError(FollowUpError):
    """No such printed list of this person.

    Attributes:
        sheet_id: What was asked for.
    """

    def __init__(self, sheet_id: int) -> None:
        super().__init__(sheet_id)
        self.sheet_id = sheet_id
