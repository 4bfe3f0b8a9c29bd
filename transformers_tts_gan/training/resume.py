"""Which checkpoint a training goes on from, and whether all of it is there.

Every checkpoint has a list of its files with their sizes and SHA-256 digests. A file that is missing, cut short or
changed would be resumed without a word, and to other weights; so the list is checked first.
"""

import hashlib
import json
import logging
from pathlib import Path


logger = logging.getLogger(__name__)

MANIFEST = "checkpoint_files.json"
YES = ("true", "yes", "1", "last")
NO = ("false", "no", "0", "none", "")


def numbered(folder: Path) -> list[Path]:
    """The folders of the form `checkpoint-123` in `folder`."""
    return [path for path in folder.glob("checkpoint-*") if path.is_dir() and path.name[11:].isdecimal()]


def write_manifest(checkpoint: Path):
    """List the files of a checkpoint that has just been written."""
    files = sorted(path for path in checkpoint.rglob("*") if path.is_file() and path.name != MANIFEST)
    table = {str(path.relative_to(checkpoint)): [path.stat().st_size, sha256(path)] for path in files}
    (checkpoint / MANIFEST).write_text(json.dumps(table, indent=1), encoding="utf-8")


def faults(checkpoint: Path) -> list[str]:
    """What is wrong with a checkpoint, one line each; nothing where it is as it was written."""
    try:
        table = json.loads((checkpoint / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [f"`{MANIFEST}` is missing"]
    except ValueError:
        return [f"`{MANIFEST}` is damaged"]
    found = []
    for name, (size, digest) in table.items():
        path = checkpoint / name
        if not path.is_file():
            found.append(f"`{name}` is missing")
        elif path.stat().st_size != size:
            found.append(f"`{name}` has {path.stat().st_size} of its {size} bytes")
        elif sha256(path) != digest:
            found.append(f"`{name}` has been changed")
    return found


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checkpoint_to_resume(asked: str | Path | bool | None, folder: Path) -> str | None:
    """The checkpoint that `resume_from_checkpoint` means.

    Args:
        asked: `True`, or as on a command line `true`, `1` or `last`: the newest whole one in `folder`. `None`,
            `False`, `false`, `0` or `no`: none. Otherwise the folder of a checkpoint.
        folder: The `output_dir`.

    Raises:
        ValueError: Where there is no such checkpoint, or where the one that was named is not whole.
    """
    word = str(asked).lower()
    if asked is None or word in NO:
        return None
    newest_first = sorted(numbered(folder), key=lambda path: int(path.name[11:]), reverse=True)
    if word not in YES:
        return _named(Path(asked), newest_first)
    if not newest_first:
        raise ValueError(
            f"`resume_from_checkpoint` is `{asked}`, but `output_dir` `{folder}` has no checkpoint: leave it out to "
            "start at the beginning, or name the folder of a checkpoint."
        )
    for checkpoint in newest_first:
        if not (found := faults(checkpoint)):
            return str(checkpoint)
        logger.warning("`%s` is not whole and is passed over: %s.", checkpoint, "; ".join(found))
    raise ValueError(
        f"None of the {len(newest_first)} checkpoints in `{folder}` is whole; the newest: "
        f"{'; '.join(faults(newest_first[0]))}. Start at the beginning, or restore the missing files."
    )


def _named(checkpoint: Path, others: list[Path]) -> str:
    if not checkpoint.is_dir():
        raise ValueError(
            f"`resume_from_checkpoint` is `{checkpoint}`, but there is no such folder: name the folder of a "
            "checkpoint, or give `true` for the newest one in `output_dir`."
        )
    if found := faults(checkpoint):
        whole = [other for other in others if other.resolve() != checkpoint.resolve() and not faults(other)]
        advice = f"the newest whole one is `{whole[0]}`" if whole else "no other one in `output_dir` is whole"
        raise ValueError(f"The checkpoint `{checkpoint}` is not whole: {'; '.join(found)}; {advice}.")
    return str(checkpoint)
