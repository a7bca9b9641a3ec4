"""Assets are found by parts of their number, name and route (expand)."""

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "2026_11_23_2155"
down_revision = "2026_11_23_2140"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    await_only(driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")))
