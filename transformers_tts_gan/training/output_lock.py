"""One training at a time in one `output_dir`: two would mix their checkpoints, and both would seem to end well.

The lock is one of the operating system, on a small file that names its owner. It ends with the process, however that
dies: the file that a killed process leaves behind locks nothing. Where the system has no such locks (Windows, some
network disks), nothing is locked.
"""

import json
import logging
import os
import socket
import time
from pathlib import Path


try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None

logger = logging.getLogger(__name__)

LOCK = "_training.lock"  # the Trainer pushes no file whose name begins so


class OutputLock:
    """Holds `output_dir` for this process.

    Args:
        folder: The `output_dir`; it is made if it is not there.

    Example:

        lock = OutputLock("outputs/my_voice")
        lock.acquire()
        ...
        lock.release()
    """

    def __init__(self, folder: str | Path):
        self.path, self._handle = Path(folder, LOCK), None

    def acquire(self):
        """Take the lock.

        Raises:
            ValueError: Another process holds it; the message names that process.
        """
        if fcntl is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while self._handle is None:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError) as error:
                owner = describe(os.pread(handle, 4096, 0))
                os.close(handle)
                raise ValueError(
                    f"`output_dir` `{self.path.parent}` is in use: {owner} trains in it. Name another folder, or end "
                    "that process first."
                ) from error
            except OSError as error:
                logger.warning("`%s` cannot be locked: %s. Start no second training in it.", self.path.parent, error)
                os.close(handle)
                return
            if self._is_in_place(handle):
                self._handle = handle
            else:  # its last owner has just removed it
                os.close(handle)
        if left := os.pread(self._handle, 4096, 0):
            logger.warning("`%s` was left by %s, which has ended: taken over.", self.path, describe(left))
        owner = {"host": socket.gethostname(), "pid": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps(owner).encode(), 0)

    def release(self):
        """Give the lock back and remove its file."""
        if self._handle is not None:
            self.path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None

    def _is_in_place(self, handle: int) -> bool:
        return self.path.exists() and os.path.samestat(os.fstat(handle), self.path.stat())


def describe(owner: bytes) -> str:
    """The owner of a lock in words, from what its file holds."""
    try:
        found = json.loads(owner)
        return f"process {found['pid']} on `{found['host']}` (since {found['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"
