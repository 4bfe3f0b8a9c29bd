"""What the processes have done, one file each: a line for each take, which is whole or not there.

Nothing is lost when a process is killed: its recording is written under another name and renamed, then its line is
appended and flushed to the disk. A line that was cut off is dropped when the run goes on.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path


try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

FOLDER = "shards"


class Shard:
    """The file that one process appends to.

    Args:
        folder: Of the corpus.
        rank: Number of the process.

    Raises:
        ValueError: Another process appends to it.
    """

    def __init__(self, folder: Path, rank: int):
        path = folder / FOLDER / f"{rank:04d}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(path, "a+b")
        if fcntl is not None:
            try:
                fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.file.close()
                raise ValueError(f"`{folder}` is in use: another process distills into it. Wait for it.") from None
        self.file.seek(0)
        whole = self.file.read().rfind(b"\n") + 1
        self.file.truncate(whole)

    def append(self, record: dict) -> None:
        """Add a line, which is on the disk when this returns."""
        self.file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())

    def close(self) -> None:
        self.file.close()


def read_shards(folder: Path) -> Iterator[dict]:
    """All whole lines of all processes."""
    for path in sorted((folder / FOLDER).glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            yield json.loads(line)
