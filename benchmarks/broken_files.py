"""Put broken files of 40 kinds through loading, preparing and the corpus doctor: none may end the run unnamed.

    python benchmarks/broken_files.py
    python benchmarks/broken_files.py --each 2    # 80 files instead of 520

Each of the programs runs in a process of its own, as users run them. A file is *named* where a sentence that names it
and no other says what is wrong, and *read* where all programs take it without a word. A program that ends with an
error, or is killed, counts as crashed; one that takes longer than `--seconds` as hung. `megabytes` are the most that
one process held. The last line is `summary files=520 named=… read=… crashed=0 hung=0 megabytes=…`.
"""

import argparse
import io
import json
import logging
import multiprocessing
import os
import platform
import random
import re
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile


RATE = 16_000
Random = random.Random


def wave(seed: Random, seconds: float = 1.5) -> np.ndarray:
    """Something like a vowel, with a pitch of its own."""
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = seed.uniform(90, 250)
    sound = sum(np.sin(2 * np.pi * pitch * n * time + n) / n for n in range(1, 12))
    return 0.1 * sound * (1 - np.cos(2 * np.pi * time / time[-1])) / 2


def encoded(seed: Random, format: str = "WAV", subtype: str | None = None, rate: int = RATE, **change) -> bytes:
    samples = change.get("samples")
    file = io.BytesIO()
    soundfile.write(file, wave(seed) if samples is None else samples, rate, format=format, subtype=subtype)
    return file.getvalue()


def patched(content: bytes, start: int, new: bytes) -> bytes:
    return content[:start] + new + content[start + len(new) :]


def noisy(content: bytes, seed: Random, start: int, share: float) -> bytes:
    changed = bytearray(content)
    for _ in range(int(len(content) * share) + 1):
        changed[seed.randrange(start, len(content))] = seed.randrange(256)
    return bytes(changed)


def streamed_flac(seed: Random, claimed: int) -> bytes:
    content = encoded(seed, "FLAC")
    return patched(
        content, 21, bytes([content[21] & 0xF0 | claimed >> 32]) + (claimed & 0xFFFFFFFF).to_bytes(4, "big")
    )


