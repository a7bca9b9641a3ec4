"""What the database refuses, in the words of the service: constraint names map to codes in one table."""

import asyncpg

from gunmane.core.errors import Fault, GunmaneError

CONSTRAINTS: dict[str, tuple[str, str]] = {
    "inspections_pk": ("taken", "/inspection_id"),
    "inspections_asset": ("asset_unknown", "/asset_id"),
    "inspections_supersedes": ("superseded_unknown", "/supersedes"),
    "inspections_supersedes_once": ("superseded_already", "/supersedes"),
    "inspections_grade_has_scale": ("scale_missing", "/scale"),
    "repairs_pk": ("taken", "/repair_id"),
    "repairs_asset": ("asset_unknown", "/asset_id"),
    "assets_number_unique": ("number_taken", "/number"),
    "assets_built_year_known": ("built_year_needs_precision", "/built_precision"),
    "consents_dates": ("ends_before_start", "/valid_to"),
    "region_members_dates": ("ends_before_start", "/left_on"),
    "photos_pk": ("twice", "/photos"),
    "models_adopted": ("other_adopted", "/replaces"),
    "plans_one_decided": ("later_decided", ""),
    "plan_decisions_pk": ("plan_decided", ""),
    "plan_overrides_pk": ("taken", "/override_id"),
    "plan_overrides_one": ("overridden_already", "/code"),
    "plan_jobs_one": ("planned_already", "/region_id"),
    "plan_comments_pk": ("taken", "/comment_id"),
}
"""Constraint → code of the fault, and its place in the request."""

PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says when the server died in the middle of an answer
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    ConnectionError,
    FileNotFoundError,
    TimeoutError,
)
"""What a repeated request may get past: the server starts anew, is busy, or a transaction had to give way."""


def passing(error: BaseException) -> bool:
    """Tell whether the server was gone or busy: then nobody knows whether a commit under way was carried out."""
    return isinstance(error, PASSING) and not isinstance(error, _UNDONE)


_UNDONE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


def explain(error: BaseException) -> GunmaneError | None:
    """Say what an exception of the database means to the caller; None when it is a mistake of ours."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        known = CONSTRAINTS.get(getattr(error, "constraint_name", None) or "")
        if known is not None:
            code, at = known
            conflict = isinstance(error, asyncpg.UniqueViolationError)
            return GunmaneError("conflict" if conflict else "invalid", [Fault(code, at)])
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return GunmaneError("forbidden")  # row-level security: never reached unless a guard is missing
    if isinstance(error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError):
        return GunmaneError("invalid", [Fault("bad_character")])
    return GunmaneError("database_unavailable") if isinstance(error, PASSING) else None
