"""Texts to batches of tokens for VITS and MMS: the checkpoint's own tokenizer, and the names of its speakers."""

import functools
import re
from collections import Counter
from pathlib import Path

import torch
from transformers import AutoConfig, BatchFeature, VitsConfig, VitsTokenizer

from ...text.rows import index_of
from ...utils.require import require


NOT_ASCII = re.compile(r"[^\x00-\x7F]")
PHONEMIZER = "The tokenizer of this checkpoint, which writes texts in the phones of espeak (`phonemize` is true),"
ROMANIZER = "The tokenizer of this checkpoint, which writes texts in Latin letters (`is_uroman` is true),"


class VitsProcessor:
    """What our trainer, evaluation and cards ask of a processor, with the tokenizer of a `VitsModel`.

    It is saved as a stock tokenizer, with the names of speakers and languages in `tokenizer_config.json`.

    Args:
        tokenizer: A `VitsTokenizer`.
        speakers: Names, in the order of the model's speaker table; by default those saved with the tokenizer.
        languages: Codes such as `de`; one in all, as a checkpoint speaks one language.
        sampling_rate: Of the model, in Hz.

    Raises:
        ImportError: The tokenizer needs a package that is not installed; the message names it.

    Example:

    ```python
    processor = VitsProcessor.from_pretrained("facebook/mms-tts-deu")
    inputs = processor("Guten Tag.")
    ```
    """

    def __init__(
        self,
        tokenizer: VitsTokenizer,
        speakers: list[str] | None = None,
        languages: list[str] | None = None,
        sampling_rate: int = 16_000,
    ):
        self.tokenizer, self.sampling_rate = tokenizer, sampling_rate
        saved = tokenizer.init_kwargs
        self.speakers = list(speakers or saved.get("speakers") or ["speaker"])
        self.languages = list(languages or saved.get("languages") or [tokenizer.language or "en"])
        if tokenizer.phonemize:
            require("phonemizer", PHONEMIZER, extra="espeak")

    @classmethod
    def from_pretrained(cls, name_or_path: str | Path, **kwargs) -> "VitsProcessor":
        """That of a folder or of a Hub id.

        Args:
            name_or_path: Folder or Hub id of a checkpoint.
            kwargs: `speakers`, `languages` and `sampling_rate`.
        """
        return cls(VitsTokenizer.from_pretrained(name_or_path), **kwargs)

    def save_pretrained(self, folder: str | Path, **kwargs) -> None:
        """Write the files of the tokenizer.

        Args:
            folder: Where to.
            kwargs: As of `VitsTokenizer.save_pretrained`.
        """
        self.tokenizer.init_kwargs |= {"speakers": self.speakers, "languages": self.languages}
        self.tokenizer.save_pretrained(str(folder), **kwargs)

    def encode(self, text: str, language: str | None = None, speaker: str | None = None) -> dict:
        """Tokens of one text, and the number of the speaker.

        Args:
            text: To be spoken.
            language: Ignored: a checkpoint speaks one.
            speaker: One of `speakers`; the first where left out.

        Raises:
            ValueError: Nothing is left of the text, or nobody has this name.
            ImportError: The text is to be romanized, and `uroman` is not installed.
        """
        tokens = self.tokenizer(self._readable(text))["input_ids"]
        if len(tokens) <= int(self.tokenizer.add_blank):
            raise ValueError(f"The tokenizer knows no letter of `{text[:40]}`.")
        return {"input_ids": tokens, "speaker_id": index_of(speaker, self.speakers, "speaker")}

    def pad(self, rows: list[dict]) -> dict[str, torch.Tensor]:
        """`input_ids`, `attention_mask` `(B, T)` and `speaker_id` `(B,)` of rows that `encode` made.

        Args:
            rows: With their `input_ids` and `speaker_id`.
        """
        tokens = [torch.as_tensor(row["input_ids"], dtype=torch.long) for row in rows]
        pad = torch.nn.utils.rnn.pad_sequence
        return {
            "input_ids": pad(tokens, batch_first=True, padding_value=self.tokenizer.pad_token_id or 0),
            "attention_mask": pad([torch.ones_like(row) for row in tokens], batch_first=True),
            "speaker_id": torch.tensor([int(row["speaker_id"]) for row in rows]),
        }

    def __call__(self, text: str | list[str], language: str | None = None, speaker: str | None = None) -> BatchFeature:
        """Inputs of the model for one text or several, padded.

        Args:
            text: To be spoken.
            language: Ignored.
            speaker: One of `speakers`.
        """
        texts = [text] if isinstance(text, str) else text
        return BatchFeature(self.pad([self.encode(each, language, speaker) for each in texts]))

    def unknown_letters(self, texts: list[str]) -> dict[str, int]:
        """Letters that the tokenizer passes over without a word, and how often they occur.

        Args:
            texts: Of a corpus.
        """
        known = set(self.tokenizer.get_vocab())
        found = Counter(char for text in texts for char in self._normalized(text) if char.isalnum())
        return {char: count for char, count in found.most_common() if char not in known}

    def _normalized(self, text: str) -> str:
        text = self.tokenizer.normalize_text(text) if self.tokenizer.normalize else text
        return self._romanized(text)

    def _readable(self, text: str) -> str:
        """What the tokenizer would make of the text, but the romanizer is loaded once and not for each text."""
        if not (self.tokenizer.is_uroman and NOT_ASCII.search(text)):
            return text
        text = self._normalized(text)
        return "".join(char for char in text if char in self.tokenizer.encoder) if self.tokenizer.normalize else text

    def _romanized(self, text: str) -> str:
        return romanizer().romanize_string(text) if self.tokenizer.is_uroman and NOT_ASCII.search(text) else text


def is_vits(name_or_path: str | Path) -> bool:
    """Whether a folder or a Hub id holds a VITS checkpoint.

    Args:
        name_or_path: Folder or Hub id of a model.
    """
    return AutoConfig.from_pretrained(name_or_path).model_type == VitsConfig.model_type


@functools.cache
def romanizer():
    """The one romanizer of this process; loading it takes seconds."""
    return require("uroman", ROMANIZER, extra="vits").Uroman()
