"""Asterisk's telephone prompts, read by Allison Smith: 24 minutes of US English, from two Debian packages."""

import gzip
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...audio.io import AudioError
from ...utils.require import require
from ..load import SpeechReport
from .clip import Clip, Recipe


PACKAGES = ("asterisk-core-sounds-en-g722", "asterisk-core-sounds-en")
G722_RATE = 16_000  # Hz
TYPOS = {
    "umute": "unmute",
    "represenatives": "representatives",
    "fourtieth": "fortieth",
    "witheld": "withheld",
    "Un-indentified": "Unidentified",
    "thru": "through",
}


def allison_clips(folder: Path, report: SpeechReport) -> Iterator[Clip]:
    """Yield the prompts: `name: text` lines of `core-sounds-en.txt`, and one g722 file for each name.

    Args:
        folder: Holds the unpacked packages, as `fetch_debian_packages` leaves them.
        report: Gets the prompts without a recording. Beeps and silences are left out without being named.

    Raises:
        FileNotFoundError: The folder holds something else.
    """
    transcripts = next(folder.rglob("core-sounds-en.txt*"), None)
    if transcripts is None:
        raise FileNotFoundError(f"`{folder}` holds no `core-sounds-en.txt`: it belongs to {PACKAGES[1]}.")
    if (found := next(folder.rglob("hello-world.g722"), None)) is None:
        raise FileNotFoundError(f"`{folder}` holds no `hello-world.g722`: it belongs to {PACKAGES[0]}.")
    content = transcripts.read_bytes()
    content = gzip.decompress(content) if transcripts.suffix == ".gz" else content
    lines = content.decode("utf-8").splitlines()
    for name, text in (line.split(":", 1) for line in lines if ":" in line and not line.startswith(";")):
        source, text = found.parent / f"{name}.g722", spoken_words(name, text)
        if text and not source.is_file():
            report.add_bad("missing", str(source))
        elif text:
            yield Clip(name, source, text, "allison", "en")


ALLISON = Recipe(
    allison_clips,
    "Asterisk's core sounds, read by Allison Smith (https://www.asterisk.org), from the Debian packages "
    f"{' and '.join(PACKAGES)}. License: CC-BY-SA-3.0. Changed: decoded, trimmed, some texts corrected.",
    test_every=6,
)


def spoken_words(name: str, text: str) -> str:
    """Return the words of a prompt that are spoken; "" for beeps, tones, silence and monkeys.

    >>> spoken_words("dir-multi2", " ... letters of your party's name; press # ...")
    "letters of your party's name; press pound,"
    """
    if name.startswith("silence/") or "tone sound" in text:
        return ""
    text = re.sub(r"\[.*?\]|\(.*?\)|<.*?>", "", text).replace("*", "star").replace("#", "pound")
    text = re.sub(r"\s*\.\.\.$", ",", text.strip()).replace("...", " ")
    for typo, right in TYPOS.items():
        text = re.sub(rf"\b{typo}\b", right, text)
    text = " ".join(text.split())
    return text.upper() if len(text) == 1 else text  # the name of a letter, not the article "a"


def fetch_debian_packages(packages: tuple[str, ...], folder: Path) -> Path:
    """Download and unpack Debian packages into a folder, without root; returns where they lie.

    Raises:
        FileNotFoundError: There is no apt-get, or it does not have the packages.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise FileNotFoundError(
            "`allison` needs apt-get and dpkg (Debian, Ubuntu). Elsewhere unpack "
            "asterisk-core-sounds-en-g722-current.tar.gz from downloads.asterisk.org/pub/telephony/sounds, "
            "and give that folder as the source."
        )
    download = ["apt-get", "download", *packages]
    failed = subprocess.run(download, cwd=folder, capture_output=True, text=True)
    if failed.returncode != 0 and subprocess.run(["apt-get", "update"], capture_output=True).returncode == 0:
        failed = subprocess.run(download, cwd=folder, capture_output=True, text=True)
    if failed.returncode != 0:
        raise FileNotFoundError(
            f"`{' '.join(download)}` failed: {failed.stderr.strip()}\nIf the lists are stale: `sudo apt-get update`."
        )
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder / "unpacked")], check=True)
    return folder / "unpacked"


def decode_g722(path: Path) -> np.ndarray:
    """Decode a g722 file to int16 `(S,)` at 16 kHz, by ffmpeg if it is there, else by the G722 package.

    Raises:
        AudioError: ffmpeg cannot decode it.
        ImportError: Neither ffmpeg nor the package is installed.
    """
    if shutil.which("ffmpeg"):
        command = f"ffmpeg -v error -f g722 -i FILE -f s16le -ac 1 -ar {G722_RATE} -".split()
        done = subprocess.run([str(path) if part == "FILE" else part for part in command], capture_output=True)
        if done.returncode != 0:
            reason = done.stderr.decode("utf-8", "replace").strip()
            raise AudioError("corrupt", f"`{path}` cannot be decoded ({reason}): download it again.")
        return np.frombuffer(done.stdout, dtype="<i2")
    g722 = require("G722", "Reading g722 files without ffmpeg", install="pip install G722")
    return np.array(g722.G722(G722_RATE, 64_000).decode(path.read_bytes()), dtype=np.int16)
