"""Notices of failed delivery, as mail servers write them."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gunmane.notify.bounces import Bounce, read

NOTICE = """\
From: MAILER-DAEMON@mail.example.jp
To: gunmane@city.example.jp
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
Message-Id: <00000000000000000000000000000009.00000000000000000000000000000009@other.example>

--B
Content-Type: text/plain

I'm sorry.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.jp

Final-Recipient: rfc822; road@example.jp
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--B
Content-Type: message/rfc822

From: gunmane@city.example.jp
Message-ID: <{message}.{owner}@city.example.jp>
Subject: x

text
--B--
"""


def notice(status: str = "5.1.1") -> bytes:
    return NOTICE.format(status=status, message=UUID(int=1).hex, owner=UUID(int=2).hex).encode()


def test_a_notice_names_the_message_and_why() -> None:
    reason = "5.1.1 smtp; 550 5.1.1 User unknown"
    assert read(notice()) == Bounce(UUID(int=2), UUID(int=1), True, reason)
    delayed = read(notice("4.4.1"))
    assert delayed is not None
    assert not delayed.final


def test_what_is_no_notice_is_none() -> None:
    assert read(b"") is None
    assert read(b"Subject: hello\r\n\r\nhi") is None
    assert read(notice().replace(UUID(int=1).hex.encode(), b"x")) is None


@given(st.binary(max_size=400), st.integers(0, 900))
def test_nothing_that_is_sent_breaks_it(noise: bytes, place: int) -> None:
    read(noise)
    raw = notice()
    read(raw[:place] + noise + raw[place:])
