"""Errors on the command line, in both languages."""

import sys

from gunmane.core.errors import GunmaneError
from gunmane.files.faults import said


def refuse(error: GunmaneError) -> int:
    """Say an error in Japanese and English on stderr; return the exit code 1."""
    print(f"gunmane: {said(error, 'ja')}\ngunmane: {said(error, 'en')}", file=sys.stderr)
    return 1
