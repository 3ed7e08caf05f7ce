"""What can be wrong with an order of printed questionnaires."""


class FormOrderError(Exception):
    """An order cannot be taken."""


class NotOpenedError(FormOrderError):
    """The campaign has no frame to print for; carries its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NobodyError(FormOrderError):
    """No home gets a form of this order."""


class TooManyCopiesError(FormOrderError):
    """A home has as many copies as a page code can number; carries the frame member."""

    def __init__(self, member_id: int) -> None:
        super().__init__(member_id)
        self.member_id = member_id


class LayoutChangedError(RuntimeError):
    """A layout is not what sheets of its key were printed with; carries the key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
