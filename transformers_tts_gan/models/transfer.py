"""The weights that a new model copies from another one, and tables for more speakers, languages and phones.

Rows of the tables (phones, speakers, languages) are matched by the names in the two voices' processors, all other
weights by name and shape. Every weight of both voices is accounted for in a [`TransferReport`].
"""

import copy
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from ..utils.markdown import markdown_table
from .base_vocoder import BaseVocoder, load_vocoder, refuse_type
from .configuration_tts_gan import TTSGanConfig
from .processing_tts_gan import TTSGanProcessor
from .prosody_model import TTSGanProsodyModel, fitting_prosody
from .text_encoder import load_text_encoder
from .tokenization_tts_gan import PAD


logger = logging.getLogger(__name__)

TABLES = {"phone_embedding": "vocab_size", "speaker_embedding": "num_speakers", "language_embedding": "num_languages"}
PARTS = ("text_encoder", "vocoder")  # beside the acoustic model; each is taken as a whole
PHONE_SPREAD = 0.5  # of the known phones': new phones are ordinary ones, and the aligner can tell them apart
SHOWN = 8  # names of rows in a report; the others are counted


@dataclass(frozen=True)
class TableRows:
    """What became of a table: names of rows kept, new rows, and the other voice's rows that have no place."""

    parameters: int
    kept: tuple[str, ...]
    new: tuple[str, ...]
    left_out: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{len(self.kept)} kept"]
        parts += [f"new: {shortened(self.new)}"] if self.new else []
        parts += [f"left out: {shortened(self.left_out)}"] if self.left_out else []
        return ", ".join(parts)


@dataclass
class TransferReport:
    """Where the weights of a voice come from; `str()` of it is a short Markdown table.

    Args:
        loaded: Parameters by the name of the weight, as they were in the parts given.
        resized: Tables of which some rows are kept, by the name of the weight.
        new: Parameters of weights that nobody brought.
        left_out: Parameters of the other voice's weights that have no place in this one.

    Example:

    ```python
    model = TTSGanModel.from_pretrained_parts(acoustic="examples/voices/bilingual")
    print(model.transfer_report)
    ```
    """

    loaded: dict[str, int] = field(default_factory=dict)
    resized: dict[str, TableRows] = field(default_factory=dict)
    new: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        table = [["weights", "parameters", "which"]]
        for kind in ("loaded", "new", "left_out"):
            found = getattr(self, kind)
            if found:
                groups = dict.fromkeys(".".join(name.split(".")[: 1 + name.startswith("acoustic")]) for name in found)
                table.append([kind.replace("_", " "), f"{sum(found.values()):,}", ", ".join(groups)])
        for name, rows in reversed(self.resized.items()):
            table.insert(2, ["resized", f"{rows.parameters:,}", f"{name}, rows: {rows}"])
        return markdown_table(table)


def from_parts(
    model_class,
    config: TTSGanConfig | None,
    text_encoder: str | PreTrainedModel | None,
    vocoder: str | BaseVocoder | None,
    acoustic: Any,
    text_encoder_layers: int | None,
    prosody: str | TTSGanProsodyModel | None,
    processor: TTSGanProcessor | None,
    acoustic_processor: TTSGanProcessor | None,
) -> Any:
    """A new model of `model_class`; the arguments are those of `TTSGanModel.from_pretrained_parts`."""
    given = {name for name, part in (("text_encoder", text_encoder), ("vocoder", vocoder)) if part is not None}
    if isinstance(acoustic, str):
        if processor is not None and acoustic_processor is None:
            acoustic_processor = TTSGanProcessor.from_pretrained(acoustic)
        acoustic = model_class.from_pretrained(acoustic)
    if acoustic is not None:
        config = acoustic.config if config is None else config
        text_encoder = copy.deepcopy(acoustic.text_encoder) if text_encoder is None else text_encoder
        vocoder = copy.deepcopy(acoustic.vocoder) if vocoder is None else vocoder
    elif config is None:
        config = TTSGanConfig.from_preset("small")
    parts = ("text_encoder_config", "vocoder_config", "prosody_config")
    fields = {name: value for name, value in config.to_dict().items() if name not in parts}
    if processor is not None:
        fields.update(table_sizes(processor))
    inherited = None if acoustic is None or prosody is not None else acoustic.prosody
    prosody = fitting_prosody(prosody, inherited, fields)
    if text_encoder is not None and prosody is not None and prosody.text_encoder is not None:
        raise ValueError("The prosody model has a text encoder, and a voice reads with one: leave out `text_encoder`.")
    vocoder = None if vocoder is None else pretrained_vocoder(vocoder, config)
    if isinstance(text_encoder, str):
        text_encoder = load_text_encoder(text_encoder, text_encoder_layers)
    context_config = config.text_encoder_config if text_encoder is None else copy.deepcopy(text_encoder.config)
    config = TTSGanConfig(
        **fields,
        text_encoder_config=context_config,
        vocoder_config=(config.vocoder_config if vocoder is None else vocoder.config).to_dict(),
        prosody_config=None if prosody is None else copy.deepcopy(prosody.config),
    )
    model = model_class(config, text_encoder=text_encoder, vocoder=vocoder, prosody=prosody)
    given |= set() if inherited is not None or prosody is None else {"prosody"}
    model.transfer_report = warm_start(model, acoustic, given, processor, acoustic_processor)
    return model


