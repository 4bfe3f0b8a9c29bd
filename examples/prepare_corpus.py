"""Turn a speech corpus as it is published into the form that training reads: wavs and one `metadata.jsonl`.

    python examples/prepare_corpus.py allison DEST    # fetches 24 minutes of US English with apt, no root needed
    python examples/prepare_corpus.py ljspeech LJSpeech-1.1 DEST
    python examples/prepare_corpus.py aishell3 data_aishell3 DEST --speakers SSB0005 SSB0009
    python examples/prepare_corpus.py baker BZNSYP DEST
    python examples/prepare_corpus.py folder my_recordings DEST --language en    # hello.wav beside hello.txt

DEST then holds `wavs/`, `metadata.jsonl` (audio, text, speaker, language, split) and a README, the quiet edges cut.
The held-out sentences (`"split": "test"`) are every Nth by sorted name: the same whenever the corpus is made. To judge
a voice that somebody else trained on this corpus, hold out what they held out, such as `--held_out
examples/voices/en/held_out.txt`.
"""

import argparse
import gzip
import hashlib
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from transformers_tts_gan.audio.io import AudioError, read_audio, write_audio
from transformers_tts_gan.audio.trim import trim_silence
from transformers_tts_gan.data.load import load_speech, save_metadata
from transformers_tts_gan.text.han import HAN_RANGES
from transformers_tts_gan.utils.require import require


ALLISON_PACKAGES = ("asterisk-core-sounds-en-g722", "asterisk-core-sounds-en")
ALLISON_TYPOS = {
    "umute": "unmute",
    "represenatives": "representatives",
    "fourtieth": "fortieth",
    "witheld": "withheld",
}
ALLISON_TYPOS |= {"Un-indentified": "Unidentified", "thru": "through"}
SOURCES = {
    "allison": "Asterisk's core sounds, read by Allison Smith (https://www.asterisk.org), from the Debian packages "
    f"{' and '.join(ALLISON_PACKAGES)}. License: CC-BY-SA-3.0. Changed: decoded, trimmed, some texts corrected.",
    "ljspeech": "The LJ Speech Dataset, Keith Ito and Linda Johnson, 2017 (https://keithito.com/LJ-Speech-Dataset). "
    "License: public domain.",
    "aishell3": "AISHELL-3, Shi et al., 2020, arXiv:2010.11567 (https://www.openslr.org/93). License: Apache-2.0.",
    "baker": "Chinese Standard Mandarin Speech Corpus (BZNSYP), DataBaker, 2017. For non-commercial use only.",
    "folder": "Your own recordings.",
}


DIGEST = re.compile(r"[0-9a-f]{16}")
MAX_WORDS = 40  # or characters, in Chinese: held-out sentences stay under 20 s, as training's default does


@dataclass(frozen=True)
class Clip:
    """One recording and what is said in it; `name` becomes the name of its wav."""

    name: str
    source: Path
    text: str
    speaker: str
    language: str
    pinyin: str | None = None


