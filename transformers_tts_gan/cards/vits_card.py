"""What the card of a VITS or MMS voice says in other words: Transformers alone speaks with it."""

from ..utils.markdown import inline_code, python_string


CODE = """\
```python
from transformers import pipeline

speak = pipeline("text-to-speech", model={name})
speech = speak("..."{choice})  # {{"audio": (S,) floats in [-1, 1], "sampling_rate": Hz}}
```
"""


def vits_description(trainer, size: str) -> str:
    """One paragraph; `size` tells the number of parameters."""
    config, tokenizer = trainer.model.config, trainer.processing_class.tokenizer
    reads = "letters"
    if tokenizer.phonemize:
        reads = "phones of espeak (`pip install phonemizer`)"
    elif tokenizer.is_uroman:
        reads = "Latin letters, which other alphabets are turned into (`pip install uroman`)"
    return (
        f"A VITS voice of {config.sampling_rate} Hz with {size}, a `VitsModel` of Transformers, trained by "
        f"`transformers_tts_gan`. It reads {reads}."
    )


def vits_usage(trainer, name: str) -> str:
    """Code to start from, and the numbers of the speakers."""
    speakers = trainer.processing_class.speakers if trainer.model.config.num_speakers > 1 else []
    choice = ', forward_params={"speaker_id": 0}' if speakers else ""
    text = f"## Use\n\n`pip install transformers`, then:\n\n{CODE.format(name=python_string(name), choice=choice)}"
    if speakers:
        named = ", ".join(f"{number} {inline_code(speaker)}" for number, speaker in enumerate(speakers))
        text += f"\nThe speakers by `speaker_id`: {named}."
    return text
