"""Starting the service: what cannot work is said in a sentence before anything is done."""

import socket

import pytest

from gunmane.cli import main
from gunmane.cli.serve import check_address
from gunmane.core.errors import GunmaneError
from gunmane.settings import read


def test_a_port_in_use_is_told_even_where_it_could_be_shared() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(GunmaneError, match="port_taken"):
            check_address("127.0.0.1", port)
    check_address("127.0.0.1", port)


@pytest.mark.parametrize("port", ["0", "65536"])
def test_no_such_port(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", port]) == 1
    said = capsys.readouterr().err
    assert f"65535の間で指定してください: {port}" in said
    assert "Traceback" not in said


def test_settings_that_cannot_be_used_are_all_named() -> None:
    with pytest.raises(GunmaneError) as raised:
        read({"GUNMANE_PORT": "abc", "GUNMANE_LOG_LEVEL": "loud", "GUNMANE_POOL_SIZE": "0"})
    assert [fault.at for fault in raised.value.faults] == ["GUNMANE_PORT", "GUNMANE_POOL_SIZE", "GUNMANE_LOG_LEVEL"]


def test_errors_without_a_better_word_are_said_in_both_languages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUNMANE_PORT", "abc")
    assert main(["keys", "list", "--owner", "042064"]) == 1
    said = capsys.readouterr().err
    assert "GUNMANE_PORT: 1から65535までの整数にしてください: abc" in said
    assert "GUNMANE_PORT: a whole number from 1 to 65535, not: abc" in said
