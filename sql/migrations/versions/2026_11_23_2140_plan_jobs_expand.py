"""What a region's plan is computed for, and computations that are asked for over the API (expand)."""

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "2026_11_23_2140"
down_revision = "2026_11_23_2130"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    await_only(driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")))
