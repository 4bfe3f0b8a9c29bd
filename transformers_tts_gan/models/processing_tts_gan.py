"""From text to model inputs: phones, tokens of the text encoder, and which tokens belong to which phone.

The phone vocabulary is a tokenizer of its own (`tokenizer`), so that a voice's folder loads everywhere a tokenizer is
expected. The text encoder's tokenizer (`text_tokenizer`) lies in the folder `text_tokenizer/`, where Transformers
saves a processor's second tokenizer; a voice without a text encoder has none.
"""

import copy
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict, Unpack

import torch
from transformers import AutoProcessor, AutoTokenizer, BatchFeature, ProcessorMixin

from ..text.lexicon import check_saved_words, read_lexicon
from ..text.rows import SpeechRows, with_prosody_controls
from ..text.utterance import Utterance
from ..text.zh.segment import Segmenter
from ..utils.remote_code import HubShim
from .configuration_tts_gan import TTSGanConfig
from .padding import pad_lists, pad_prosody_controls


logger = logging.getLogger(__name__)

TEXT_TOKENIZER_FOLDER = "text_tokenizer"
SETTINGS = "processor"  # of the processor, in `tokenizer_config.json`
TEXT_LEVELS = ("word", "phone")
WINDOW = 512  # tokens that go through a text encoder at once, where it could read more
LONGEST_SILENCE_MS = 60_000  # of the breaks of one row: a model spends as much on a second of silence as of speech

Texts = str | Utterance | list[str] | list[Utterance] | list[str | Utterance]


class CallOptions(TypedDict, total=False):
    """What a call of a [`TTSGanProcessor`] takes of the arguments of Transformers' tokenizers.

    Args:
        padding: `True` or `"longest"` pads at the end to the longest text, the default; `False` or `"do_not_pad"` does
            not, and needs `return_tensors=None`, unless all are of one length.
        return_tensors: `"pt"` for torch, the default; `"np"` for numpy, `None` for lists.
        truncation: Only `False`: nothing is cut off.
        add_special_tokens: Only `True`: a text has silence at both ends.
        text_kwargs: The same as a `dict`.
    """

    padding: bool | str
    return_tensors: str | None
    truncation: bool | str | None
    add_special_tokens: bool
    text_kwargs: dict


class TTSGanProcessor(SpeechRows, HubShim, ProcessorMixin):
    r"""Text frontend, phone vocabulary and the text encoder's tokenizer.

    Args:
        tokenizer: The phone vocabulary, as `phone_tokenizer()` makes it.
        text_tokenizer: The tokenizer of the text encoder; `None` for a voice without one.
        speakers: Names, in the order of the speaker table.
        languages: Codes such as `en` and `zh`, in the order of the language table; the first is the default.
        sampling_rate: Of the voice, in Hz.
        lexicon: Words and the phones to say them with (ARPAbet, pinyin or IPA), or a file of `word<TAB>phones` lines;
            it wins over everything else, and is saved with the processor.
        user_dict: Chinese words to keep whole, or a file of them as jieba takes it; saved with the processor.
        emoji: `drop` passes over emoji, `name` says their names.
        phonemes: `letters` or `espeak`: what the phones of languages but English and Chinese are, which keep their
            own; see [`TextFrontend`]. Saved with the processor.
        max_phones: Longest text in phones; longer text is refused with advice.
        text_level: What the text encoder reads: `word` for text (BERT and its like), `phone` for phonemes (PL-BERT).

    Raises:
        ValueError: For an unknown `text_level`, a slow `text_tokenizer`, and entries of a lexicon that are no phones.

    Example:

    ```python
    processor = TTSGanProcessor(phone_tokenizer(), speakers=["anna"], languages=["en"], lexicon={"gan": "G AE1 N"})
    inputs = processor("A GAN speaks.", speaker="anna")
    ```
    """

    auto_classes = {"AutoProcessor": "TTSGanProcessor"}

    def __init__(
        self,
        tokenizer,
        text_tokenizer=None,
        speakers: list[str] | None = None,
        languages: list[str] | None = None,
        sampling_rate: int = 16_000,
        lexicon: Mapping[str, str] | str | Path | None = None,
        max_phones: int = 1_000,
        text_level: str = "word",
        user_dict: list[str] | str | Path | None = None,
        emoji: str = "drop",
        phonemes: str = "letters",
        **kwargs,
    ):
        super().__init__(tokenizer, **kwargs)
        if text_level not in TEXT_LEVELS:
            raise ValueError(f"`text_level` is `{text_level}`, but a text encoder reads `word` or `phone`.")
        if text_tokenizer is not None and not text_tokenizer.is_fast:
            raise ValueError(
                f"`text_tokenizer` is a `{type(text_tokenizer).__name__}`, which does not tell the characters of its "
                "tokens; a fast tokenizer is needed, as `AutoTokenizer.from_pretrained` loads it."
            )
        self.text_level = text_level
        self.text_tokenizer = text_tokenizer
        self.speakers = list(speakers or ["speaker"])
        self.languages = list(languages or ["en"])
        self.sampling_rate = sampling_rate
        self.lexicon = read_lexicon(lexicon or {})
        self.user_dict = sorted(Segmenter(user_dict or ()).words)
        self.emoji = emoji
        self.phonemes = phonemes
        self.max_phones = max_phones

    @classmethod
    def get_attributes(cls):
        return ["tokenizer"]

    @property
    def model_input_names(self) -> list[str]:
        """What a call always returns."""
        of_text = [] if self.text_tokenizer is None else ["text_input_ids", "text_window_ids", "token_spans"]
        return [*self.tokenizer.model_input_names, *of_text]

    def __call__(
        self,
        text: Texts,
        language: str | list[str] | None = None,
        speaker: str | list[str] | None = None,
        **kwargs: Unpack[CallOptions],
    ) -> BatchFeature:
        """Everything a [`TTSGanModel`] needs to say `text`: B texts, padded to T phones and N tokens.

        Args:
            text: One sentence or several: plain, SSML, or what `frontend` made of it.
            language: One of `languages`, or any language for letters; one for all or one each.
            speaker: One of `speakers`; one for all or one each.
            kwargs: `padding` and `return_tensors`, see [`CallOptions`].

        Returns:
            `input_ids` and `attention_mask` `(B, T)`; with a text tokenizer `text_input_ids` and `text_window_ids`
            `(B, N)` and `token_spans` `(B, T, 2)`; where markup asks for it `prosody_controls` `(B, T, 3)` and
            `pause_ms` `(B, T)`; and `(B,)` `speaker_id` and `language_id` where one was chosen: without, the model
            takes its first or those that it is given by itself.

        Raises:
            TypeError: For anything but text, and for arguments that belong to the model.
            ValueError: For text that cannot be spoken, an unknown speaker, or too many phones; the message says
                which text, by its index in a list, and why.

        Example:

        ```python
        processor = TTSGanProcessor.from_pretrained("examples/voices/bilingual")
        inputs = processor(["Good morning.", "Who is it?"])
        ```
        """
        padding, return_tensors = checked_options(kwargs)
        texts = as_texts(text)
        languages = language if isinstance(language, list) else [language] * len(texts)
        speakers = speaker if isinstance(speaker, list) else [speaker] * len(texts)
        rows, errors = [], {}
        for number, (item, code, name) in enumerate(zip(texts, languages, speakers, strict=True)):
            try:
                rows.append(self.encode_speech(item, code, name))
                refuse_long_breaks(rows[-1].get("pause_ms", []))
            except ValueError as error:
                if not isinstance(text, list):
                    raise
                errors[number] = error
        if errors:
            raise unspeakable(errors, texts)
        rows = with_prosody_controls(rows)
        batch = self.pad(rows)
        if padding in (False, "do_not_pad"):
            single = [self.pad([row]) for row in rows]
            batch = {name: [one[name][0].tolist() for one in single] for name in batch}
        elif return_tensors != "pt":
            batch = {name: values.numpy() if return_tensors else values.tolist() for name, values in batch.items()}
        if speaker is None:
            del batch["speaker_id"]
        if language is None and not any(batch["language_id"]):
            del batch["language_id"]
        return BatchFeature(batch, return_tensors)

    @property
    def token_limit(self) -> int:
        """Tokens that the text encoder reads at once."""
        return min(self.text_tokenizer.model_max_length, WINDOW)

    @property
    def reads_text(self) -> bool:
        """Whether there is a text encoder."""
        return self.text_tokenizer is not None

    def phone_ids(self, phones: list[str]) -> list[int | None]:
        """The ids of phones; `None` for an unknown one."""
        ids, unknown = self.tokenizer.convert_tokens_to_ids(phones), self.tokenizer.unk_token_id
        return [None if number == unknown else number for number in ids]

    def phone_vocabulary(self) -> Mapping[str, int]:
        """The ids of all phones."""
        return self.tokenizer.get_vocab()

    def text_symbols(self) -> tuple[Mapping[str, int], int]:
        """The ids of the symbols that a phoneme-level text encoder reads, and that of its padding."""
        return self.text_tokenizer.get_vocab(), self.text_tokenizer.pad_token_id

    def text_tokens(self, text: str) -> tuple[list[int], list[int], list[tuple[int, int]]]:
        """Ids of the tokens that a word-level text encoder reads, 1 for special ones, and their characters."""
        options = {"return_offsets_mapping": True, "return_special_tokens_mask": True, "verbose": False}
        encoded = self.text_tokenizer(text, **options)
        return encoded["input_ids"], encoded["special_tokens_mask"], encoded["offset_mapping"]

    def without_text_tokenizer(self) -> "TTSGanProcessor":
        """The same for a voice without its text encoder."""
        fields = ("speakers", "languages", "sampling_rate", "lexicon", "max_phones", "user_dict", "emoji", "phonemes")
        return type(self)(self.tokenizer, **{name: getattr(self, name) for name in fields})

    def pad(self, rows: list[dict]) -> dict[str, torch.Tensor]:
        """Rows of `encode` as tensors of one length, with their masks."""
        batch = {
            "input_ids": pad_lists([row["input_ids"] for row in rows], self.tokenizer.pad_token_id),
            "attention_mask": pad_lists([[1] * len(row["input_ids"]) for row in rows], 0),
            "speaker_id": torch.tensor([row["speaker_id"] for row in rows]),
            "language_id": torch.tensor([row["language_id"] for row in rows]),
        }
        if "text_input_ids" in rows[0]:
            pad_id = self.text_tokenizer.pad_token_id or 0
            batch["text_input_ids"] = pad_lists([row["text_input_ids"] for row in rows], pad_id)
            batch["text_window_ids"] = pad_lists([row["text_window_ids"] for row in rows], 0)
            batch["token_spans"] = pad_lists([row["token_spans"] for row in rows], 0)
        if any("prosody_controls" in row for row in rows):
            batch.update(pad_prosody_controls(with_prosody_controls(rows)))
        return batch

    def to_dict(self) -> dict:
        """The settings, as `processor_config.json` has them; the tokenizers have files of their own."""
        plain = copy.copy(self)
        plain.text_tokenizer = None
        return {**super(TTSGanProcessor, plain).to_dict(), "text_tokenizer": self.text_tokenizer is not None}

    def save_pretrained(self, save_directory, push_to_hub: bool = False, **kwargs):
        """Save to a folder; the settings go into the tokenizer's file, too, for the stock pipeline.

        `pipeline("text-to-speech").save_pretrained` saves the model and the tokenizer, but no processor.
        """
        self.tokenizer.init_kwargs[SETTINGS] = self.to_dict()
        if self.text_tokenizer is not None:
            self.text_tokenizer.save_pretrained(Path(save_directory) / TEXT_TOKENIZER_FOLDER)
        return super().save_pretrained(save_directory, push_to_hub=push_to_hub, **kwargs)

    @classmethod
    def _get_arguments_from_pretrained(cls, pretrained_model_name_or_path, processor_dict=None, **kwargs):
        tokenizer = AutoTokenizer.from_pretrained(pretrained_model_name_or_path, **kwargs)
        settings = {} if processor_dict is None else processor_dict
        if not settings:
            if SETTINGS not in tokenizer.init_kwargs:
                raise ValueError(f"`{pretrained_model_name_or_path}` has no `processor_config.json`: it is no voice.")
            settings.update(tokenizer.init_kwargs[SETTINGS])
            if settings.pop("text_tokenizer", False):
                logger.warning(
                    "`%s` has no `text_tokenizer`, as the stock pipeline saves none: the voice speaks without its "
                    "text encoder. Save it by `TTSGanPipeline` or by its processor.",
                    pretrained_model_name_or_path,
                )
        check_saved_words(settings, pretrained_model_name_or_path)
        text_tokenizer = None
        if settings.pop("text_tokenizer", False):
            kwargs["subfolder"] = str(Path(kwargs.get("subfolder", "")) / TEXT_TOKENIZER_FOLDER)
            text_tokenizer = AutoTokenizer.from_pretrained(pretrained_model_name_or_path, **kwargs)
        return [tokenizer, text_tokenizer]


