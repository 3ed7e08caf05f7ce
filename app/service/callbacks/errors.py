"""What can go wrong when calling back. Errors carry data, never sentences."""


class CallBackError(RuntimeError):
    """Base of everything that can go wrong when calling back."""


class CallGoneError(CallBackError):
    """No such call for this person, or it is over.

    Attributes:
        call_id: What was asked for.
    """

    def __init__(self, call_id: int) -> None:
        super().__init__(call_id)
        self.call_id = call_id


class OwnUnitError(CallBackError):
    """Who handled a complaint, or belongs to the unit that did, does not call back about it.

    Attributes:
        call_id: The call.
    """

    def __init__(self, call_id: int) -> None:
        super().__init__(call_id)
        self.call_id = call_id


class LinkGoneError(CallBackError):
    """A link that takes no answer.

    Attributes:
        why: ``unknown``, ``expired`` or ``answered``.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotPublishedError(CallBackError):
    """The questions of a call-back are not published.

    Attributes:
        code: Of the instrument.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TryError(CallBackError):
    """A try cannot be recorded as given.

    Attributes:
        field: Name of the field.
        problem: ``empty``, ``in_past``, ``too_far`` or ``at_night``.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem
