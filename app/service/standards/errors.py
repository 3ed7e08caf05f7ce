"""What can go wrong with standards, losses and the service guide."""


class StandardsError(RuntimeError):
    """Something cannot be written down."""


class GoneError(StandardsError):
    """What somebody wants to change does not exist for that person; carries its key."""


class FieldRefusedError(StandardsError):
    """A field holds what cannot be kept.

    Attributes:
        field: Name of the field.
        problem: Which rule refused it: ``empty``, ``too_long``, ``in_future``, ``unknown``,
            ``order`` or ``number``.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem
