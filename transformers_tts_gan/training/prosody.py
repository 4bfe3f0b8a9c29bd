"""From a recipe to a trained prosody model: measure how a corpus is spoken, and learn it in minutes.

Enters: [`ProsodyArguments`] and Transformers' `TrainingArguments`. Leaves: a Transformers `Trainer`; there is no GAN.
A text encoder is frozen, and then reads each text once, or tuned at a tenth of the learning rate.
"""

from __future__ import annotations

import copy
import json
import logging
from dataclasses import dataclass, field
from pathlib import Path

import torch
from transformers import AutoConfig, PreTrainedModel, Trainer, TrainingArguments, set_seed

from ..data.prepare import PrepareSpeech, prepare_speech
from ..data.prosody import ProsodyCollator, add_text_inputs, predict_rows, recorded_prosody, without_punctuation
from ..evaluation.prosody import evaluate_prosody
from ..metrics.prosody import summarize
from ..models.configuration_prosody import TTSGanProsodyConfig
from ..models.configuration_tts_gan import TTSGanConfig
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.prosody_model import TTSGanProsodyModel
from ..models.sources import check_sources
from ..models.text_encoder import load_text_encoder
from ..models.tokenization_tts_gan import load_text_tokenizer
from ..models.transfer import resize_embedding_tables
from .corpora import load_corpora, training_rows
from .optimizers import generator_groups
from .recipe import DataArguments


logger = logging.getLogger(__name__)

ENCODER_RATIO = 0.1  # of the learning rate


@dataclass
class ProsodyArguments:
    """What a prosody model is made of and learns from.

    Example:

    ```python
    arguments = ProsodyArguments(datasets=["corpora/my_voice"], voice="examples/voices/bilingual")
    ```
    """

    datasets: list[str] = field(metadata={"help": "Corpora: folders with metadata, metadata files, or Hub ids."})
    voice: str = field(
        metadata={"help": "Voice whose aligner finds the phones, and whose phones are used. Folder or Hub id."}
    )
    text_encoder: str | None = field(default=None, metadata={"help": "Pretrained text encoder. Hub id or folder."})
    text_encoder_layers: int | None = field(
        default=None, metadata={"help": "Number of first layers of the text encoder to keep. Default: all."}
    )
    tune_text_encoder: bool = field(
        default=False, metadata={"help": "Train the text encoder, too, at a tenth of the learning rate."}
    )
    from_voice: bool = field(
        default=True,
        metadata={"help": "Begin with what the voice knows: its phone encoder and predictors. false: from scratch."},
    )
    only_predictors: bool = field(
        default=False,
        metadata={"help": "Train only the predictors of the voice, and save that: it speaks as fast as before."},
    )
    hidden_size: int = field(default=128, metadata={"help": "Width of the blocks, from scratch."})
    num_hidden_layers: int = field(default=2, metadata={"help": "Number of blocks, from scratch."})
    latent_size: int = field(default=4, metadata={"help": "Numbers that vary the way of speaking; 0 for one way."})
    punctuation_copies: bool = field(
        default=True, metadata={"help": "Learn each text once more without its commas, to find pauses without them."}
    )
    teacher: str | None = field(
        default=None, metadata={"help": "Prosody model that says how the `texts` are spoken. Folder or Hub id."}
    )
    texts: str | None = field(
        default=None,
        metadata={"help": "File of sentences, one a line, to learn from the `teacher` beside the corpora."},
    )
    language: str = field(default="en", metadata={"help": "Language of rows that name none."})
    train_split: str = field(default="train", metadata={"help": "Split to train on."})
    eval_split: str = field(default="test", metadata={"help": "Split that is held out."})
    max_train_samples: int | None = field(
        default=None, metadata={"help": "Number of recordings to train on, drawn by `seed`. Default: all."}
    )


