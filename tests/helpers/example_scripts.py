"""Running the example scripts from tests."""

import importlib.util
import sys
from pathlib import Path

import yaml


ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def script(name: str, folder: str = "examples"):
    """An example as a module, not run yet."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", ROOT / folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def run(name: str, *arguments, monkeypatch):
    """Run an example as from the command line."""
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *map(str, arguments)])
    script(name).main()


def recipe(path: Path, **table) -> Path:
    """A recipe of three quick steps on the CPU."""
    quick = {
        "preset": "tiny",
        "max_steps": 3,
        "discriminator_start_ratio": 0.4,
        "segment_frames": 12,
        "per_device_train_batch_size": 3,
        "logging_steps": 1,
        "eval_strategy": "steps",
        "eval_steps": 2,
        "save_strategy": "steps",
        "save_steps": 2,
        "report_to": "none",
        "bf16": True,
        "cpu_threads": 1,  # the other tests' number, which a script would change for all of them
    }
    path.write_text(yaml.safe_dump({**quick, **table}), encoding="utf-8")
    return path
