"""The command line: `gunmane <command>`; each command is a module here that offers `add(commands)`."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from gunmane import __version__
from gunmane.core.errors import GunmaneError

COMMANDS: dict[str, str] = {
    "parts": "parts",
    "simulate": "simulate",
    "import": "imports",  # the word itself is reserved in Python
    "build": "build",
    "demo": "demo",
    "duties": "duties",
    "schedule": "schedule",
    "deterioration": "deterioration",
    "grade": "grade",
    "plan": "plan",
    "model": "models",
    "serve": "serve",
    "work": "work",
    "migrate": "migrate",
    "keys": "keys",
}
"""Commands with their modules, in the order of the help text."""


def parser(wanted: Sequence[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """Build the argument parser from the modules of the wanted commands.

    A module's `add(commands)` adds its sub-parsers and sets `run`, a function from the parsed arguments to the
    exit code.
    """
    root = argparse.ArgumentParser(
        prog="gunmane", description="群マネ: shared management of municipal infrastructure"
    )
    root.add_argument("--version", action="version", version=f"gunmane {__version__}")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    for name in wanted:
        importlib.import_module(f"gunmane.cli.{COMMANDS[name]}").add(commands)
    return root


def _use_local_rules() -> None:
    from gunmane import settings
    from gunmane.files import rules

    rules.use(rules.named(settings.read().rules))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Modules bring the libraries that they need, some of them slow to load: only the named command's is imported.
    named = tuple(name for name in COMMANDS if given[:1] == [name])
    options = parser(named or tuple(COMMANDS)).parse_args(given)
    try:
        if os.environ.get("GUNMANE_RULES"):
            _use_local_rules()
        return int(options.run(options) or 0)
    except GunmaneError as error:  # what a command has no better word for
        from gunmane.cli.refusal import refuse

        return refuse(error)
    except OSError as error:
        if error.filename is None:
            raise
        from gunmane.cli.refusal import refuse

        return refuse(GunmaneError("file_refused", path=str(error.filename), reason=error.strerror))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