class ProsodyTrainer(Trainer):
    """Transformers' `Trainer`, with a text encoder that learns at a tenth of the learning rate.

    Args:
        model: A [`TTSGanProsodyModel`].
        args: Transformers' `TrainingArguments`.
        processor: Pads the rows.

    The other arguments are those of `transformers.Trainer`; datasets are lists of rows as of `recorded_prosody`.

    Example:

    ```python
    trainer = ProsodyTrainer(model, args, processor=processor, train_dataset=rows)
    trainer.train()
    ```
    """

    def __init__(self, model: TTSGanProsodyModel, args: TrainingArguments, *, processor: TTSGanProcessor, **kwargs):
        super().__init__(model, args, data_collator=ProsodyCollator(processor), processing_class=processor, **kwargs)
        self.can_return_loss = True

    def create_optimizer(self, model=None) -> torch.optim.Optimizer:
        """AdamW in groups: with and without weight decay, and those of the text encoder slower."""
        if self.optimizer is None:
            decaying = set(self.get_decay_parameter_names(self.model))
            groups = generator_groups(self.model, self.args, {"text_encoder": ENCODER_RATIO}, decaying)
            optimizer_class, options = self.get_optimizer_cls_and_kwargs(self.args, self.model)
            self.optimizer = optimizer_class(groups, **options)
        return self.optimizer

    def prediction_step(self, model, inputs, prediction_loss_only, ignore_keys=None):
        """The losses against held-out prosody."""
        with torch.no_grad():
            loss = model(**self._prepare_inputs(inputs)).loss
        return loss.detach(), None, None


def new_prosody_model(
    processor: TTSGanProcessor, text_encoder: PreTrainedModel | None = None, **sizes
) -> TTSGanProsodyModel:
    """A new prosody model for the phones, speakers and languages of a processor.

    Args:
        processor: With the tokenizer of the text encoder, where there is one.
        text_encoder: A pretrained one, or `None`.
        sizes: Fields of [`TTSGanProsodyConfig`].

    Example:

    ```python
    model = new_prosody_model(processor, AutoModel.from_pretrained("plbert"), hidden_size=256)
    ```
    """
    config = TTSGanProsodyConfig(
        text_encoder_config=None if text_encoder is None else copy.deepcopy(text_encoder.config),
        vocab_size=len(processor.tokenizer),
        pad_token_id=processor.tokenizer.pad_token_id,
        num_speakers=len(processor.speakers),
        num_languages=len(processor.languages),
        **sizes,
    )
    return TTSGanProsodyModel(config, text_encoder)


def set_average_prosody(model: TTSGanProsodyModel, rows: list[dict]) -> None:
    """Let a new model begin with the mean of what it is to learn: of 50 sentences none is lost on that."""
    names = ("log_duration", "pitch", "voicing", "energy")
    with torch.no_grad():
        values = {name: torch.cat([row[name] for row in rows]) for name in names}
        voiced = values["voicing"]
        means = [values[name].mean() for name in names]
        means[1] = (values["pitch"] * voiced).sum() / voiced.sum().clamp(min=1)
        model.duration_predictor.output.bias.copy_(means[0][None])
        model.prosody_predictor.output.bias.copy_(torch.stack(means[1:]))


def with_text_encoder(processor: TTSGanProcessor, text_encoder: str | None) -> TTSGanProcessor:
    """A copy of a voice's processor with the tokenizer of a text encoder, or with none."""
    if text_encoder is None:
        return processor.without_text_tokenizer()
    found = copy.copy(processor)
    found.text_tokenizer, found.text_level = load_text_tokenizer(text_encoder)
    return found


