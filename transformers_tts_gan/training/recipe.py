"""What a recipe says beside the training arguments: the parts that a model starts from, and the corpora.

A recipe is a YAML or JSON file of the fields of these dataclasses and of [`TTSGanTrainingArguments`];
[`parse_arguments`] reads one.
"""

from dataclasses import dataclass, field


@dataclass
class ModelArguments:
    """Which parts a text-to-speech model starts from.

    With `model_name_or_path` a whole model trains on. Otherwise a new one is built: from the acoustic model `acoustic`
    or from the sizes of `preset`, with the text encoder and the vocoder that are named.

    Example:

    ```python
    parts = ModelArguments(acoustic="examples/voices/bilingual", vocoder="examples/voices/bilingual")
    ```
    """

    model_name_or_path: str | None = field(
        default=None,
        metadata={"help": "Voice to train on, all of it; new speakers and letters are added. Hub id or folder."},
    )
    acoustic: str | None = field(
        default=None, metadata={"help": "Voice whose acoustic model a new one starts from. Hub id or folder."}
    )
    preset: str = field(default="small", metadata={"help": "Sizes of new parts: tiny, small or base."})
    text_encoder: str | None = field(default=None, metadata={"help": "Pretrained text encoder. Hub id or folder."})
    text_encoder_layers: int | None = field(
        default=None, metadata={"help": "Number of first layers of the text encoder to keep. Default: all."}
    )
    vocoder: str | None = field(default=None, metadata={"help": "Pretrained vocoder. Hub id or folder."})
    discriminator: str | None = field(
        default=None,
        metadata={"help": "Pretrained discriminators. Default: those saved with the parts, else new ones."},
    )
    new_discriminator: str | None = field(
        default=None,
        metadata={"help": "New discriminators, whatever was saved: tiny, small, gpu, base, or mel: of frames alone."},
    )
    text_encoder_lora: str | None = field(
        default=None,
        metadata={"help": 'Train LoRA weights of the text encoder only, such as {"r": 8, "lora_alpha": 16}.'},
    )


@dataclass
class DataArguments:
    """Which transcribed recordings a text-to-speech model is trained and evaluated on.

    Example:

    ```python
    data = DataArguments(datasets=["corpora/my_voice"], language="en")
    ```
    """

    datasets: list[str] = field(metadata={"help": "Corpora: folders with metadata, metadata files, or Hub ids."})
    language: str = field(default="en", metadata={"help": "Language of rows that name none."})
    train_split: str | None = field(default="train", metadata={"help": "Split to train on."})
    eval_split: str | None = field(
        default="test", metadata={"help": 'Split that is held out. "" trains without evaluation.'}
    )
    max_train_samples: int | None = field(
        default=None, metadata={"help": "Number of recordings to train on, drawn by `seed`. Default: all."}
    )
    max_eval_samples: int = field(default=64, metadata={"help": "Number of held-out recordings to evaluate on."})
    min_seconds: float = field(default=0.3, metadata={"help": "Shorter recordings are left out."})
    max_seconds: float = field(default=15.0, metadata={"help": "Longer recordings are left out."})
    lexicon: str | None = field(default=None, metadata={"help": "File of `word<TAB>phones` lines."})
    user_dict: str | None = field(default=None, metadata={"help": "File of Chinese words that are never split."})
    phonemes: str = field(
        default="letters",
        metadata={"help": "Phones of languages but English and Chinese: letters, or espeak (extra `espeak`, GPL)."},
    )
    on_bad: str = field(default="skip", metadata={"help": "What to do with an unusable recording: skip or raise."})
    speech_metrics: str | None = field(
        default=None,
        metadata={"help": "Metric of speech that the model makes at each evaluation: mel_distance, wer or cer."},
    )
    recognizer: str = field(
        default="Systran/faster-whisper-base",
        metadata={"help": "Speech recognizer for `wer` and `cer`. Hub id or folder."},
    )


@dataclass
class VocoderArguments:
    """Which recordings a vocoder is trained on, and which vocoder it starts from. Transcripts are not needed.

    Example:

    ```python
    arguments = VocoderArguments(datasets=["my_recordings"], vocoder="examples/voices/bilingual")
    ```
    """

    datasets: list[str] = field(metadata={"help": "Corpora, or plain folders of sound files."})
    vocoder: str | None = field(
        default=None, metadata={"help": "Vocoder to train on. Default: a new one with the sizes of `preset`."}
    )
    discriminator: str | None = field(
        default=None,
        metadata={"help": "Pretrained discriminators. Default: those saved with `vocoder`, else new ones."},
    )
    new_discriminator: str | None = field(
        default=None, metadata={"help": "New discriminators, whatever was saved: tiny, small, gpu or base."}
    )
    preset: str = field(default="small", metadata={"help": "Sizes of a new vocoder: tiny, small or base."})
    train_split: str | None = field(default="train", metadata={"help": "Split to train on."})
    eval_split: str | None = field(
        default="test", metadata={"help": 'Split that is held out. "" trains without evaluation.'}
    )
    max_eval_samples: int = field(default=64, metadata={"help": "Number of held-out recordings to evaluate on."})
    min_seconds: float = field(default=0.6, metadata={"help": "Shorter recordings are left out."})
    max_seconds: float = field(default=15.0, metadata={"help": "Longer recordings are left out."})
    on_bad: str = field(default="skip", metadata={"help": "What to do with an unusable recording: skip or raise."})
