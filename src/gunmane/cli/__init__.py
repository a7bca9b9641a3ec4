"""The command line: `gunmane <command>`; each command is a module here that offers `add(commands)`."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from gunmane import __version__

COMMANDS: tuple[str, ...] = ("parts", "simulate", "imports", "duties", "serve", "migrate", "keys", "plan")
"""Modules of this package, in the order of the help text; imported only when the command line is parsed."""


def parser() -> argparse.ArgumentParser:
    """Build the argument parser from the command modules.

    A module's `add(commands)` adds its sub-parsers and sets `run`, a function from the parsed arguments to the
    exit code.
    """
    root = argparse.ArgumentParser(
        prog="gunmane", description="群マネ: shared management of municipal infrastructure"
    )
    root.add_argument("--version", action="version", version=f"gunmane {__version__}")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        importlib.import_module(f"gunmane.cli.{name}").add(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
