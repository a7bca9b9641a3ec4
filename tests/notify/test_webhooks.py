"""Webhooks against a real server: signature, identity, later and never, redirects, private hosts."""

import hmac
import time
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunmane.notify.outcome import Fate, Outcome
from gunmane.notify.webhooks import Caller, Hook, answered, outside, signature, wrong
from tests.notify.peers import CUT, HookPeer, listening


@pytest.fixture
async def peer() -> AsyncIterator[HookPeer]:
    made = HookPeer()
    async with listening(made.serve) as made.port:
        yield made


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    made = Caller(private=True, seconds=1.0)
    yield made
    await made.close()


def hook(peer: HookPeer, url: str | None = None) -> Hook:
    return Hook(message_id=UUID(int=5), url=url or peer.url, secret="s3cret", body='{"a": "道路"}')


async def test_the_body_is_signed_with_the_time_and_carries_its_identity(peer: HookPeer, caller: Caller) -> None:
    assert await caller.call(hook(peer), 1_795_000_000) == Outcome(Fate.SENT)
    path, headers, body = peer.calls[0]
    assert path == "/hook"
    assert body.decode() == '{"a": "道路"}'
    expected = hmac.new(b"s3cret", b"1795000000." + body, "sha256").hexdigest()
    assert headers["gunmane-signature"] == f"v1={expected}"
    assert headers["gunmane-timestamp"] == "1795000000"
    assert headers["idempotency-key"] == str(UUID(int=5))
    assert signature("s3cret", 1, body) != signature("s3cret", 2, body)


async def test_later_never_and_no_answer(peer: HookPeer, caller: Caller) -> None:
    peer.answers = [500, 404, (429, {"Retry-After": "17"}), CUT, 3.0, 200]
    begun = time.monotonic()
    found = [await caller.call(hook(peer), n) for n in range(6)]
    assert time.monotonic() - begun < 3
    assert [one.fate for one in found] == [
        Fate.FAILED, Fate.REFUSED, Fate.FAILED, Fate.FAILED, Fate.FAILED, Fate.SENT,
    ]  # fmt: skip
    assert found[2].pause_s == 17.0
    assert {headers["idempotency-key"] for _, headers, _ in peer.calls} == {str(UUID(int=5))}


async def test_redirects_are_followed_as_they_are_and_only_outside(peer: HookPeer, caller: Caller) -> None:
    peer.answers = [(307, {"Location": "/other"}), 204]
    assert (await caller.call(hook(peer), 1)).fate is Fate.SENT
    assert [path for path, _, _ in peer.calls] == ["/hook", "/other"]
    assert peer.calls[1][2] == peer.calls[0][2]
    peer.answers = [(302, {"Location": "/other"})]
    assert (await caller.call(hook(peer), 1)).fate is Fate.REFUSED
    peer.answers = [(308, {"Location": "/hook"})] * 9
    assert (await caller.call(hook(peer), 1)).error == "too many redirects"


async def test_hosts_of_our_own_network_are_not_called(peer: HookPeer) -> None:
    shut = Caller(private=False, seconds=1.0)
    for url in (
        f"https://127.0.0.1:{peer.port}/", f"https://localhost:{peer.port}/", f"https://[::1]:{peer.port}/",
        "https://169.254.169.254/latest/meta-data/", f"http://127.0.0.1:{peer.port}/", "file:///etc/passwd",
    ):  # fmt: skip
        found = await shut.call(hook(peer, url), 1)
        assert found.fate is Fate.REFUSED, (url, found)
    await shut.close()
    assert peer.calls == []


async def test_nobody_at_home(caller: Caller) -> None:
    gone = HookPeer()
    async with listening(gone.serve) as gone.port:
        pass
    assert (await caller.call(hook(gone), 1)).fate is Fate.FAILED


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("10.1.2.3", False), ("100.64.0.1", False), ("127.0.0.1", False), ("0.0.0.0", False),
        ("169.254.169.254", False), ("192.168.1.1", False), ("::1", False), ("::ffff:10.0.0.1", False),
        ("fe80::1", False), ("fc00::1", False), ("2002:0a00:0001::", False), ("224.0.0.1", False),
        ("2606:4700:4700::1111", True), ("255.255.255.255", False),
    ],
)  # fmt: skip
def test_which_addresses_are_out_in_the_world(address: str, public: bool) -> None:
    assert outside(address) is public


@given(st.integers(100, 599))
def test_every_status_has_a_fate(status: int) -> None:
    fate = answered(status).fate
    assert (fate is Fate.SENT) == (200 <= status < 300)
    assert (fate is Fate.FAILED) == (status >= 500 or status in (408, 425, 429))


def test_addresses_that_cannot_be_used() -> None:
    assert wrong("https://example.jp/x?y=1", private=False) is None
    for url in (
        "http://example.jp/", "https://user:pw@example.jp/", "https://", "https://10.0.0.1/", "ftp://example.jp",
        "https://example.jp:99999/", "https://例え.jp/", "https://exa mple.jp/",
    ):  # fmt: skip
        assert wrong(url, private=False) is not None, url