# Name of a kind: (suffix, content).
SOUNDS: dict[str, tuple[str, Callable[[Random], bytes]]] = {
    "empty": ("wav", lambda r: b""),
    "text": ("wav", lambda r: b"<html>404 Not Found</html>"),
    "random bytes": ("wav", lambda r: r.randbytes(r.randrange(1, 5_000))),
    "cut header": ("wav", lambda r: encoded(r)[: r.randrange(1, 44)]),
    "cut samples": ("wav", lambda r: encoded(r)[: r.randrange(60, 20_000)]),
    "cut flac": ("flac", lambda r: encoded(r, "FLAC")[: r.randrange(50, 9_000)]),
    "cut ogg": ("ogg", lambda r: encoded(r, "OGG")[: r.randrange(50, 4_000)]),
    "cut mp3": ("mp3", lambda r: encoded(r, "MP3")[: r.randrange(50, 3_000)]),
    "damaged header": ("wav", lambda r: noisy(encoded(r)[:44], r, 4, 0.1) + encoded(r)[44:]),
    "damaged flac": ("flac", lambda r: noisy(encoded(r, "FLAC"), r, 4, 0.01)),
    "damaged ogg": ("ogg", lambda r: noisy(encoded(r, "OGG"), r, 4, 0.01)),
    "damaged mp3": ("mp3", lambda r: noisy(encoded(r, "MP3"), r, 4, 0.01)),
    "streamed flac": ("flac", lambda r: streamed_flac(r, 0)),
    "boastful flac": ("flac", lambda r: streamed_flac(r, 2**36 - 1)),
    "odd rate": ("wav", lambda r: patched(encoded(r), 24, r.choice([11_127, 22_254, 44_056]).to_bytes(4, "little"))),
    "absurd rate": ("wav", lambda r: patched(encoded(r), 24, r.choice([0, 1, 2**31 - 1]).to_bytes(4, "little"))),
    "many channels": ("wav", lambda r: patched(encoded(r), 22, r.choice([0, 255, 65_535]).to_bytes(2, "little"))),
    "gsm": ("wav", lambda r: encoded(r, subtype="GSM610", rate=8_000)),
    "g721": ("wav", lambda r: encoded(r, "AU", "G721_32", 8_000)),
    "silence": ("wav", lambda r: encoded(r, samples=np.zeros(RATE))),
    "nan": ("wav", lambda r: encoded(r, subtype="FLOAT", samples=np.where(wave(r) > 0.05, np.nan, wave(r)))),
    "loud float": ("wav", lambda r: encoded(r, subtype="FLOAT", samples=20 * wave(r))),
    "unscaled": ("wav", lambda r: encoded(r, subtype="FLOAT", samples=32_768 * wave(r))),
    "antiphase": ("wav", lambda r: encoded(r, samples=np.stack([(w := wave(r)), -w], axis=1))),
    "too long": ("flac", lambda r: encoded(r, "FLAC", samples=np.zeros(RATE * 1_200))),
}
TEXTS: dict[str, Callable[[Random], bytes]] = {
    "latin-1 text": lambda r: "Très bien.".encode("latin-1"),
    "utf-16 text": lambda r: "Good morning.".encode("utf-16"),
    "gbk text": lambda r: "今天天气很好。".encode("gbk"),
    "nul in text": lambda r: b"Good\0morning.",
    "blank text": lambda r: b" \n\t",
    "foreign text": lambda r: "Доброе утро.".encode(),
}
TABLES: dict[str, tuple[str, Callable[[Random], bytes]]] = {
    "open quote": ("csv", lambda r: b'audio,text\n0.wav,"Good morning.\n1.wav,Late.\n'),
    "latin-1 table": ("csv", lambda r: "audio,text\n0.wav,Très bien.\n".encode("latin-1")),
    "cut json": ("jsonl", lambda r: b'{"audio": "0.wav", "text": "Good morning."}\n{"audio": "1'),
    "list in json": ("jsonl", lambda r: b'{"audio": "0.wav", "text": ["Good", "morning."]}\n'),
    "huge number": ("jsonl", lambda r: b'{"audio": "0.wav", "text": %s}\n' % (b"9" * r.randrange(20, 9_000))),
    "deep json": ("jsonl", lambda r: b"[" * r.randrange(5_000, 200_000)),
    "junk parquet": ("parquet", lambda r: b"PAR1" + r.randbytes(500) + b"PAR1"),
}
PATHS = ("pipe", "link to itself")
COMPARED = ("band", "duplicate", "speed")  # what the doctor finds by the other rows


class Sentences(logging.Handler):
    """Everything that was logged."""

    def __init__(self):
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said += record.getMessage().splitlines()


def stem(kind: str, number: int) -> str:
    return f"{kind.replace(' ', '_')}_{number}"


def make_corpus(folder: Path, each: int) -> None:
    """Write the broken recordings and texts with what belongs to them, three good ones, and a table of all."""
    names = []
    for kind in [*SOUNDS, *TEXTS, *PATHS]:
        for number in range(each):
            seed = Random(f"{kind} {number}")
            suffix, content = SOUNDS.get(kind, ("wav", encoded))
            path = folder / f"{stem(kind, number)}.{suffix}"
            if kind == "pipe":
                os.mkfifo(path)
            elif kind == "link to itself":
                path.symlink_to(path.name)
            else:
                path.write_bytes(content(seed))
            text = TEXTS[kind](seed) if kind in TEXTS else f"Good morning, {seed.randrange(10**6)} times.".encode()
            path.with_suffix(".txt").write_bytes(text)
            names.append(path.name)
    for number in range(3):
        (folder / f"good_{number}.wav").write_bytes(encoded(Random(number)))
        (folder / f"good_{number}.txt").write_text(f"Good morning, {number}00000 times.")
        names.append(f"good_{number}.wav")
    rows = [{"audio": name, "text": (folder / name).with_suffix(".txt").read_text(errors="replace")} for name in names]
    (folder / "metadata.jsonl").write_text("\n".join(json.dumps(row | {"language": "en"}) for row in rows))


def make_tables(folder: Path, each: int) -> None:
    """Write the broken tables beside two good recordings."""
    for name in "01":
        (folder / f"{name}.wav").write_bytes(encoded(Random(name)))
    for kind, (suffix, content) in TABLES.items():
        for number in range(each):
            (folder / f"{stem(kind, number)}.{suffix}").write_bytes(content(Random(f"{kind} {number}")))