def main(arguments: list[str] | None = None) -> None:
    args = parse_arguments(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        clips = list(CORPORA[args.corpus](args, Path(scratch)))
        if not clips:
            raise SystemExit(f"no recording with a text was found in `{args.src}`: see the layout in --help.")
        held_out = choose_held_out(clips, args.test_every, args.min_words)
        if args.held_out is not None:
            held_out = find_held_out(clips, read_lines(args.held_out))
        counts, seconds, left_out = write_corpus(clips, args.dest, held_out, args.sampling_rate)
    amounts = [f"{split}: {counts[split]} recordings, {seconds[split] / 3600:.3f} h" for split in ("train", "test")]
    about = [
        f"# {args.corpus}",
        SOURCES[args.corpus],
        f"Made with `examples/prepare_corpus.py {args.corpus}`.",
        *amounts,
    ]
    (args.dest / "README.md").write_text("\n\n".join(about) + "\n", encoding="utf-8")
    for line in left_out:
        print("left out:", line)
    print(f"{args.dest}: {'; '.join(amounts)}; {len(left_out)} left out.")


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="corpus", required=True)
    every = {"allison": 6, "ljspeech": 100, "aishell3": 500, "baker": 100, "folder": 20}
    for corpus, default in every.items():
        command = commands.add_parser(corpus, description=SOURCES[corpus])
        if corpus == "allison":
            command.add_argument(
                "--src", type=Path, help="a folder with the g722 files and core-sounds-en.txt already"
            )
        else:
            command.add_argument("src", type=Path, help="the corpus as unpacked")
        command.add_argument("dest", type=Path, help="the folder to make")
        command.add_argument("--test_every", type=int, default=default, help=f"hold out every Nth ({default})")
        command.add_argument("--min_words", type=int, default=3, help="hold out no text with fewer words (3)")
        command.add_argument(
            "--held_out", type=Path, help="hold out the texts of this file instead, one on each line, or their digests"
        )
        command.add_argument("--sampling_rate", type=int, help="of the wavs, in Hz; default: as recorded")
        if corpus == "aishell3":
            command.add_argument("--speakers", nargs="*", help="only these, such as SSB0005")
        if corpus == "folder":
            command.add_argument("--speaker", default="speaker", help="a name for the voice")
            command.add_argument("--language", required=True, help="such as en or zh")
    args = parser.parse_args(arguments)
    if args.src is not None and not args.src.is_dir():
        parser.error(f"`{args.src}` is not a folder: give the corpus as unpacked.")
    if args.held_out is not None and not args.held_out.is_file():
        parser.error(f"`{args.held_out}` is not a file: give one with a text, or its digest, on each line.")
    if args.test_every < 2:
        parser.error(f"--test_every is {args.test_every}; needs 2 or more.")
    return args


def write_corpus(clips: list[Clip], dest: Path, held_out: set[str], sampling_rate: int | None):
    """Write wavs and `metadata.jsonl`; returns recordings per split, seconds per split, and what was left out."""
    rows, counts, seconds, left_out = [], Counter(), Counter(), []
    for clip in tqdm(sorted(clips, key=lambda clip: clip.name), desc=f"Writing {dest}", unit="file"):
        try:
            wave, rate = read_clip(clip.source, sampling_rate)
        except AudioError as error:
            left_out.append(str(error))
            continue
        wave = trim_silence(wave, rate)
        path = write_audio(dest / "wavs" / f"{clip.name}.wav", wave, rate)
        split = "test" if clip.name in held_out else "train"
        counts[split] += 1
        seconds[split] += len(wave) / rate
        row = {"audio": path.relative_to(dest).as_posix(), "text": clip.text, "speaker": clip.speaker}
        row |= {"language": clip.language, "split": split}
        rows.append(row | ({"pinyin": clip.pinyin} if clip.pinyin else {}))
    save_metadata(rows, dest / "metadata.jsonl")
    return counts, seconds, left_out


def choose_held_out(clips: list[Clip], test_every: int, min_words: int) -> set[str]:
    """Names of every Nth clip by sorted name, among those of a sentence's length whose text no other clip has."""
    words = {clip.name: words_of(clip.text) for clip in clips}
    times = Counter(words.values())
    names = sorted(name for name, said in words.items() if min_words <= len(said) <= MAX_WORDS and times[said] == 1)
    return set(names[test_every - 1 :: test_every])


def find_held_out(clips: list[Clip], lines: list[str]) -> set[str]:
    """Names of all clips that say one of the texts in `lines`, which may be there as their `digest` alone."""
    wanted = {line if DIGEST.fullmatch(line) else digest(line) for line in map(str.strip, lines) if line}
    said = {clip.name: digest(clip.text) for clip in clips}
    missing = len(wanted.difference(said.values()))
    if missing == len(wanted):
        raise SystemExit(f"none of the {len(wanted)} texts to hold out is in this corpus: see --held_out.")
    if missing:
        print(f"{missing} of {len(wanted)} texts to hold out are not in this corpus.")
    return {name for name, text in said.items() if text in wanted}


