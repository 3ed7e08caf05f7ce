"""What can go wrong in follow-up. Errors carry data, never sentences."""


class FollowUpError(RuntimeError):
    """Base of everything that can go wrong in follow-up."""


class CaseNotFoundError(FollowUpError):
    """No such case for this person: it does not exist, or may not be known to exist.

    Attributes:
        case_id: What was asked for.
    """

    def __init__(self, case_id: int) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class CaseClosedError(FollowUpError):
    """The case is closed or declined; contacts are recorded on open cases only.

    Attributes:
        case_id: The case.
    """

    def __init__(self, case_id: int) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class FieldError(FollowUpError):
    """A field of a record is empty or cannot be true.

    Attributes:
        field: Name of the field.
        problem: ``empty``, ``unknown``, ``in_future``, ``in_past``, ``too_far``, ``too_long``,
            ``not_both``, ``before_words``, ``before_release`` or ``no_reply``; a slice above may
            name its own.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem
