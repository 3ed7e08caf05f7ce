"""Why a change of a home is refused."""


class HomeError(Exception):
    """A change of a home cannot be made; nothing was changed."""


class SameHomeError(HomeError):
    """A home cannot be merged into itself."""


class OtherBuildingError(HomeError):
    """Homes of two communities cannot be merged."""


class RoomTakenError(HomeError):
    """The building has this room already; carries the room."""


class RetiredHomeError(HomeError):
    """The home is retired already, or is not; carries its key."""


class WrongDayError(HomeError):
    """The day lies in the future, or before the one it has to follow."""


class OddDayError(HomeError):
    """The day lies longer ago than anything of the register."""


class AlreadyThereError(HomeError):
    """This was written down already: the same person, or the same need of the same days."""


class NoHomesError(HomeError):
    """The building has no living home."""


class BuildingTakenError(HomeError):
    """The community has a building of this name already; carries the name."""


class NobodyError(HomeError):
    """The person or need does not belong to this home."""