def digest(text: str) -> str:
    """16 hexadecimal digits that tell texts apart, so that they can be listed where they may not be published."""
    return hashlib.sha256(" ".join(words_of(text)).encode()).hexdigest()[:16]


def words_of(text: str) -> tuple[str, ...]:
    """Words, or Chinese characters, without case and punctuation."""
    return tuple(re.findall(rf"[{HAN_RANGES}]|[^\W_{HAN_RANGES}]+", text.lower()))


def read_clip(path: Path, sampling_rate: int | None) -> tuple[np.ndarray, int]:
    """The waveform `(S,)` and its rate in Hz."""
    if path.suffix == ".g722":
        samples = {"array": decode_g722(path), "sampling_rate": 16_000}
        return read_audio(samples, sampling_rate or 16_000), sampling_rate or 16_000
    if sampling_rate is None:
        try:
            sampling_rate = soundfile.info(path).samplerate
        except soundfile.LibsndfileError:
            sampling_rate = 16_000  # `read_audio` says what is wrong with the file
    return read_audio(path, sampling_rate), sampling_rate


def decode_g722(path: Path) -> np.ndarray:
    """int16 `(S,)` at 16 kHz, by ffmpeg if it is there, else by the G722 package (public domain)."""
    if shutil.which("ffmpeg"):
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-f",
            "g722",
            "-i",
            str(path),
            "-f",
            "s16le",
            "-ac",
            "1",
            "-ar",
            "16000",
            "-",
        ]
        return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, dtype="<i2")
    g722 = require("G722", "Reading g722 files without ffmpeg", install="pip install G722")
    return np.array(g722.G722(16_000, 64_000).decode(path.read_bytes()), dtype=np.int16)


def allison(args: argparse.Namespace, scratch: Path) -> Iterator[Clip]:
    """Asterisk's prompts: `name: text` lines, and one g722 file per name."""
    folder = args.src or fetch_debian_packages(ALLISON_PACKAGES, scratch)
    transcripts = next(folder.rglob("core-sounds-en.txt*"), None)
    if transcripts is None:
        raise SystemExit(f"`{folder}` holds no `core-sounds-en.txt`: it belongs to asterisk-core-sounds-en.")
    read = gzip.open if transcripts.suffix == ".gz" else open
    with read(transcripts, "rt", encoding="utf-8") as file:
        texts = dict(line.split(":", 1) for line in file if ":" in line and not line.startswith(";"))
    if (found := next(folder.rglob("hello-world.g722"), None)) is None:
        raise SystemExit(f"`{folder}` holds no `hello-world.g722`: it belongs to asterisk-core-sounds-en-g722.")
    for name, text in texts.items():
        source, text = found.parent / f"{name}.g722", clean_allison_text(name, text)
        if text and source.is_file():
            yield Clip(name, source, text, "allison", "en")


def clean_allison_text(name: str, text: str) -> str:
    """The words spoken; empty for beeps, tones, silence and monkeys.

    >>> clean_allison_text("dir-multi2", " ... letters of your party's name; press # ...")
    "letters of your party's name; press pound,"
    """
    if name.startswith("silence/") or "tone sound" in text:
        return ""
    text = re.sub(r"\[.*?\]|\(.*?\)|<.*?>", "", text).replace("*", "star").replace("#", "pound")
    text = re.sub(r"\s*\.\.\.$", ",", text.strip()).replace("...", " ")
    for typo, right in ALLISON_TYPOS.items():
        text = re.sub(rf"\b{typo}\b", right, text)
    text = " ".join(text.split())
    return text.upper() if len(text) == 1 else text  # the name of a letter, not the article "a"


