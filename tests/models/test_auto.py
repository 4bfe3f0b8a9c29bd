"""Folders and the Hub: what is saved loads again by every road, also where the package has not been imported.

The steps that need a process of their own (HF_ENDPOINT is read on import, and "fresh" means that nothing has imported
this package) run in one: it imports `transformers` once and forks for each step.
"""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.fake_hub import FakeHub
from transformers import AutoConfig, AutoModel, AutoModelForTextToWaveform, AutoProcessor

from transformers_tts_gan import (
    TTSGanConfig,
    TTSGanDiscriminator,
    TTSGanDiscriminatorConfig,
    TTSGanModel,
    TTSGanPipeline,
    TTSGanProcessor,
    TTSGanVocoder,
    TTSGanVocoderConfig,
)
from transformers_tts_gan.utils.remote_code import SHIM, SHIM_FILE


ROOT = Path(__file__).parents[2]
TEXT = "Good morning."


@torch.no_grad()
def speak(model, processor) -> torch.Tensor:
    return model(**processor(TEXT)).waveform


def test_a_voice_is_saved_as_safetensors_and_comes_back_bit_by_bit(voice, processor, voice_folder):
    files = {path.name for path in voice_folder.iterdir()}
    assert files == {
        "config.json",
        "hub_tts_gan.py",
        "model.safetensors",
        "processor_config.json",
        "text_tokenizer",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    loaded = TTSGanModel.from_pretrained(voice_folder)
    assert speak(loaded, TTSGanProcessor.from_pretrained(voice_folder)).equal(speak(voice, processor))
    assert all(value.equal(voice.state_dict()[name]) for name, value in loaded.state_dict().items())


def test_a_voice_speaks_in_bf16(voice_folder, voice, processor):
    model = TTSGanModel.from_pretrained(voice_folder, dtype=torch.bfloat16)
    waveform = speak(model, processor)
    assert model.dtype == torch.bfloat16 and waveform.dtype == torch.float32 and waveform.isfinite().all()
    assert 0.5 < waveform.shape[1] / speak(voice, processor).shape[1] < 2


@pytest.mark.parametrize("auto_class", [AutoModel, AutoModelForTextToWaveform])
def test_auto_classes_load_a_voice_and_ask_for_no_trust(auto_class, voice_folder, voice, processor):
    """`auto_map` in the folder must not make a process that has the package ask whether to run remote code."""
    model = auto_class.from_pretrained(voice_folder)
    assert type(model) is TTSGanModel and speak(model, processor).equal(speak(voice, processor))
    assert type(AutoConfig.from_pretrained(voice_folder)) is TTSGanConfig
    assert type(AutoProcessor.from_pretrained(voice_folder)) is TTSGanProcessor


@pytest.mark.parametrize(
    ("config_class", "model_class"),
    [(TTSGanVocoderConfig, TTSGanVocoder), (TTSGanDiscriminatorConfig, TTSGanDiscriminator)],
)
def test_vocoders_and_discriminators_are_known_too(config_class, model_class, tmp_path):
    model_class(config_class.from_preset("tiny")).save_pretrained(tmp_path)
    assert type(AutoModel.from_pretrained(tmp_path)) is model_class
    assert (tmp_path / SHIM_FILE).exists() == (model_class is TTSGanVocoder), "discriminators are not for sharing"


ORDERS = """
from transformers import AutoConfig, AutoModel, AutoModelForTextToWaveform, AutoProcessor
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING
from transformers_tts_gan import TTSGanConfig, TTSGanVocoderConfig
config = AutoConfig.for_model("tts_gan")
assert type(config) is TTSGanConfig and "tts_gan_vocoder" in CONFIG_MAPPING
assert TTSGanConfig in AutoModel._model_mapping and TTSGanVocoderConfig in AutoModel._model_mapping
assert TTSGanConfig in AutoModelForTextToWaveform._model_mapping and TTSGanConfig in PROCESSOR_MAPPING
"""


@pytest.mark.parametrize(
    "first",
    [
        "import transformers_tts_gan; from transformers import AutoModel",
        "import transformers_tts_gan; from transformers import VitsModel",
        "import transformers_tts_gan; from transformers import AutoProcessor, Trainer, pipeline",
        "from transformers import pipeline; import transformers_tts_gan",
        "from transformers_tts_gan.models.vocoder import TTSGanVocoder",
        "from transformers_tts_gan import TTSGanTrainer",
    ],
)
def test_auto_classes_know_the_models_in_whatever_order_things_are_imported(first):
    result = subprocess.run([sys.executable, "-c", f"{first}\n{ORDERS}"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-2000:]


def test_the_shim_has_every_class_that_a_folder_points_to(voice_folder):
    namespace = {}
    exec(compile(SHIM, SHIM_FILE, "exec"), namespace)
    for file in ("config.json", "processor_config.json"):
        for target in json.loads((voice_folder / file).read_text())["auto_map"].values():
            module, name = target.split(".")
            assert module == Path(SHIM_FILE).stem and name in namespace


def test_a_voice_that_came_by_trust_remote_code_is_saved_without_copies_of_the_code(voice, tmp_path):
    """Transformers registers such classes for copying; the shim makes that unneeded."""
    TTSGanConfig.register_for_auto_class()
    copy.deepcopy(voice).save_pretrained(tmp_path)
    assert [path.name for path in tmp_path.glob("*.py")] == [SHIM_FILE]


STEPS = {
    "push_model": """
        from transformers_tts_gan import TTSGanModel, TTSGanProcessor
        TTSGanModel.from_pretrained(FOLDER).push_to_hub("user/voice")
        TTSGanProcessor.from_pretrained(FOLDER).push_to_hub("user/voice")
    """,
    "push_while_saving": """
        from transformers_tts_gan import TTSGanModel, TTSGanProcessor
        model, processor = TTSGanModel.from_pretrained(FOLDER), TTSGanProcessor.from_pretrained(FOLDER)
        model.save_pretrained(SCRATCH + "/saved", push_to_hub=True, repo_id="user/saved")
        processor.save_pretrained(SCRATCH + "/saved", push_to_hub=True, repo_id="user/saved")
    """,
    "pull_model": """
        from transformers_tts_gan import TTSGanModel, TTSGanPipeline, TTSGanProcessor
        for repo in ("user/voice", "user/saved"):
            model, processor = TTSGanModel.from_pretrained(repo), TTSGanProcessor.from_pretrained(repo)
            check(model(**processor(TEXT)).waveform[0].detach().numpy())
        check(pipeline("text-to-speech", model="user/voice")(TEXT)["audio"])
        check(TTSGanPipeline.from_pretrained("user/voice")(TEXT)["audio"], "faded")
    """,
    "trust_hub": """
        speak = pipeline("text-to-speech", model="user/voice", trust_remote_code=True)
        assert type(speak.processor).__name__ == "TTSGanProcessor"
        check(speak(TEXT)["audio"])
        model = AutoModel.from_pretrained("user/voice", trust_remote_code=True)
        assert type(model).__module__ == "transformers_tts_gan.models.modeling_tts_gan"
        model.save_pretrained(SCRATCH + "/again")
        assert [name for name in os.listdir(SCRATCH + "/again") if name.endswith(".py")] == ["hub_tts_gan.py"]
        auto_map = json.load(open(SCRATCH + "/again/config.json"))["auto_map"]
        assert auto_map["AutoModel"] == "hub_tts_gan.TTSGanModel"
    """,
    "trust_folder": """
        processor = AutoProcessor.from_pretrained(FOLDER, trust_remote_code=True)
        model = AutoModelForTextToWaveform.from_pretrained(FOLDER, trust_remote_code=True)
        check(model(**processor(TEXT)).waveform[0].detach().numpy())
    """,
    "no_trust": """
        for load in (AutoConfig.from_pretrained, AutoModel.from_pretrained):
            try:
                load(FOLDER)
            except ValueError as error:
                assert "trust_remote_code=True" in str(error), error
            else:
                raise AssertionError("the shim ran without being trusted")
    """,
    "not_installed": """
        sys.modules["transformers_tts_gan"] = None
        try:
            AutoModel.from_pretrained(FOLDER, trust_remote_code=True)
        except ImportError as error:
            assert "run `pip install 'transformers-tts-gan[torch]'`" in str(error), error
        else:
            raise AssertionError("it loaded without the package")
    """,
    "speak_without_extras": """
        loaded = dict(sys.modules)  # keeps alive what is hidden now
        sys.modules |= dict.fromkeys(["datasets", "evaluate", "jiwer", "matplotlib", "tensorboard"])
        from transformers_tts_gan import TTSGanPipeline
        check(TTSGanPipeline.from_pretrained(FOLDER)(TEXT)["audio"], "faded")
    """,
}
PROCESS = """
import json, os, sys, textwrap, traceback
import numpy, torch, transformers.trainer
from transformers import AutoConfig, AutoModel, AutoModelForTextToWaveform, AutoProcessor, pipeline

FOLDER, SCRATCH, TEXT, STEPS = json.loads(sys.argv[1])
torch.set_num_threads(1)


def check(audio, expected="expected"):
    numpy.testing.assert_array_equal(audio, numpy.load(f"{SCRATCH}/{expected}.npy"))


for name, code in STEPS.items():
    assert "transformers_tts_gan" not in sys.modules
    if child := os.fork():
        os.waitpid(child, 0)
        continue
    result = "ok"
    try:
        exec(textwrap.dedent(code), dict(globals()))
    except BaseException:
        result = traceback.format_exc()
    with open(f"{SCRATCH}/{name}.txt", "w") as file:
        file.write(result)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def fresh(voice, processor, voice_folder, tmp_path_factory):
    """What became of each step, by name: "ok" or a traceback; and the files on the Hub afterwards."""
    scratch = tmp_path_factory.mktemp("fresh")
    np.save(scratch / "expected.npy", speak(voice, processor)[0].numpy())
    np.save(scratch / "faded.npy", TTSGanPipeline(model=voice, processor=processor)(TEXT)["audio"])  # ends in silence
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))}
    environment |= {
        "HF_HOME": str(scratch / "home"),
        "HF_TOKEN": "hf_of_nobody",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "OMP_NUM_THREADS": "1",
    }
    with FakeHub() as hub:
        environment["HF_ENDPOINT"] = hub.endpoint
        arguments = json.dumps([str(voice_folder), str(scratch), TEXT, STEPS])
        command = [sys.executable, "-c", PROCESS, arguments]
        pipes = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
        done = subprocess.run(command, env=environment, cwd=scratch, timeout=900, **pipes)
        results = {name: path.read_text() for name in STEPS if (path := scratch / f"{name}.txt").exists()}
        return {name: results.get(name, done.stderr) for name in STEPS}, hub.repos


@pytest.mark.skipif(not hasattr(os, "fork"), reason="steps are forked from one process")
@pytest.mark.parametrize("step", STEPS)
def test_in_a_fresh_process(fresh, step):
    results, _ = fresh
    assert results[step] == "ok", results[step]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="steps are forked from one process")
def test_a_push_brings_every_file_of_the_folder(fresh, voice_folder):
    """A push while saving sends what changed since: what was written before that must not be forgotten."""
    expected = {path.relative_to(voice_folder).as_posix() for path in voice_folder.rglob("*") if path.is_file()}
    for repo in ("user/voice", "user/saved"):
        assert expected <= set(fresh[1][repo]["files"])


@pytest.mark.parametrize("name", ["TTSGanConfig", "HifiGanVocoderConfig"])
def test_a_configuration_can_be_the_first_that_is_imported(name):
    """Each makes Transformers load, which makes the other one load in the middle of it."""
    command = [sys.executable, "-c", f"from transformers_tts_gan import {name}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
