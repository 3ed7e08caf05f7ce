"""Names of the worker's jobs about history, and the folder of uploads between their steps."""

from pathlib import Path

from app.surveys.register.files import RegisterFiles
from app.vault import Vault

READ = "history_read"
CHECK = "history_check"
ENTER = "history_enter"
STEPS = "history_steps"


def files_of(instance: Path, vault: Vault) -> RegisterFiles:
    """Return the folder of sealed uploads of earlier campaigns."""
    return RegisterFiles(instance / "history-files", vault)
