"""Inspections that raise no doubt are logged by one statement (expand)."""

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "2026_11_23_2130"
down_revision = "2026_11_23_2125"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    await_only(driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")))
