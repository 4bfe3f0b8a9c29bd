"""The promises of the Transformers `Trainer` hold here, too: best models, searches, reports, pushes, memory."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from unittest.mock import patch

import pytest
import torch
from helpers.fake_hub import FakeHub
from helpers.training import Watch, make_trainer, prepared_rows, tiny_model, tiny_processor, weights
from transformers import TrainerCallback

from transformers_tts_gan.data.collator import SpeechCollator
from transformers_tts_gan.models.configuration_tts_gan import TTSGanConfig, TTSGanVocoderConfig
from transformers_tts_gan.models.discriminators import TTSGanDiscriminator
from transformers_tts_gan.models.modeling_tts_gan import TTSGanModel
from transformers_tts_gan.training.arguments import TTSGanTrainingArguments


def same(first: dict, second: dict) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def scripted(*values: float):
    """Metrics of speech that give these numbers, one at each evaluation."""
    left = list(values)
    return lambda model, processor, rows: {"badness": left.pop(0)}


def test_the_voice_and_the_discriminators_that_spoke_best_are_loaded_at_the_end(tmp_path):
    watch, discriminators = Watch(), Watch()
    trainer = make_trainer(
        tmp_path,
        speech_metrics=scripted(3.0, 1.0, 2.0),
        callbacks=[watch, discriminators],
        metric_for_best_model="badness",
        ema_decay=0.0,
        greater_is_better=False,
        load_best_model_at_end=True,
        eval_strategy="steps",
        eval_steps=1,
        save_strategy="steps",
        save_steps=1,
        save_only_model=True,
        save_total_limit=1,
    )
    watch.module, discriminators.module = trainer.model, trainer.discriminator
    trainer.train()
    assert trainer.state.best_metric == 1.0 and trainer.state.best_model_checkpoint.endswith("checkpoint-2")
    assert same(weights(trainer.model), watch.steps[1]) and not same(weights(trainer.model), watch.steps[2])
    assert same(weights(trainer.discriminator), discriminators.steps[1])
    checkpoint = Path(trainer.state.best_model_checkpoint)
    files = {path.name for path in checkpoint.iterdir()}
    assert {"model.safetensors", "discriminator"} <= files
    assert not any(name.startswith(("optimizer", "scheduler", "rng_state")) for name in files)
    assert same(weights(TTSGanModel.from_pretrained(checkpoint)), watch.steps[1])


def test_a_best_metric_that_is_not_measured_is_named(tmp_path):
    arguments = {"eval_strategy": "steps", "eval_steps": 1, "save_strategy": "steps", "save_steps": 1}
    trainer = make_trainer(tmp_path, metric_for_best_model="wer", load_best_model_at_end=True, **arguments)
    with pytest.raises(KeyError, match="eval_wer.*eval_loss"):
        trainer.train()


def test_every_trial_of_a_search_begins_with_the_same_voice_and_discriminators(tmp_path):
    """Otherwise later trials would go on with the discriminators of earlier ones, and win or lose by it."""
    pytest.importorskip("optuna")
    begun = []

    class Begin(TrainerCallback):
        def on_train_begin(self, args, state, control, model=None, **kwargs):
            begun.append((weights(model), weights(trainer.discriminator), args.learning_rate))

    arguments = {"max_steps": 2, "eval_strategy": "steps", "eval_steps": 2}
    trainer = make_trainer(tmp_path, model_init=tiny_model, callbacks=[Begin()], **arguments)
    best = trainer.hyperparameter_search(
        hp_space=lambda trial: {"learning_rate": trial.suggest_categorical("learning_rate", [1e-3, 1e-2])},
        n_trials=3,
        direction="minimize",
        backend="optuna",
    )
    assert len(begun) == 3 and best.hyperparameters["learning_rate"] in (1e-3, 1e-2)
    for voice, discriminators, _ in begun[1:]:
        assert same(voice, begun[0][0]) and same(discriminators, begun[0][1])


def test_a_users_callback_is_asked_at_every_point_and_can_stop_the_training(tmp_path):
    class Stop(TrainerCallback):
        asked = []

        def on_step_end(self, args, state, control, **kwargs):
            self.asked.append(state.global_step)
            control.should_training_stop = state.global_step == 2

    trainer = make_trainer(tmp_path, callbacks=[Stop()], max_steps=10)
    trainer.train()
    assert Stop.asked == [1, 2] and trainer.state.global_step == 2


def test_trackio_gets_losses_sounds_and_pictures(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    trackio = pytest.importorskip("trackio")
    logged = []
    log = trackio.log
    monkeypatch.setattr(trackio, "log", lambda metrics, **kwargs: logged.append(metrics) or log(metrics, **kwargs))
    arguments = {"max_steps": 1, "eval_strategy": "steps", "eval_steps": 1, "log_samples": 1}
    trainer = make_trainer(tmp_path, report_to=["trackio"], trackio_static_space_id=False, **arguments)
    trainer.train()
    names = {name: value for metrics in logged for name, value in metrics.items()}
    assert {"train/loss", "train/discriminator_loss", "train/level", "eval/loss"} <= set(names)
    assert isinstance(names["tts/0"], trackio.Audio) and isinstance(names["alignment/0"], trackio.Image)
    media = {path.suffix for path in (tmp_path / "trackio").rglob("*") if path.is_file()}
    assert {".wav", ".png"} <= media


PUSH = """
    import sys
    from helpers.training import make_trainer
    for name, discriminators in (("whole", True), ("voice", False)):
        trainer = make_trainer(sys.argv[1] + "/" + name, max_steps=2, save_strategy="steps", save_steps=1,
            push_to_hub=True, hub_model_id="user/" + name, push_discriminator=discriminators, hub_always_push=True)
        trainer.train()
        trainer.push_to_hub()