def warm_start(
    model: nn.Module,
    other: nn.Module | None,
    given: set[str],
    processor: TTSGanProcessor | None = None,
    other_processor: TTSGanProcessor | None = None,
) -> TransferReport:
    """Give a new voice the acoustic model of another one, as far as it fits.

    Args:
        model: The new [`TTSGanModel`], with its text encoder and vocoder.
        other: The [`TTSGanModel`] to start from; `None` for a report alone.
        given: Which of `text_encoder`, `vocoder` and `prosody` do not come from `other`.
        processor, other_processor: Of both voices, for the names of phones, speakers and languages; without them
            the tables must have the same sizes.

    Raises:
        ValueError: For tables of other sizes and no processors, and for processors that are not these voices'.
    """
    report = TransferReport()
    if other is None:
        report.new.update(counted("acoustic", model.acoustic))
    else:
        names = None if processor is None else (row_names(model, processor), row_names(other, other_processor))
        copy_weights("acoustic", model.acoustic, other.acoustic, "text_encoder" not in given, names, report)
        taken = sum(report.loaded.values()) / sum(parameter.numel() for parameter in model.acoustic.parameters())
        if taken < 0.5:
            logger.warning(
                "Only %.0f %% of the acoustic model comes from the other voice, whose sizes differ: leave `config` "
                "out to take them over.",
                100 * taken,
            )
        if model.prosody is not None and "prosody" not in given:
            copy_weights("prosody", model.prosody, other.prosody, True, names, report)
    for part in PARTS:
        brought = part in given or getattr(other, part, None) is not None
        (report.loaded if brought else report.new).update(counted(part, getattr(model, part)))
        if other is not None and part in given:
            report.left_out.update(counted(part, getattr(other, part)))
    return report


@torch.no_grad()
def copy_weights(part: str, new: nn.Module, old: nn.Module, same_text_encoder: bool, names, report: TransferReport):
    """Weights of a part of another voice; what reads a text encoder only where that is the same one."""
    weights = old.state_dict()
    for name, value in new.state_dict().items():
        full, table, known = f"{part}.{name}", name.removesuffix(".weight"), weights.get(name)
        foreign = name.startswith("context") and not same_text_encoder
        if known is None or foreign or known.shape[1:] != value.shape[1:]:
            report.new[full] = value.numel()
        elif table in TABLES and names is not None:
            rows = fill_table(value, known, names[0][table], names[1][table])
            if rows.new or rows.left_out:
                report.resized[full] = rows
            else:
                report.loaded[full] = value.numel()
        elif known.shape == value.shape:
            value.copy_(known)
            report.loaded[full] = value.numel()
        elif table in TABLES:
            raise ValueError(
                f"`{full}` has {len(value)} rows, but that of the other voice has {len(known)}: give `processor`, and "
                "with a model also `acoustic_processor`, so that rows are matched by their names."
            )
        else:
            report.new[full] = value.numel()
    taken = {*report.loaded, *report.resized}
    left = {f"{part}.{name}": value.numel() for name, value in weights.items()}
    report.left_out.update({name: count for name, count in left.items() if name not in taken})


def fill_table(new: torch.Tensor, old: torch.Tensor, new_names: list[str], old_names: list[str]) -> TableRows:
    """Rows `(N, H)` of `old` to the places that their names have in `new`; rows of other names begin at the mean.

    New phones lie around it, apart from each other. New speakers and languages all begin with what is common to the
    known ones.
    """
    index = {name: row for row, name in enumerate(old_names)}
    known = old[[row for name, row in index.items() if name != PAD]].float()
    mean, spread = known.mean(dim=0), 0.0
    if PAD in index:
        spread = PHONE_SPREAD * known.std(dim=0)
    for row, name in enumerate(new_names):
        new[row] = old[index[name]] if name in index else mean + spread * torch.randn_like(mean)
    kept = tuple(name for name in new_names if name in index)
    added = tuple(name for name in new_names if name not in index)
    return TableRows(new.numel(), kept, added, tuple(name for name in old_names if name not in new_names))


