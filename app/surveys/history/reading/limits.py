"""What the child processes that read foreign files may do and use."""

import resource
import sys
from collections.abc import Callable

MOST_ROWS = 200_000
MOST_COLUMNS = 600
LONGEST_CELL = 20_000
MEMORY = 1536 * 1024 * 1024
SECONDS = 60
REFUSED = 3


class OverLimitError(Exception):
    """The file is larger than any list of answers; its text is the word for the parent."""

    def __init__(self) -> None:
        super().__init__("large")


def give_up_rights() -> None:
    """Let the process open nothing more and end by itself when it works too long."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def refusing(work: Callable[[bytes], None]) -> int:
    """Do the work of a child on its standard input; a refusal is a word and a status.

    Args:
        work: Takes the bytes of the file and writes to the standard output.
    """
    content = sys.stdin.buffer.read()
    give_up_rights()
    try:
        work(content)
    except MemoryError:
        return _refuse("large")
    except Exception as error:
        # Whatever is wrong with a file: a word that is known, else "damaged".
        word = str(error)
        return _refuse(word if word in ("large", "locked") else "damaged")
    return 0


def _refuse(word: str) -> int:
    sys.stderr.write(word)
    return REFUSED