"""


def test_a_push_brings_the_voice_and_leaves_the_discriminators_at_home_if_asked(tmp_path):
    """In a process of its own: where the Hub is, is read on import."""
    tests = Path(__file__).parents[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment |= {
        "HF_HOME": str(tmp_path / "home"),
        "HF_TOKEN": "hf_of_nobody",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent), os.environ.get("PYTHONPATH", "")]),
        "OMP_NUM_THREADS": "1",
    }
    with FakeHub() as hub:
        environment["HF_ENDPOINT"] = hub.endpoint
        command = [sys.executable, "-c", textwrap.dedent(PUSH), str(tmp_path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stderr
        files = {name: set(hub.repos[f"user/{name}"]["files"]) for name in ("whole", "voice")}
    assert {"model.safetensors", "config.json", "processor_config.json", "README.md"} <= files["voice"]
    discriminators = {"discriminator/config.json", "discriminator/model.safetensors"}
    assert discriminators <= files["whole"]
    assert not any("discriminator" in name for name in files["voice"])
    TTSGanDiscriminator.from_pretrained(tmp_path / "voice" / "_discriminator")  # they are kept here
    assert json.loads((tmp_path / "voice" / "config.json").read_text())["model_type"] == "tts_gan"


def forward_and_back(voice: TTSGanModel, batch: dict) -> tuple[dict[str, torch.Tensor], int]:
    """Gradients by name, and the bytes that the forward pass keeps for the backward pass."""
    kept = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    torch.manual_seed(0)
    spectral = "transformers_tts_gan.models.vocoder.waveform_losses"  # keep the same either way
    with patch(spectral, return_value={}), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = voice(**batch, segment_frames=4)  # spectra at full resolution are kept either way
        loss = sum(output.losses.values()) + output.waveform.square().mean()
    voice.zero_grad()
    loss.backward()
    gradients = {name: p.grad.clone() for name, p in voice.named_parameters() if p.grad is not None}
    return gradients, sum(kept.values())


def test_activation_checkpointing_keeps_less_and_gives_the_same_gradients():
    """Dropout included: what is computed again must draw the same random numbers."""
    rows = prepared_rows(4, with_text_encoder=True)
    batch = SpeechCollator(tiny_processor(True))(list(rows))
    voice = tiny_model(with_text_encoder=True).train()
    with torch.no_grad():
        voice.acoustic.context_gate.fill_(0.5)
    plain, plain_bytes = forward_and_back(voice, batch)
    voice.gradient_checkpointing_enable()
    switched = {
        name.split(".")[0]
        for name, module in voice.named_modules()
        if getattr(module, "gradient_checkpointing", False)
    }
    assert switched >= {"text_encoder", "acoustic", "vocoder"}
    again, fewer_bytes = forward_and_back(voice, batch)
    assert fewer_bytes < 0.8 * plain_bytes
    assert again.keys() == plain.keys()
    for name, gradient in plain.items():
        torch.testing.assert_close(again[name], gradient, msg=name)


@pytest.mark.parametrize("part", ["text_encoder", "acoustic", "vocoder"])
def test_every_part_keeps_less_with_activation_checkpointing(part):
    encoder = tiny_model(with_text_encoder=True).config.text_encoder_config.to_dict() | {"num_hidden_layers": 6}
    vocoder = TTSGanVocoderConfig.from_preset("tiny", num_hidden_layers=20)
    layers = {"num_encoder_layers": 6, "text_encoder_config": encoder, "vocoder_config": vocoder}
    voice = TTSGanModel(TTSGanConfig.from_preset("tiny", **layers)).train()
    inputs = {
        "text_encoder": (torch.randint(2, 10, (4, 40)),),
        "acoustic": (torch.randn(4, 40, 32), torch.ones(4, 40, 1), torch.zeros(4, 1, 32), None),
        "vocoder": (torch.randn(4, 64, vocoder.num_mel_bins),),
    }[part]
    run = {"text_encoder": voice.text_encoder, "acoustic": voice.acoustic.encode, "vocoder": voice.vocoder.synthesize}
    kept = []
    for _ in range(2):
        with torch.autograd.graph.saved_tensors_hooks(lambda t: kept[-1].append(t.nbytes) or t, lambda t: t):
            kept.append([])
            run[part](*inputs)
        voice.gradient_checkpointing_enable()
    assert sum(kept[1]) < (0.8 if part == "vocoder" else 0.6) * sum(kept[0])  # pulses and noise are not in a block


def test_training_with_activation_checkpointing_gives_the_same_weights(tmp_path):
    fields = TTSGanTrainingArguments.__dataclass_fields__
    name = "activation_checkpointing" if "activation_checkpointing" in fields else "gradient_checkpointing"
    trainers = [make_trainer(tmp_path, max_steps=2, **{name: flag}) for flag in (False, True)]
    for trainer in trainers:
        trainer.train()
    assert trainers[1].model.vocoder.blocks[0].gradient_checkpointing
    plain, checkpointed = (weights(trainer.model) for trainer in trainers)
    for name, tensor in plain.items():
        torch.testing.assert_close(checkpointed[name], tensor, msg=name)
