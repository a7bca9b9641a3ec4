"""Errors on the command line, in both languages."""

import sys
from pathlib import Path

from gunmane.core.errors import GunmaneError
from gunmane.files.faults import said


def refuse(error: GunmaneError) -> int:
    """Say an error in Japanese and English on stderr; return the exit code 1."""
    print(f"gunmane: {said(error, 'ja')}\ngunmane: {said(error, 'en')}", file=sys.stderr)
    return 1


def unusable(path: Path, error: Exception) -> str:
    """Say in both languages why a file of a problem cannot be used."""
    if isinstance(error, GunmaneError):
        return f"{path}: {said(error, 'ja')}\n{said(error, 'en')}"
    if isinstance(error, OSError) and error.strerror:
        told = GunmaneError("file_refused", path=str(path), reason=error.strerror)
    else:
        # numpy answers whatever it does not know with advice about pickled objects, which no instance holds
        reason = "not an .npz archive" if "pickle" in str(error) else str(error)
        told = GunmaneError("no_instance", path=str(path), reason=reason)
    return f"{said(told, 'ja')}\n{said(told, 'en')}"