def fetch_debian_packages(packages: tuple[str, ...], folder: Path) -> Path:
    """Download and unpack Debian packages into `folder`, without root."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise SystemExit(
            "`allison` needs apt-get and dpkg (Debian, Ubuntu). Elsewhere unpack "
            "asterisk-core-sounds-en-g722-current.tar.gz from downloads.asterisk.org/pub/telephony/sounds, "
            "and pass the folder with --src."
        )
    download = ["apt-get", "download", *packages]
    failed = subprocess.run(download, cwd=folder, capture_output=True, text=True)
    if failed.returncode != 0 and subprocess.run(["apt-get", "update"], capture_output=True).returncode == 0:
        failed = subprocess.run(download, cwd=folder, capture_output=True, text=True)
    if failed.returncode != 0:
        raise SystemExit(
            f"`{' '.join(download)}` failed: {failed.stderr.strip()}\nIf the lists are stale: `sudo apt-get update`."
        )
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder / "unpacked")], check=True)
    return folder / "unpacked"


def ljspeech(args: argparse.Namespace, scratch: Path) -> Iterator[Clip]:
    """`metadata.csv` (ID|text|normalized text) and `wavs/ID.wav`; the normalized text is used."""
    for row in load_speech(args.src):
        yield Clip(Path(row["audio"]).stem, Path(row["audio"]), row["text"], "lj", "en")


def aishell3(args: argparse.Namespace, scratch: Path) -> Iterator[Clip]:
    """`train/content.txt` (SSB00050001.wav, then characters and pinyin in turn) and `train/wav/SSB0005/`."""
    for line in read_lines(args.src / "train" / "content.txt"):
        file, content = line.split(maxsplit=1)
        speaker, tokens = file[:7], content.split()
        if args.speakers and speaker not in args.speakers:
            continue
        text = "".join(token for token in tokens if not is_pinyin(token))
        pinyin = " ".join(token for token in tokens if is_pinyin(token))
        source = args.src / "train" / "wav" / speaker / file
        yield Clip(f"{speaker}/{source.stem}", source, text, speaker, "zh", pinyin)


def baker(args: argparse.Namespace, scratch: Path) -> Iterator[Clip]:
    """`ProsodyLabeling/000001-010000.txt` (ID and text with #1 to #4, then a line of pinyin) and `Wave/ID.wav`."""
    lines = read_lines(args.src / "ProsodyLabeling" / "000001-010000.txt")
    for line, pinyin in zip(lines[::2], lines[1::2], strict=True):
        name, text = line.split(maxsplit=1)
        yield Clip(name, args.src / "Wave" / f"{name}.wav", re.sub(r"#\d", "", text), "baker", "zh", pinyin)


def folder(args: argparse.Namespace, scratch: Path) -> Iterator[Clip]:
    """Audio files of any kind soundfile reads, each with a txt of the same stem, in subfolders too."""
    for transcript in sorted(args.src.rglob("*.txt")):
        found = (transcript.with_suffix(suffix) for suffix in (".wav", ".flac", ".ogg", ".mp3"))
        source = next((path for path in found if path.is_file()), None)
        text = " ".join(transcript.read_text(encoding="utf-8-sig").split())
        if source is None or not text:
            print(f"left out: {transcript} ({'empty' if source else 'no recording beside it'})")
            continue
        name = source.relative_to(args.src).with_suffix("").as_posix()
        yield Clip(name, source, text, args.speaker, args.language)


def is_pinyin(token: str) -> bool:
    return re.fullmatch(r"[a-zü:]+[1-5]", token) is not None


def read_lines(path: Path) -> list[str]:
    if not path.is_file():
        raise SystemExit(f"`{path}` does not exist: give the folder that holds `{path.parent.name}/{path.name}`.")
    return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]


CORPORA = {"allison": allison, "ljspeech": ljspeech, "aishell3": aishell3, "baker": baker, "folder": folder}

if __name__ == "__main__":
    main()