def build_prosody_trainer(arguments: ProsodyArguments, training: TrainingArguments) -> ProsodyTrainer:
    """A trainer for the prosody model of a recipe, with its corpora measured.

    Args:
        arguments: What the model is made of and learns from.
        training: How it is trained.

    Raises:
        ValueError: For a corpus that cannot be used, for parts that do not go together, and for an `output_dir` that
            is one of them.
        OSError: For a part that is neither a folder nor on the Hub.

    Example:

    ```python
    trainer = build_prosody_trainer(arguments, TrainingArguments("outputs/prosody", max_steps=1000))
    trainer.train()
    ```
    """
    set_seed(training.seed)
    check_parts(arguments)
    check_output(arguments, training)
    encoder = None
    if arguments.text_encoder is not None:
        encoder = load_text_encoder(arguments.text_encoder, arguments.text_encoder_layers).eval()
    rows, processor = measured_corpora(arguments, training.seed)
    if arguments.punctuation_copies:
        rows["train"] = rows["train"] + bare_copies(rows["train"], processor)
    rows["train"] += taught_rows(arguments, processor)
    if encoder is not None:
        processor = with_text_encoder(processor, arguments.text_encoder)
        frozen = None if arguments.tune_text_encoder else encoder
        encoder.requires_grad_(arguments.tune_text_encoder)
        rows = {name: add_text_inputs(each, processor, frozen) for name, each in rows.items()}
    if arguments.only_predictors:
        model = predictors_of(voice_for(arguments, processor)[0])
    elif arguments.from_voice:
        voice, _ = voice_for(arguments, processor)
        model = TTSGanProsodyModel.from_voice(voice, encoder, latent_size=arguments.latent_size)
    else:
        size = arguments.hidden_size
        sizes = {"hidden_size": size, "intermediate_size": 3 * size, "predictor_size": size}
        sizes |= {"num_hidden_layers": arguments.num_hidden_layers, "latent_size": arguments.latent_size}
        model = new_prosody_model(processor, encoder, **sizes)
        set_average_prosody(model, rows["train"])
    return ProsodyTrainer(model, training, processor=processor, train_dataset=rows["train"], eval_dataset=rows["eval"])


def frame_seconds(voice: str) -> float:
    """Seconds per frame of a voice."""
    config = TTSGanConfig.from_pretrained(voice)
    return config.hop_length / config.sampling_rate


def check_parts(arguments: ProsodyArguments) -> None:
    """Refuse what does not go together before anything is measured."""
    if arguments.only_predictors and (arguments.text_encoder is not None or arguments.latent_size):
        raise ValueError(
            "With `only_predictors` the voice gets no new parts: leave out `text_encoder`, and set `latent_size` to 0."
        )
    if (arguments.teacher is None) != (arguments.texts is None):
        raise ValueError("Only one of `teacher` and `texts` is given: a teacher needs texts, and texts a teacher.")
    if arguments.texts is not None and not Path(arguments.texts).is_file():
        raise ValueError(f"There is no file `{arguments.texts}`: give `texts` a file of sentences, one a line.")
    if arguments.texts is not None and not read_sentences(arguments.texts):
        raise ValueError(f"`{arguments.texts}` is empty: give `texts` a file of sentences, one a line.")
    check_sources(voice=arguments.voice, teacher=arguments.teacher)
    if arguments.teacher is not None:
        found = AutoConfig.from_pretrained(arguments.teacher).model_type
        if found != TTSGanProsodyConfig.model_type:
            raise ValueError(
                f"The teacher `{arguments.teacher}` is a `{found}`, but a prosody model is needed: train one by "
                "`tts-gan train prosody`."
            )


def check_output(arguments: ProsodyArguments, training: TrainingArguments) -> None:
    """Refuse to write over what is learned from."""
    for name in ("voice", "teacher", "text_encoder"):
        part = getattr(arguments, name)
        if part is not None and Path(part).resolve() == Path(training.output_dir).resolve():
            raise ValueError(
                f"`output_dir` is the `{name}`, `{part}`, which would be written over: choose another folder."
            )


