"""What exports refuse."""


class ExportError(Exception):
    """An export cannot be made; carries a code of the reason."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class NotAllowedError(ExportError):
    """This role takes no such thing out."""

    def __init__(self) -> None:
        super().__init__("not_allowed")


class NothingToExportError(ExportError):
    """Nothing is released here for this person, or it is held."""

    def __init__(self) -> None:
        super().__init__("nothing")


class MixedInstrumentsError(ExportError):
    """Communities of one campaign were frozen on different questionnaires."""

    def __init__(self) -> None:
        super().__init__("mixed")
