"""What peers have taken, written down before anything else happens.

Between a peer's answer and the database's commit lies a moment in which a worker can die. Each answer is therefore
appended to a file first: a dead worker's file is read by the next one, and what the peer has taken is not sent again.
The file is locked by the living, so it is plain whose is whose; the lock dies with its process.
"""

import fcntl
import logging
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid4

LOG = logging.getLogger("gunmane.jobs")


class Journal:
    """The file of one worker; raises OSError when the folder cannot be written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{uuid4().hex}.taken"
        self._file = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._open: set[tuple[UUID, UUID]] = set()

    def note(self, owner_id: UUID, message_id: UUID) -> None:
        """Write down that a peer has taken a message. Survives the death of the process, not that of the machine."""
        self._open.add((owner_id, message_id))
        os.write(self._file, f"{owner_id.hex} {message_id.hex}\n".encode())

    def settled(self, messages: Iterable[tuple[UUID, UUID]]) -> None:
        """Forget messages that the database knows about; the file is emptied when none is left."""
        self._open.difference_update(messages)
        if not self._open:
            os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Remove an empty file; one that is not empty is left for whoever comes next."""
        if os.fstat(self._file).st_size == 0:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


class Orphan:
    """The file of a worker that is no more, held so that nobody else reads it; `close` lets it go, read or unread."""

    def __init__(self, path: Path, file: int) -> None:
        self.path, self._file = path, file

    def taken(self) -> dict[UUID, list[UUID]]:
        """Return the messages that peers have taken, by owner; a line cut short by death is no line."""
        found: defaultdict[UUID, list[UUID]] = defaultdict(list)
        with os.fdopen(os.dup(self._file), "rb") as file:
            for line in file.read().split(b"\n")[:-1]:
                try:
                    owner, message = line.decode("ascii").split(" ")
                    found[UUID(hex=owner)].append(UUID(hex=message))
                except ValueError:
                    LOG.warning("unreadable line in %s", self.path)
        return dict(found)

    def close(self, *, done: bool) -> None:
        """Let the file go; remove it when the database knows what is in it."""
        if done:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


def orphans(folder: Path) -> Iterable[Orphan]:
    """Find the files whose workers are gone."""
    for path in sorted(folder.glob("*.taken")):
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            continue
        yield Orphan(path, file)
