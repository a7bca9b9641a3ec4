"""The crash trial of tests/bench/crash_reminders.py, small."""

import asyncio
import threading

import pytest

from tests.bench.crash_reminders import crash


@pytest.mark.slow
def test_reminders_survive_kills(capsys: pytest.CaptureFixture[str]) -> None:
    codes: list[int] = []
    # a thread of its own: the loop of the other tests is running already
    thread = threading.Thread(target=lambda: codes.append(asyncio.run(crash(240, 2, 3, 7, limit_s=120))))
    thread.start()
    thread.join()
    assert codes == [0], capsys.readouterr()