def read_sentences(path: str) -> list[str]:
    """The lines of a file that are not empty."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def voice_for(arguments: ProsodyArguments, processor: TTSGanProcessor) -> tuple[TTSGanModel, TTSGanProcessor]:
    """The voice of a recipe, and its processor, which both know the speakers of `processor`."""
    voice, known = TTSGanModel.from_pretrained(arguments.voice), TTSGanProcessor.from_pretrained(arguments.voice)
    resize_embedding_tables(voice, known, speakers=processor.speakers)
    return voice, known


def predictors_of(voice: TTSGanModel) -> TTSGanProsodyModel:
    """A prosody model of which only the two predictors are trained; they then go back into the voice."""
    model = TTSGanProsodyModel.from_voice(voice, latent_size=0, dropout=0.0)
    model.requires_grad_(False)
    for predictor in (model.duration_predictor, model.prosody_predictor):
        predictor.requires_grad_(True)
    return model


def measured_corpora(arguments: ProsodyArguments, seed: int) -> tuple[dict[str, list[dict]], TTSGanProcessor]:
    """The measured rows `train` and `eval` of a recipe's corpora, and a processor that knows their speakers."""
    voice = TTSGanModel.from_pretrained(arguments.voice).eval()
    processor = with_text_encoder(TTSGanProcessor.from_pretrained(arguments.voice), None)
    names = ("datasets", "language", "train_split", "eval_split", "max_train_samples")
    data = DataArguments(**{name: getattr(arguments, name) for name in names})
    corpora = {"train": training_rows(data, seed), "eval": load_corpora(data, data.eval_split)}
    speakers = dict.fromkeys([*processor.speakers, *sorted({row["speaker"] for row in corpora["train"]})])
    processor.speakers = [name for name in speakers if name is not None]
    prepare = PrepareSpeech(voice.config.vocoder_config, processor)
    rows = {
        name: recorded_prosody(prepare_speech(each, prepare)[0], voice, processor) for name, each in corpora.items()
    }
    return rows, processor


def taught_rows(arguments: ProsodyArguments, processor: TTSGanProcessor) -> list[dict]:
    """What the teacher of a recipe says of its texts."""
    if arguments.teacher is None or arguments.texts is None:
        return []
    known = TTSGanProcessor.from_pretrained(arguments.teacher)
    if (known.speakers, known.languages) != (processor.speakers, processor.languages):
        raise ValueError(
            f"The teacher has the speakers {known.speakers} and the languages {known.languages}, but here they are "
            f"{processor.speakers} and {processor.languages}: train both on the same corpora with the same voice."
        )
    teacher = TTSGanProsodyModel.from_pretrained(arguments.teacher).eval()
    return predict_rows(teacher, known, read_sentences(arguments.texts))


def bare_copies(rows: list[dict], processor: TTSGanProcessor) -> list[dict]:
    """Copies without commas of those rows that have some."""
    bare = [without_punctuation(row, processor, processor.languages[row["language_id"]]) for row in rows]
    return [row for row in bare if row is not None]


def train_prosody(arguments: ProsodyArguments, training: TrainingArguments) -> Path:
    """Train the prosody model of a recipe, print how near it comes to the held-out speech, and save it.

    `output_dir` then holds the model and its processor; with `only_predictors` the voice with its trained predictors.

    Args:
        arguments: What the model is made of and learns from.
        training: How it is trained.

    Returns:
        The folder.

    Example:

    ```python
    arguments = ProsodyArguments(datasets=["corpora/my_voice"], voice="outputs/my_voice")
    train_prosody(arguments, TrainingArguments("outputs/prosody", max_steps=500))
    ```
    """
    trainer = build_prosody_trainer(arguments, training)
    trainer.train(resume_from_checkpoint=training.resume_from_checkpoint)
    model, processor, folder = trainer.model, trainer.processing_class, Path(training.output_dir)
    seconds = frame_seconds(arguments.voice)
    scores = summarize(evaluate_prosody(model, processor, trainer.eval_dataset, seconds))
    for name, value in scores.items():
        logger.info("%s: %.4g", name.replace("_", " "), value)
    (folder / "prosody.json").write_text(json.dumps(scores, indent=1) + "\n")
    if arguments.only_predictors:
        voice, processor = voice_for(arguments, processor)
        for name in ("duration_predictor", "prosody_predictor"):
            getattr(voice.acoustic, name).load_state_dict(getattr(model, name).state_dict())
        model = voice
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
