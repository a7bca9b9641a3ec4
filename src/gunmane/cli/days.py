"""Days given on the command line."""

from argparse import ArgumentTypeError
from datetime import date

from gunmane.core.errors import GunmaneError
from gunmane.files.faults import said


def iso_day(text: str) -> date:
    """Read an ISO day; what is none ends the command with a sentence in both languages."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        wrong = GunmaneError("not_a_day", text=text)
        raise ArgumentTypeError(f"{said(wrong, 'ja')} / {said(wrong, 'en')}") from error