def as_texts(text: Texts) -> list[str | Utterance]:
    """One text or several as a list; anything else is refused with its type."""
    if isinstance(text, (str, Utterance)):
        return [text]
    if not isinstance(text, list):
        raise TypeError(f"`text` is a {type(text).__name__}, but a string or a list of strings is needed.")
    if not text:
        raise ValueError("`text` is an empty list, but at least one text is needed.")
    for number, item in enumerate(text):
        if not isinstance(item, (str, Utterance)):
            raise TypeError(f"`text[{number}]` is a {type(item).__name__}, but a string is needed.")
    return list(text)


def checked_options(options: dict) -> tuple[bool | str, str | None]:
    """`padding` and `return_tensors` of [`CallOptions`]; what means nothing for speech is refused in words."""
    options = {"padding": True, "return_tensors": "pt", **options.pop("text_kwargs", {}), **options}
    padding, return_tensors = options.pop("padding"), options.pop("return_tensors")
    if padding not in (True, False, "longest", "do_not_pad"):
        raise ValueError(f"`padding` is {padding!r}, but speech needs `True` (to the longest text) or `False` (none).")
    if return_tensors not in ("pt", "np", None):
        raise ValueError(
            f"`return_tensors` is {return_tensors!r}, but `pt` (torch), `np` or `None` (lists) is needed."
        )
    if options.pop("truncation", None) not in (None, False, "do_not_truncate"):
        raise ValueError("`truncation` would leave the end of a text unspoken: split it into sentences instead.")
    if options.pop("add_special_tokens", True) is not True:
        raise ValueError("`add_special_tokens` is False, but a model needs the silence at both ends of a text.")
    if options:
        raise TypeError(
            f"Unknown arguments {sorted(options)}; `speaking_rate`, `pitch_shift` and the like go to the model."
        )
    return padding, return_tensors


def refuse_long_breaks(pause_ms: list[int]) -> None:
    """Breaks that would cost a model more time and memory than anybody wants to spend on silence."""
    silence = sum(milliseconds for milliseconds in pause_ms if milliseconds > 0)
    if silence > LONGEST_SILENCE_MS:
        raise ValueError(
            f"The breaks of the text last {silence / 1_000:g} s, but at most {LONGEST_SILENCE_MS // 1_000} s go "
            "through the model at once: use `TTSGanPipeline`, which puts long breaks in afterwards."
        )


def unspeakable(errors: dict[int, ValueError], texts: list[str | Utterance]) -> ValueError:
    """One error for the texts of a list that cannot be spoken, by their index; of many only the first ten."""
    shown = [
        f"- {number} (`{texts[number][:40] if isinstance(texts[number], str) else texts[number].text[:40]}`): {error}"
        for number, error in list(errors.items())[:10]
    ]
    more = [f"- and {len(errors) - 10} more"] if len(errors) > 10 else []
    return ValueError("\n".join([f"{len(errors)} of {len(texts)} texts cannot be spoken:", *shown, *more]))


AutoProcessor.register(TTSGanConfig, TTSGanProcessor, exist_ok=True)
