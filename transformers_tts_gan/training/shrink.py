"""Make a voice or a vocoder small enough to ship: weights in fewer bits, and no text encoder if you like.

Weights are stored in 16 or 8 bits and loaded in 32: half or a quarter of the size at no cost in speed.
"""

import json
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel
from transformers.utils import SAFE_WEIGHTS_NAME

from ..data.origin import CARD, read_origin, save_origin
from ..models.compression import compress_file
from ..models.configuration_tts_gan import TTSGanConfig
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from .arguments import TTSGanTrainingArguments
from .trainer import TTSGanTrainer


PRECISIONS = ("fp16", "int8")


def shrink_model(
    model: str | Path,
    output: str | Path,
    text_encoder: bool = True,
    vocoder: str | Path | None = None,
    precision: str = "fp16",
) -> Path:
    """Write a smaller copy of a saved voice or vocoder.

    What is known of its training goes along. A folder without a model card gets one, with samples and speed; numbers
    of an evaluation were those of other weights and are not copied.

    Args:
        model: Folder or Hub id of a voice or a vocoder.
        output: Folder to write.
        text_encoder: Whether a voice keeps its text encoder.
        vocoder: Folder or Hub id of a vocoder of the same mel frames, which a voice gets instead of its own.
        precision: `fp16`, half precision, or `int8`: matrices as 8 bit integers, see `models/compression.py`.

    Returns:
        `output`.

    Raises:
        OSError: Where `model` or `vocoder` is neither a folder nor on the Hub.
        ValueError: For a vocoder of other mel frames, and for an unknown precision.

    Example:

    ```python
    shrink_model("outputs/my_voice", "my_voice_small", text_encoder=False)
    ```
    """
    if precision not in PRECISIONS:
        raise ValueError(f"`precision` is {precision!r}, but `fp16` or `int8` is needed.")
    output = Path(output)
    trained, processor = AutoModel.from_pretrained(model, dtype=torch.float32), None
    origin = read_origin(model)
    if isinstance(AutoConfig.from_pretrained(model), TTSGanConfig):
        processor = TTSGanProcessor.from_pretrained(model)
        if not text_encoder:
            trained, processor = trained.without_text_encoder(), processor.without_text_tokenizer()
        if vocoder is not None:
            trained = TTSGanModel.from_pretrained_parts(acoustic=trained, vocoder=vocoder)
            origin["parts"] = origin.get("parts", {}) | {"vocoder": str(vocoder)}
        processor.save_pretrained(output)
    trained.save_pretrained(output)
    if precision == "int8":
        compress_file(output / SAFE_WEIGHTS_NAME)
    else:
        _store_in_half(output)
    _describe(output, origin, processor)
    return output


def _store_in_half(folder: Path) -> None:
    """Rewrite the weights of a saved model in 16 bits; its configuration still asks for 32."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    AutoModel.from_pretrained(folder, dtype=torch.float16).save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _describe(folder: Path, origin: dict, processor: TTSGanProcessor | None) -> None:
    """Keep what is known of the training, held-out sentences and licenses included, and write a missing card."""
    if origin:
        save_origin(folder, origin)
    if (folder / CARD).exists():
        return
    args = TTSGanTrainingArguments(output_dir=str(folder), report_to="none")
    TTSGanTrainer(AutoModel.from_pretrained(folder), args, processing_class=processor).create_model_card()
