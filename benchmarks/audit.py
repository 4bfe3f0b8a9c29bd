"""What a voice costs and how it sounds in torch, as ONNX and as ONNX of 8 bit integers: one table.

    python benchmarks/audit.py --voice examples/voices/bilingual --corpus corpora/held_out --output outputs/audit \\
        --recognizers en=models/whisper-base zh=models/vosk-zh --text_encoder models/minilm

Each engine says the same held-out sentences; a recognizer counts errors, and DistillMOS predicts how natural they are.
Speed, first sound and memory are those of processes that only speak, which take turns. With `--text_encoder` the voice
is measured with a text encoder, too: it is not trained together with the voice, so its words are not judged.

It begins again where it stopped: what was judged lies in `judged.jsonl` of the output.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from tqdm.auto import tqdm


ENGINES = ("torch", "onnx", "onnx-int8")
PRECISIONS = {"onnx": "fp32", "onnx-int8": "int8"}
TEXT = (
    "The harbour was quiet when the first boats came in with the morning light. She asked for two cups of coffee, a "
    "slice of bread, and the newspaper of the day before."
)
SIDE_FILES = ("config.json", "processor_config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")
CALLS = 5  # of each process, after a first one


def prepare(args: argparse.Namespace) -> dict[str, Path]:
    """The folder of each system; voices are exported, and joined with a text encoder, where they are not there yet."""
    voices = {"": Path(args.voice)}
    if args.text_encoder is not None:
        voices[" with text encoder"] = join(args.voice, args.text_encoder, args.output / "with_text_encoder")
    folders = {}
    for kind, voice in voices.items():
        for engine in ENGINES:
            precision = PRECISIONS.get(engine)
            folders[engine + kind] = voice if precision is None else export(voice, args.output, precision)
    return folders


def join(voice: str, text_encoder: str, folder: Path) -> Path:
    """The voice with a text encoder whose first use of it is not trained."""
    if folder.exists():
        return folder
    import torch
    from transformers import AutoTokenizer

    from transformers_tts_gan import TTSGanModel, TTSGanProcessor

    torch.manual_seed(0)
    old = TTSGanProcessor.from_pretrained(voice)
    tokenizer = AutoTokenizer.from_pretrained(text_encoder)
    processor = TTSGanProcessor(old.tokenizer, tokenizer, speakers=old.speakers, languages=old.languages)
    TTSGanModel.from_pretrained_parts(acoustic=voice, text_encoder=text_encoder).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def export(voice: Path, output: Path, precision: str) -> Path:
    folder = output / f"{voice.name}_{precision}"
    if not (folder / "voice.json").exists():
        from transformers_tts_gan import TTSGanModel, TTSGanProcessor, export_onnx

        export_onnx(TTSGanModel.from_pretrained(voice), TTSGanProcessor.from_pretrained(voice), folder, precision)
    return folder


def megabytes(folder: Path) -> float:
    """Of the files that speaking reads."""
    files = [file for file in folder.iterdir() if file.is_file()]
    if (folder / "model.safetensors").exists():
        files = [file for file in files if file.name in SIDE_FILES or file.name.startswith("text_tokenizer")]
    return sum(file.stat().st_size for file in files) / 1e6


def load(folder: str, threads: int):
    """The voice of a folder, in torch or exported."""
    if (Path(folder) / "voice.json").exists():
        from transformers_tts_gan import OnnxVoice

        return OnnxVoice(folder, threads)
    import torch

    from transformers_tts_gan import TTSGanPipeline

    torch.set_num_threads(threads)
    return TTSGanPipeline.from_pretrained(folder)


def measure(folder: str, threads: int) -> dict:
    """Of this process, which does nothing else: real-time factor, first sound in ms, and the most memory in MiB."""
    speak = load(folder, threads)
    made = len(speak(TEXT, language="en")["audio"]) / speak.sampling_rate
    spent, cpu, first = [], [], []
    for _ in range(CALLS):
        start, start_cpu = time.perf_counter(), time.process_time()
        speak(TEXT, language="en")
        spent.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
        start = time.perf_counter()
        next(speak.stream(TEXT, language="en"))
        first.append(time.perf_counter() - start)
    peak = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return {
        "real_time_factor": statistics.median(spent) / made,
        "cpu_factor": statistics.median(cpu) / made,
        "first_sound_ms": 1e3 * statistics.median(first),
        "peak_mib": int(peak[0].split()[1]) / 1024,
    }


def measure_in_turns(folders: dict[str, Path], threads: int, rounds: int) -> dict[str, dict]:
    """Medians over processes of their own."""
    found: dict[str, list[dict]] = defaultdict(list)
    for name in tqdm(list(folders) * rounds, desc="speed and memory", disable=None):
        command = [sys.executable, __file__, "--measure", str(folders[name]), "--threads", str(threads)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"`{name}` did not speak: {done.stderr[-2000:]}")
        found[name].append(json.loads(done.stdout.splitlines()[-1]))
    return {
        name: {key: statistics.median(each[key] for each in rows) for key in rows[0]} for name, rows in found.items()
    }


def read_rows(corpus: Path, sentences: int) -> list[dict]:
    """The first `sentences` held-out rows of each language."""
    rows, counts = [], defaultdict(int)
    for line in (corpus / "metadata.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("split") == "test" and counts[row["language"]] < sentences:
            counts[row["language"]] += 1
            rows.append(row)
    return rows


def judge(folders: dict[str, Path], rows: list[dict], recognizers: dict[str, str], path: Path) -> list[dict]:
    """Errors and predicted MOS of each sentence by each system; those in the file `path` are not judged again."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    done = {(each["system"], each["text"], each["speaker"]) for each in found}
    todo = [(n, r) for r in rows for n in folders if (n, r["text"], r["speaker"]) not in done]
    if not todo:
        return found
    import torch

    from transformers_tts_gan.metrics.asr import load_recognizer, transcribe
    from transformers_tts_gan.metrics.error_rates import count_errors, rate_units
    from transformers_tts_gan.metrics.mos import MosPredictor

    torch.set_num_threads(1)
    voices = {name: load(str(folder), 1) for name, folder in folders.items()}
    known = {language: load_recognizer(folder, language) for language, folder in recognizers.items()}
    predict = MosPredictor()
    with path.open("a", encoding="utf-8") as file:
        for name, row in tqdm(todo, desc="sentences", disable=None):
            language, speaker = row["language"], row["speaker"]
            wave = voices[name](row["text"], language=language, speaker=speaker)["audio"]
            rate = voices[name].sampling_rate
            heard = transcribe(known[language], wave, rate).text
            unit = next(iter(rate_units(language).values()))
            errors, length = count_errors(row["text"], heard, unit, language)
            scores = {"errors": errors, "length": length, "mos": predict(wave, rate)}
            found.append({"system": name, "text": row["text"], "speaker": speaker, "language": language, **scores})
            file.write(json.dumps(found[-1], ensure_ascii=False) + "\n")
            file.flush()
    return found