def load_and_prepare(corpus: Path, tables: Path) -> list[str]:
    """What training does with a corpus before it trains."""
    import transformers_tts_gan as library

    prepare = library.PrepareSpeech(
        library.TTSGanVocoderConfig.from_preset("tiny"), library.TTSGanProcessor(library.phone_tokenizer())
    )
    library.load_speech(corpus)
    _, report = library.prepare_speech(library.load_speech(corpus, on_bad="keep"), prepare)
    return [reason for reasons in report.bad.values() for reason in reasons]


def make(corpus: Path, tables: Path) -> list[str]:
    """`tts-gan prepare`."""
    from transformers_tts_gan.data.prepare_corpus import prepare_corpus

    made = corpus.parent / "made"
    prepare_corpus("folder", corpus, made, language="en")
    return (made / "left_out.txt").read_text().splitlines()


def check(corpus: Path, tables: Path) -> list[str]:
    """The corpus doctor; how a row compares with others is no fault of the file."""
    from transformers_tts_gan import load_speech
    from transformers_tts_gan.data.quality.check import check_corpus

    rows = check_corpus(load_speech(corpus, on_bad="keep")).dropped
    found = [(row.audio, kind, reason) for row in rows for kind, reason in row.findings.items()]
    return [f"{audio}: {kind}, {reason}" for audio, kind, reason in found if kind not in COMPARED]


def load_tables(corpus: Path, tables: Path) -> list[str]:
    """Load each of the tables."""
    from transformers_tts_gan import load_speech

    said = []
    for table in sorted(path for path in tables.iterdir() if path.suffix != ".wav"):
        try:
            load_speech(table)
        except (ValueError, FileNotFoundError) as error:
            if str(table) not in str(error):
                raise
            said.append(" ".join(str(error).split()))
    return said


def run_program(program: Callable, corpus: Path, tables: Path, sender) -> None:
    """In a process of its own: send what the program and its log say, its error, and its memory in MB."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders write there
    handler, said, failure = Sentences(), [], ""
    logging.getLogger("transformers_tts_gan").addHandler(handler)
    try:
        said = program(corpus, tables)
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    sender.send((said + handler.said, failure, round(megabytes)))


def try_program(program: Callable, corpus: Path, tables: Path, seconds: int) -> tuple[list[str], int, int, int]:
    """What a program says, whether it crashed, whether it hung, and its memory in MB."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=run_program, args=(program, corpus, tables, sender))
    process.start()
    sender.close()
    if not receiver.poll(seconds):
        process.kill()
        print(f"{program.__name__} hung: it took more than {seconds} s")
        return [], 0, 1, 0
    try:
        said, failure, megabytes = receiver.recv()
    except EOFError:
        said, failure, megabytes = [], "it was killed", 0
    process.join()
    print(f"{program.__name__}: {megabytes} MB{failure and f', crashed: {failure}'}")
    return said, int(bool(failure)), 0, megabytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=13, help="files of each kind (13)")
    parser.add_argument("--seconds", type=int, default=300, help="longest that a program may take (300)")
    args = parser.parse_args()
    print(f"settings each={args.each} seconds={args.seconds} cpus={os.cpu_count()} python={platform.python_version()}")
    with tempfile.TemporaryDirectory() as scratch:
        corpus, tables = Path(scratch, "corpus"), Path(scratch, "tables")
        corpus.mkdir()
        tables.mkdir()
        make_corpus(corpus, args.each)
        make_tables(tables, args.each)
        tried = [
            try_program(each, corpus, tables, args.seconds) for each in (load_and_prepare, make, check, load_tables)
        ]
    said, crashed, hung, megabytes = zip(*tried, strict=True)
    kinds = [*SOUNDS, *TEXTS, *PATHS, *TABLES]
    stems = {stem(kind, number) for kind in kinds for number in range(args.each)}
    mentions = (stems & set(re.findall(r"([\w-]+_\d+)\.", sentence)) for sentences in said for sentence in sentences)
    named = {name for names in mentions if len(names) == 1 for name in names}
    for kind in kinds:
        print(f"{kind}: {sum(stem(kind, number) in named for number in range(args.each))} of {args.each} named")
    print(
        f"summary files={len(stems)} named={len(named)} read={len(stems) - len(named)} crashed={sum(crashed)} "
        f"hung={sum(hung)} megabytes={max(megabytes)}"
    )


if __name__ == "__main__":
    main()
