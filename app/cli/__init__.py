"""Operator commands. Each is loaded when it is called, so pages never load what only they need."""

import re
from collections.abc import Callable
from functools import wraps
from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

_COMMANDS: dict[str, str | dict[str, str]] = {
    "db": {"upgrade": "app.cli.operate:upgrade", "check": "app.cli.operate:check"},
    "instrument": {
        "check": "app.cli.instruments:check",
        "publish": "app.cli.instruments:publish",
        "convert": "app.cli.instruments:convert",
    },
    "callbacks": {"verify": "app.cli.callbacks:verify"},
    "register": {"import": "app.cli.register:import_file"},
    "campaign": {
        "create": "app.cli.campaigns:create",
        "missing": "app.cli.plans:missing",
        "talk": "app.cli.plans:talk",
        "seen": "app.cli.plans:seen",
        "approve": "app.cli.plans:approve",
        "lock": "app.cli.plans:lock",
        "open": "app.cli.campaigns:open_one",
        "close": "app.cli.plans:close",
        "tracker": "app.cli.campaigns:show_tracker",
        "check": "app.cli.campaigns:check",
        "recount": "app.cli.counts:recount",
    },
    "staff": {"add": "app.cli.operate:add_staff", "link": "app.cli.people:link"},
    "audit": {"verify": "app.cli.operate:verify_audit"},
    "study": {
        "run": "app.cli.study:run",
        "schema": "app.cli.study:schema",
        "company": "app.cli.company_study:company",
        "market": "app.cli.market:market",
    },
    "report": {"make": "app.cli.reports:make", "verify": "app.cli.reports:verify_file"},
    "export": "app.cli.exports:export",
    "api": {"describe": "app.cli.api:describe"},
    "vault": {"rotate": "app.cli.vault:rotate"},
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
    if not isinstance(command, click.Command) or command.callback is None:
        raise TypeError(target)
    if not hasattr(command.callback, "__wrapped__"):
        command.callback = _in_one_sentence(command.callback)
    return command


def _in_one_sentence(callback: Callable[..., object]) -> Callable[..., object]:
    """Turn what our own code refuses into one sentence; anything else stays a traceback."""

    @wraps(callback)
    def run(*args: object, **kwargs: object) -> object:
        try:
            return callback(*args, **kwargs)
        except OperationalError as error:
            raise click.ClickException(f"the database does not answer: {error.orig}") from error
        except Exception as error:
            kind = type(error)
            if not kind.__module__.startswith("app."):
                raise
            words = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__.removesuffix("Error")).lower()
            facts = ", ".join(str(fact) for fact in error.args)
            raise click.ClickException(f"{words}: {facts}" if facts else words) from error

    return run


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