def quality(found: list[dict], system: str, rows: list[dict]) -> dict:
    """Error rate and predicted MOS of a system, in each language and in all."""
    wanted = {(row["text"], row["speaker"]) for row in rows}
    mine = [each for each in found if each["system"] == system and (each["text"], each["speaker"]) in wanted]
    groups = {
        language: [each for each in mine if each["language"] == language] for language in {r["language"] for r in rows}
    }
    return {
        language: {
            "error_rate": sum(each["errors"] for each in group) / sum(each["length"] for each in group),
            "mos": statistics.mean(each["mos"] for each in group),
        }
        for language, group in {**groups, "all": mine}.items()
        if group
    }


def table(results: list[dict], languages: list[str]) -> str:
    """One row for each system."""
    from transformers_tts_gan.utils.markdown import markdown_table

    judged = [(language, key) for key in ("error_rate", "mos") for language in languages]
    head = ["engine", *(f"{'error rate' if key == 'error_rate' else 'predicted MOS'}, {each}" for each, key in judged)]
    head += ["real-time factor", "CPU seconds a second", "MB", "first sound", "peak memory"]
    cells = [head]
    for row in results:
        scores = [row["quality"].get(each, {}).get(key) for each, key in judged]
        texts = ["not judged" if score is None else f"{score:.4f}" for score in scores]
        costs = [f"{row['real_time_factor']:.5f}", f"{row['cpu_factor']:.5f}", f"{row['megabytes']:.1f}"]
        cells.append([row["engine"], *texts, *costs, f"{row['first_sound_ms']:.0f} ms", f"{row['peak_mib']:.0f} MiB"])
    return markdown_table(cells)


def summary(results: list[dict]) -> str:
    """What 8 bit integers lose."""
    by_name = {row["engine"]: row["quality"].get("all") for row in results}
    whole, integers = by_name["onnx"], by_name["onnx-int8"]
    lost = whole["mos"] - integers["mos"], integers["error_rate"] - whole["error_rate"]
    return f"summary int8_mos_lost={lost[0]:.3f} int8_error_rate_lost={lost[1]:.4f}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", default="examples/voices/bilingual", help="folder of a voice")
    parser.add_argument("--corpus", type=Path, help="folder with `metadata.jsonl`, whose rows of `test` are said")
    parser.add_argument("--sentences", type=int, default=60, help="of each language. Default: 60")
    parser.add_argument("--recognizers", nargs="+", default=[], metavar="LANGUAGE=FOLDER")
    parser.add_argument("--text_encoder", help="folder or Hub id of a text encoder, for rows with one")
    parser.add_argument("--output", type=Path, default=Path("outputs/audit"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="processes that measure each system. Default: 3")
    parser.add_argument("--measure", metavar="FOLDER", help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.measure:
        print(json.dumps(measure(args.measure, args.threads)))
        return
    if args.corpus is None:
        parser.error("--corpus is needed: the sentences that are said")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    args.output.mkdir(parents=True, exist_ok=True)
    settings = {"machine": platform.processor() or platform.machine(), "cores": os.cpu_count(), **vars(args)}
    print(*(f"{key}: {value}" for key, value in settings.items()), sep="\n")
    folders = prepare(args)
    recognizers = dict(each.split("=", 1) for each in args.recognizers)
    rows = [row for row in read_rows(args.corpus, args.sentences) if row["language"] in recognizers]
    judged = {name: folder for name, folder in folders.items() if name in ENGINES}
    found = judge(judged, rows, recognizers, args.output / "judged.jsonl") if rows else []
    costs = measure_in_turns(folders, args.threads, args.rounds)
    results = [
        {"engine": name, "quality": quality(found, name, rows), "megabytes": megabytes(folder), **costs[name]}
        for name, folder in folders.items()
    ]
    (args.output / "audit.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"\n{table(results, sorted(recognizers))}\n\n{summary(results) if rows else ''}")


if __name__ == "__main__":
    main()