@torch.no_grad()
def resize_embedding_tables(
    model: nn.Module,
    processor: TTSGanProcessor,
    speakers: Iterable[str] = (),
    languages: Iterable[str] = (),
    phones: Iterable[str] = (),
) -> TransferReport:
    """Give a voice more speakers, languages and phones, in place; what it knew before, it says as before.

    New speakers and languages begin as the mean of the known ones, and are learned by training. Names that the voice
    knows already are passed over.

    Args:
        model: A [`TTSGanModel`].
        processor: Its processor; gets the names, too.
        speakers: Names as of `processor.speakers`.
        languages: Codes as of `processor.languages`.
        phones: As of `processor.tokenizer`; letters of other languages as `<ß>`.

    Raises:
        ValueError: For a processor that is not this voice's.

    Example:

    ```python
    report = resize_embedding_tables(voice, processor, speakers=["carla"])
    ```
    """
    before = row_names(model, processor)
    processor.speakers += [name for name in dict.fromkeys(speakers) if name not in processor.speakers]
    processor.languages += [name for name in dict.fromkeys(languages) if name not in processor.languages]
    vocabulary = processor.tokenizer.get_vocab()
    processor.tokenizer.add_tokens([phone for phone in dict.fromkeys(phones) if phone not in vocabulary])
    report = TransferReport(loaded={**counted("acoustic", model.acoustic)})
    for part in PARTS:
        report.loaded.update(counted(part, getattr(model, part)))
    report.loaded.update(counted("prosody", model.prosody))
    names = known_names(processor)
    for table, size in TABLES.items():
        after = [*names[table], *before[table][len(names[table]) :]]
        if after == before[table]:
            continue
        for part in ("acoustic", "prosody"):
            if (module := getattr(model, part)) is not None:
                rows = resize_table(module, table, after, before[table])
                report.resized[f"{part}.{table}.weight"] = rows
                del report.loaded[f"{part}.{table}.weight"]
                setattr(model.config if part == "acoustic" else module.config, size, len(after))
    return report


def resize_table(module: nn.Module, table: str, after: list[str], before: list[str]) -> TableRows:
    """Give a table of a module the rows of these names, in place."""
    old = getattr(module, table)
    new = nn.Embedding(len(after), old.embedding_dim, old.padding_idx, device=old.weight.device)
    new = new.to(old.weight.dtype).train(old.training).requires_grad_(old.weight.requires_grad)
    rows = fill_table(new.weight, old.weight, after, before)
    setattr(module, table, new)
    return rows


def known_names(processor: TTSGanProcessor) -> dict[str, list[str]]:
    """Names of the rows of each table, in their order."""
    vocabulary = processor.tokenizer.get_vocab()
    rows = (sorted(vocabulary, key=vocabulary.get), processor.speakers, processor.languages)
    return {table: list(names) for table, names in zip(TABLES, rows, strict=True)}


def table_sizes(processor: TTSGanProcessor) -> dict[str, int]:
    """Fields of a [`TTSGanConfig`] that give each name its row."""
    names = known_names(processor)
    return {size: len(names[table]) for table, size in TABLES.items()}


def row_names(model: nn.Module, processor: TTSGanProcessor | None) -> dict[str, list[str]]:
    """As `known_names`, with names such as `#300` for spare rows; a processor of another voice is refused."""
    if processor is None:
        raise ValueError("The other voice is given as a model: give its `acoustic_processor`, too, for its names.")
    names = known_names(processor)
    for table in TABLES:
        rows = getattr(model.acoustic, table).num_embeddings
        if len(names[table]) > rows:
            raise ValueError(
                f"`processor` names {len(names[table])} rows of `{table}`, but the voice has {rows}: take the "
                "processor from the folder of the voice."
            )
        names[table] += [f"#{row}" for row in range(len(names[table]), rows)]
    return names


def counted(part: str, module: nn.Module | None) -> dict[str, int]:
    """Parameters by the full names of the weights of a part that may be missing."""
    weights = {} if module is None else dict(module.named_parameters())
    return {f"{part}.{name}": weight.numel() for name, weight in weights.items()}


def shortened(names: tuple[str, ...]) -> str:
    """Some of the names, and how many there are where these are not all; `|` would end a cell of a table."""
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN]).replace("|", r"\|")
    return shown if len(names) <= SHOWN else f"{shown}, ... ({len(names)})"


def pretrained_vocoder(vocoder: str | BaseVocoder, config: TTSGanConfig) -> BaseVocoder:
    """A vocoder from the Hub or a folder for a model of `config`; ValueError for one that cannot be its vocoder."""
    if isinstance(vocoder, str):
        vocoder = load_vocoder(vocoder)
    elif not isinstance(vocoder, BaseVocoder):
        refuse_type(type(vocoder).__name__, vocoder.config.model_type, "a vocoder")
    if vocoder.config.sampling_rate != config.sampling_rate:
        raise ValueError(
            f"The vocoder's `sampling_rate` is {vocoder.config.sampling_rate} Hz, but the voice's is "
            f"{config.sampling_rate} Hz: take a vocoder of the voice's rate, or make the voice with the vocoder's."
        )
    return vocoder
