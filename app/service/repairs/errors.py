"""What can go wrong with repair orders."""

from app.service.repairs.models import OrderState


class RepairError(RuntimeError):
    """Base of everything that can go wrong with repairs."""


class OrderNotFoundError(RepairError):
    """No such order, visit, flag or defect for this person; carries its key."""

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key


class StepNotAllowedError(RepairError):
    """An order goes forward only.

    Attributes:
        state: Where it stands.
        to: The step asked for.
    """

    def __init__(self, state: OrderState, to: OrderState) -> None:
        super().__init__(state, to)
        self.state = state
        self.to = to


class NotDoneError(RepairError):
    """Only an order that was done can have failed; carries its state."""

    def __init__(self, state: OrderState) -> None:
        super().__init__(state)
        self.state = state


class OwnWorkError(RepairError):
    """Nobody checks a repair of his own; carries the account."""

    def __init__(self, staff_id: int) -> None:
        super().__init__(staff_id)
        self.staff_id = staff_id


class AlreadyDoneError(RepairError):
    """The visit, check or inspection has its record already; carries its key."""

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key


class RepairFieldError(RepairError):
    """A field is empty or cannot be true.

    Attributes:
        field: Name of the field.
        problem: ``empty``, ``unknown``, ``in_future``, ``in_past``, ``too_long`` or ``taken``.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem
