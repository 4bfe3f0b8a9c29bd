"""The README of a trained voice: how to use it, and what its last evaluation said."""

import yaml


VOICE = """\
```python
import transformers_tts_gan  # registers the model type
from transformers import pipeline

speak = pipeline("text-to-speech", model="{name}")
speech = speak("{example}")  # {{"audio": (S,) floats in [-1, 1], "sampling_rate": Hz}}
```
"""
VOCODER = """\
```python
from transformers_tts_gan import TTSGanVocoder

vocoder = TTSGanVocoder.from_pretrained("{name}")
waveform = vocoder(log_mel).waveform  # (B, F, M) log-mel frames to (B, S) samples
```
"""
SPEEDS = ("_runtime", "_per_second", "_preparation_time")  # what the Trainer adds to an evaluation
EXAMPLES = {"en": "Good morning.", "zh": "今天天气很好。"}


def model_card(trainer, name: str, **fields) -> str:
    """Markdown with the metadata that the Hub reads.

    Args:
        trainer: The [`TTSGanTrainer`] after, or in the midst of, training.
        name: What `from_pretrained` is to be given.
        fields: `language`, `license`, `tags`, `datasets` and so on for the metadata; empty ones are left out.
    """
    languages = list(getattr(trainer.processing_class, "languages", None) or [])
    tags = fields.pop("tags", None) or []
    metadata = {
        "library_name": "transformers",
        **({"pipeline_tag": "text-to-speech", "language": languages} if trainer.is_voice else {}),
        "tags": ["tts-gan", *([tags] if isinstance(tags, str) else tags)],
        **{field: value for field, value in fields.items() if value},
    }
    config, kind = trainer.model.config, "voice" if trainer.is_voice else "vocoder"
    usage = (VOICE if trainer.is_voice else VOCODER).format(
        name=name, example=EXAMPLES.get(languages[0] if languages else "en", "...")
    )
    lines = [
        f"---\n{yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)}---\n",
        f"# {name.rsplit('/', 1)[-1]}\n",
        f"A {kind} of {config.sampling_rate} Hz with {trainer.model.num_parameters() / 1e6:.1f} M parameters, trained",
        "by `transformers_tts_gan`.\n",
        usage,
        f"Trained for {trainer.state.global_step} steps, {trainer.seconds / 60:.1f} minutes.",
    ]
    evaluations = [entry for entry in trainer.state.log_history if "eval_loss" in entry]
    if evaluations:
        wanted = {k: v for k, v in evaluations[-1].items() if k.startswith("eval_") and not k.endswith(SPEEDS)}
        found = ", ".join(f"{key.removeprefix('eval_')} {value:.4g}" for key, value in wanted.items())
        lines.append(f"The last evaluation, at step {evaluations[-1]['step']}: {found}.")
    return "\n".join(lines) + "\n"
