"""What can go wrong with complaints. Errors carry data, never sentences."""

from app.followup.models import Stage
from app.service.complaints.models import Step


class ComplaintError(RuntimeError):
    """Base of everything that can go wrong with complaints."""


class ComplaintNotFoundError(ComplaintError):
    """No such complaint for this person: it does not exist, or may not be known to exist.

    Attributes:
        complaint_id: What was asked for.
    """

    def __init__(self, complaint_id: int) -> None:
        super().__init__(complaint_id)
        self.complaint_id = complaint_id


class ActRefusedError(ComplaintError):
    """The circle has no such act in this stage.

    Attributes:
        stage: Where the complaint stands.
        act: What was asked for.
    """

    def __init__(self, stage: Stage, act: str) -> None:
        super().__init__(stage, act)
        self.stage = stage
        self.act = act


class NotClassifiedError(ComplaintError):
    """The complaint has no class yet, and nobody answers what nobody has looked at.

    Attributes:
        complaint_id: The complaint.
    """

    def __init__(self, complaint_id: int) -> None:
        super().__init__(complaint_id)
        self.complaint_id = complaint_id


class NotAllowedError(ComplaintError):
    """The act is not this person's, or the named person may not answer for the complaint.

    Attributes:
        staff_id: Who acted, or was named.
        act: What was asked for.
    """

    def __init__(self, staff_id: int, act: str) -> None:
        super().__init__(staff_id, act)
        self.staff_id = staff_id
        self.act = act


class OwnHandlingError(ComplaintError):
    """Who handled a complaint, or belongs to the unit that did, does not call back about it.

    Attributes:
        staff_id: Who called.
    """

    def __init__(self, staff_id: int) -> None:
        super().__init__(staff_id)
        self.staff_id = staff_id


class StepRefusedError(ComplaintError):
    """The step was taken already, or is none of this kind of complaint.

    Attributes:
        step: The step.
        problem: ``taken``, ``unknown`` or ``by_itself`` (the program takes it with another act).
    """

    def __init__(self, step: Step, problem: str) -> None:
        super().__init__(step, problem)
        self.step = step
        self.problem = problem


class NotCompleteError(ComplaintError):
    """The complaint cannot be closed yet.

    Attributes:
        missing: What is not there: names of steps, ``plan`` or ``report``.
    """

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(missing)
        self.missing = missing


class TooLateError(ComplaintError):
    """The last day is over: it is missed, and moving it now would hide that.

    Attributes:
        complaint_id: The complaint.
    """

    def __init__(self, complaint_id: int) -> None:
        super().__init__(complaint_id)
        self.complaint_id = complaint_id


class GroupDecidedError(ComplaintError):
    """No such group, or head office has decided on it.

    Attributes:
        group_id: The group.
    """

    def __init__(self, group_id: int) -> None:
        super().__init__(group_id)
        self.group_id = group_id
