"""Make a voice or a vocoder small enough to ship: weights in half precision, and no text encoder if you like.

    python examples/shrink_voice.py --model outputs/my_voice --output my_voice_small --no_text_encoder
    python examples/shrink_voice.py --model outputs/my_vocoder --output my_vocoder_small
    python examples/shrink_voice.py --model my_voice --vocoder examples/voices/vocoder --output my_voice_new

The weights are stored in 16 bits and loaded in 32: half the size at no cost in speed. With `--vocoder` the voice gets
another one of the same mel frames, such as one that was trained for longer. Where the folder has no card it gets one,
with samples and speed; error rates were those of other weights, and `evaluate_voice.py --update_card` measures them.
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel

from transformers_tts_gan import TTSGanConfig, TTSGanModel, TTSGanProcessor, TTSGanTrainer, TTSGanTrainingArguments
from transformers_tts_gan.cards.provenance import CARD, read_origin, save_origin


def store_in_half(folder: Path):
    """Rewrite the weights of a saved model in 16 bits; its configuration goes on asking for 32."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    AutoModel.from_pretrained(folder, dtype=torch.float16).save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def describe(folder: Path, origin: dict, processor: TTSGanProcessor | None):
    """Keep what is known of the training, held-out sentences and licenses included, and see to a card."""
    if origin:
        save_origin(folder, origin)
    if (folder / CARD).exists():
        return
    args = TTSGanTrainingArguments(output_dir=str(folder), report_to="none")
    TTSGanTrainer(AutoModel.from_pretrained(folder), args, processing_class=processor).create_model_card()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="folder or Hub id of a voice or vocoder")
    parser.add_argument("--output", required=True, type=Path, help="folder to write")
    parser.add_argument("--no_text_encoder", action="store_true", help="leave the text encoder out")
    parser.add_argument("--vocoder", help="folder or Hub id of a vocoder that the voice gets instead of its own")
    arguments = parser.parse_args()

    model, processor = AutoModel.from_pretrained(arguments.model, dtype=torch.float32), None
    origin = read_origin(arguments.model)
    if isinstance(AutoConfig.from_pretrained(arguments.model), TTSGanConfig):
        processor = TTSGanProcessor.from_pretrained(arguments.model)
        if arguments.no_text_encoder:
            model, processor = model.without_text_encoder(), processor.without_text_tokenizer()
        if arguments.vocoder is not None:
            model = TTSGanModel.from_pretrained_parts(acoustic=model, vocoder=arguments.vocoder)
            origin["parts"] = origin.get("parts", {}) | {"vocoder": arguments.vocoder}
        processor.save_pretrained(arguments.output)
    model.save_pretrained(arguments.output)
    store_in_half(arguments.output)
    describe(arguments.output, origin, processor)
    size = sum(file.stat().st_size for file in arguments.output.rglob("*") if file.is_file()) / 1e6
    print(f"{arguments.output}: {model.num_parameters() / 1e6:.1f}M parameters, {size:.1f} MB")


if __name__ == "__main__":
    main()
