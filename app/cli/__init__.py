"""Operator commands. Each is loaded when it is called, so pages never load what only they need."""

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

_COMMANDS: dict[str, str | dict[str, str]] = {
    "db": {"upgrade": "app.cli.operate:upgrade", "check": "app.cli.operate:check"},
    "instrument": {
        "check": "app.cli.instruments:check",
        "publish": "app.cli.instruments:publish",
    },
    "register": {"import": "app.cli.register:import_file"},
    "campaign": {
        "create": "app.cli.campaigns:create",
        "open": "app.cli.campaigns:open_one",
        "tracker": "app.cli.campaigns:show_tracker",
    },
    "staff": {"add": "app.cli.operate:add_staff"},
    "audit": {"verify": "app.cli.operate:verify_audit"},
    "study": {"run": "app.cli.study:run"},
    "worker": "app.cli.operate:worker",
    "demo": "app.cli.demo:demo",
}


class LazyGroup(AppGroup):
    """A group whose commands are named as ``module:function`` and imported on use."""

    def __init__(self, name: str, commands: dict[str, str]) -> None:
        super().__init__(name)
        self._lazy = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted({*super().list_commands(ctx), *self._lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None when there is none of this name."""
        if cmd_name in self._lazy:
            return _load(self._lazy[cmd_name])
        return super().get_command(ctx, cmd_name)


def _load(target: str) -> click.Command:
    module, _, name = target.partition(":")
    command = getattr(import_module(module), name)
    if not isinstance(command, click.Command):
        raise TypeError(target)
    return command


class _LazyCommand(click.Command):
    """A single command loaded on use."""

    def __init__(self, name: str, target: str) -> None:
        super().__init__(name, add_help_option=False)
        self._target = target
        self.ignore_unknown_options = True
        self.allow_extra_args = True

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """Hand everything to the real command."""
        return _load(self._target).make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the real command."""
        return ctx.command.invoke(ctx)


def register_commands(app: Flask) -> None:
    """Attach the operator commands to ``flask --app wsgi``."""
    for name, target in _COMMANDS.items():
        if isinstance(target, str):
            app.cli.add_command(_LazyCommand(name, target))
        else:
            app.cli.add_command(LazyGroup(name, target))
