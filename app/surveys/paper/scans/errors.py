"""What can go wrong at the scan desk. The errors carry data; pages find the words."""

from collections.abc import Sequence

from app.surveys.instrument.answers import AnswerProblem


class ScanDeskError(Exception):
    """Any refusal of the scan desk. Nothing was changed."""


class BatchClosedError(ScanDeskError):
    """The batch is closed: opening it again takes a reason."""


class PagesOpenError(ScanDeskError):
    """Pages still wait for a person, or files for the worker."""

    def __init__(self, pages: int, files: int) -> None:
        super().__init__(pages, files)
        self.pages = pages
        self.files = files


class NoReasonError(ScanDeskError):
    """This change needs a reason in words."""


class NotOpenYetError(ScanDeskError):
    """The campaign does not collect in this community."""


class MovedError(ScanDeskError):
    """The page lies in another tray by now: somebody else was there."""


class UnknownSheetError(ScanDeskError):
    """No printed sheet of this batch's campaign and communities has this code."""


class OtherPlaceError(ScanDeskError):
    """The sheet belongs to another community than the batch."""


class NotThisPageError(ScanDeskError):
    """The printed sheet has no such page."""


class WrongFieldError(ScanDeskError):
    """Something was decided about a field or with a value the page does not have."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class OwnSheetError(ScanDeskError):
    """Who decided about a sheet does not key it in the second time."""


class KeyedOtherwiseError(ScanDeskError):
    """The printed sheet is in already, with other answers; carries the answer that stands."""

    def __init__(self, response_id: int) -> None:
        super().__init__(response_id)
        self.response_id = response_id


class DecidedBeforeError(MovedError):
    """Somebody else decided about these fields after they were shown."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(*fields)
        self.fields = tuple(fields)


class RefusedError(ScanDeskError):
    """The answers of a sheet cannot be taken as they stand; carries every problem."""

    def __init__(self, problems: Sequence[AnswerProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(len(self.problems))
