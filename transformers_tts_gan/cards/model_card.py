"""The README of a trained voice: metadata for the Hub, how to use it, what made it, what it costs, what it may do.

Everything on it was measured, trained with or stated somewhere; what nobody stated, the card says is not known. The
numbers of `tts-gan evaluate --update_card` come between two comments that name the weights they belong to
(`cards/evaluation_section.py`); a new card keeps them for as long as the weights beside it are those.
"""

import hashlib
import logging
import re
from pathlib import Path

import yaml
from huggingface_hub import EvalResult, ModelCard, ModelCardData
from transformers import VitsConfig

from ..data.origin import CARD, read_origin, shown
from ..models.vits.spectrogram import VitsFrames
from ..text.languages import find as find_language
from ..utils.markdown import inline_code, markdown_table, python_string
from .provenance import Source, find_corpora, find_parents
from .samples import FOLDER, example_texts, machine, measure_speed, write_samples
from .vits_card import vits_description, vits_usage


logger = logging.getLogger(__name__)

VOICE = """\
```python
import transformers_tts_gan  # registers the model type
from transformers import pipeline

speak = pipeline("text-to-speech", model={name})
speech = speak({example})  # {{"audio": (S,) floats in [-1, 1], "sampling_rate": Hz}}
```

`TTSGanPipeline` speaks texts of any length, plain or SSML, and lets you choose:

```python
from transformers_tts_gan import TTSGanPipeline

speak = TTSGanPipeline.from_pretrained({name})
speech = speak({example}, {choice}speaking_rate=0.9, pitch_shift=1.0)  # pitch in semitones
```
"""
VOCODER = """\
```python
from transformers_tts_gan import TTSGanVocoder

vocoder = TTSGanVocoder.from_pretrained({name})
waveform = vocoder(log_mel).waveform  # (B, F, M) log-mel frames to (B, S) samples
```
"""
LIMITS = """\
## Limits

It says what the text frontend makes of the text: numbers, names and words of other languages may come out wrong, and a
voice has the accent, the mood and the room of its recordings. Please say of synthetic speech that it is synthetic, and
use the voice of a real person only with that person's consent."""
WARNINGS = {
    "non-commercial": "**Not for commercial use:** {names}. That license forbids it, and what was learned from such "
    "sources is best held to the same.",
    "no derivatives": "**Ask before you share:** {names}. That license forbids to share what was made with it.",
    "share-alike": "**Share alike:** {names}. That license asks to share what was made with it under the same one.",
}
SPEEDS = ("_runtime", "_per_second", "_preparation_time")  # what the Trainer adds to an evaluation
MAX_SPEAKERS = 20  # named on a card; the others are counted
TASK = "text-to-speech"
EVALUATION = re.compile(
    r"<!-- evaluation (?P<language>\S+) of weights (?P<weights>\S+) -->.*?<!-- end of evaluation -->(?:\r?\n|\Z)",
    re.DOTALL,
)
NOT_EVALUATED = """\
<!-- evaluation none of weights none -->
Not evaluated yet: `tts-gan evaluate --model {folder} --update_card` puts its numbers here.
<!-- end of evaluation -->
"""


def write_model_card(trainer, name: str, **asked) -> Path:
    """Write `README.md` and `samples/` into the trainer's `output_dir`.

    Args:
        trainer: The [`TTSGanTrainer`] after, or in the midst of, training, with the weights to publish in its model.
        name: What `from_pretrained` is to be given.
        asked: For the metadata: `language`, `license`, and beside what is known `tags`, `finetuned_from`, `datasets`.
    """
    folder, model, processor = Path(trainer.args.output_dir), trainer.model, trainer.processing_class
    origin = read_origin(folder)
    fetch = trainer.hub_model_id is not None  # a push: the Hub can be reached
    parents, corpora = find_parents(model, origin, folder, fetch), find_corpora(origin, fetch)
    evaluations, results = kept_evaluations(folder)
    speaks = bool(names(trainer, "languages"))
    texts = example_texts(processor, trainer.eval_dataset, trainer.train_dataset) if speaks else {}
    was_training = model.training
    model.eval()
    spoken, speeds = write_samples(model, processor, texts, folder), measure_speed(model, processor, texts)
    model.train(was_training)
    metadata = card_metadata(trainer, parents, corpora, asked)
    if results:
        metadata.model_name, metadata.eval_results = name.rsplit("/", 1)[-1], results
    if spoken:
        metadata["widget"] = [{"text": texts[code], "output": {"url": f"{FOLDER}/{code}.wav"}} for code in spoken]
    parts = [
        f"# {name.rsplit('/', 1)[-1]}",
        warnings(parents + corpora),
        description(trainer),
        usage(trainer, name),
        samples(texts, spoken),
        "## Evaluation\n\n" + (evaluations or NOT_EVALUATED.format(folder=shown(folder)))
        if trainer.family.speaks
        else "",
        speed_table(speeds, machine(model.device)),
        budget(trainer, origin),
        licenses(parents, corpora, metadata.license),
        LIMITS,
    ]
    path, body = folder / CARD, "\n\n".join(part.strip() for part in parts if part)
    path.write_text(f"---\n{metadata.to_yaml()}\n---\n\n{body}\n", encoding="utf-8")
    return path


def card_metadata(trainer, parents: list[Source], corpora: list[Source], asked: dict) -> ModelCardData:
    """What the Hub files the card under: what was `asked` for, and of the sources the ids that are on the Hub."""
    found = ["tts-gan", TASK, *([] if trainer.family.speaks else ["vocoder"])]
    bases = [parent.name for parent in parents if parent.on_hub]
    datasets = [corpus.name for corpus in corpora if corpus.on_hub]
    return ModelCardData(
        library_name="transformers",
        pipeline_tag=TASK if trainer.family.speaks else None,
        language=asked.get("language") or names(trainer, "languages") or None,
        license=asked.get("license"),
        tags=unique(found, asked.get("tags")),
        base_model=unique(bases, asked.get("finetuned_from")) or None,
        datasets=unique(datasets, asked.get("datasets")) or None,
    )


def unique(known: list[str], more: str | list[str] | None) -> list[str]:
    return list(dict.fromkeys([*known, *([more] if isinstance(more, str) else more or [])]))


def names(trainer, of: str) -> list[str]:
    """The `speakers` or `languages` of a voice; none of a vocoder and of a voice whose processor is elsewhere."""
    return list(getattr(trainer.processing_class, of, None) or []) if trainer.family.speaks else []


def weights_digest(folder: str | Path) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of a folder's weights; `unknown` where there are none."""
    files = sorted(Path(folder).glob("model*.safetensors"))
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()[:12] if files else "unknown"


def kept_evaluations(folder: Path) -> tuple[str, list[EvalResult]]:
    """Of the card in `folder`, what was measured of the weights that lie there now: Markdown and results."""
    if not (folder / CARD).is_file():
        return "", []
    card, weights = (folder / CARD).read_text(encoding="utf-8"), weights_digest(folder)
    kept = [found for found in EVALUATION.finditer(card) if found["weights"] == weights]
    if not kept:
        return "", []
    languages = {found["language"] for found in kept}
    try:
        results = ModelCard(card, ignore_metadata_errors=True).data.get("eval_results") or []
    except (ValueError, yaml.YAMLError) as error:
        logger.warning("The metadata of `%s` cannot be read (%s): its numbers are left out.", folder / CARD, error)
        return "", []
    return "".join(found[0] for found in kept), [each for each in results if each.dataset_config in languages]


def warnings(sources: list[Source]) -> str:
    """One line for each kind of duty that a parent or a corpus brings, the hardest first."""
    lines = []
    for duty, text in WARNINGS.items():
        bound = [f"`{each.name}` ({each.role}, {', '.join(each.licenses)})" for each in sources if duty in each.duties]
        if bound:
            lines.append("> " + text.format(names=", ".join(bound)))
    return "\n>\n".join(lines)


def description(trainer) -> str:
    config, kind = trainer.model.config, "voice" if trainer.family.speaks else "vocoder"
    size = f"{trainer.model.num_parameters() / 1e6:.1f} M parameters"
    if isinstance(config, VitsConfig):
        return vits_description(trainer, size)
    first = f"A {kind} of {config.sampling_rate} Hz with {size}, trained by `transformers_tts_gan`"
    if not trainer.family.speaks:
        return f"{first}."
    encoder = config.text_encoder_config
    reads = "It reads phones alone." if encoder is None else f"Its text encoder is a `{encoder.model_type}`."
    return f"{first}. {reads}"


def usage(trainer, name: str) -> str:
    """Code to start from, and who speaks what."""
    needs = "`pip install 'transformers-tts-gan[torch]'`, then:"
    if isinstance(trainer.model.config, VitsConfig):
        return vits_usage(trainer, name)
    if not trainer.family.speaks:
        return f"## Use\n\n{needs}\n\n{VOCODER.format(name=python_string(name))}"
    speakers, languages = names(trainer, "speakers"), names(trainer, "languages")
    choice = f"speaker={python_string(speakers[0])}, " if len(speakers) > 1 else ""
    choice += f"language={python_string(languages[0])}, " if len(languages) > 1 else ""
    named = ", ".join(map(inline_code, speakers[:MAX_SPEAKERS]))
    named += f", ... ({len(speakers)} in all: `processor.speakers`)" if len(speakers) > MAX_SPEAKERS else ""
    rows = [
        ["sampling rate", f"{trainer.model.config.sampling_rate:,} Hz"],
        ["languages", ", ".join(map(inline_code, languages))],
        ["speakers", named],
        ["`speaking_rate`", "1.0; 2.0 speaks in half the time"],
        ["`pitch_shift`, `gain_db`", "semitones up or down, decibels louder or softer"],
        ["`noise_scale`, `seed`", "0 always speaks alike; 1 varies timing and melody by about what people do"],
    ]
    example = find_language((languages or ["en"])[0]).sample or "..."
    code = VOICE.format(name=python_string(name), example=python_string(example), choice=choice)
    first = "\n\nThe first language and the first speaker are taken where none is named."
    table = markdown_table([["", ""], *rows]) + first * (len(speakers) + len(languages) > 2)
    return f"## Use\n\n{needs}\n\n{code}\n{table}"


def samples(texts: dict[str, str], spoken: list[str]) -> str:
    if not texts:
        return ""
    lines = [
        f'<audio controls src="{FOLDER}/{code}.wav"></audio> [{code}]({FOLDER}/{code}.wav): {texts[code]}'
        for code in spoken
    ]
    if silent := [f"`{code}`" for code in texts if code not in spoken]:
        lines.append(f"There was no speech in {', '.join(silent)} when this card was written.")
    return "## Samples\n\n" + "\n\n".join(lines)


def speed_table(speeds: list[tuple[float, float, int]], where: str) -> str:
    """Of `measure_speed`; nothing where nothing was measured."""
    if not speeds:
        return ""
    rows = [["speech", "made in (median)", "real-time factor", "repeats"]]
    for sound, spent, count in speeds:
        rows.append([f"{sound:.1f} s", f"{spent:.3f} s", f"{spent / sound:.3f}", str(count)])
    return f"## Speed\n\nFrom text to sound, {where}, measured when this card was written:\n\n{markdown_table(rows)}"


def budget(trainer, origin: dict) -> str:
    """What training took: of this trainer, else what `voice_data.json` has noted."""
    args, steps = trainer.args, trainer.state.global_step
    if not steps:
        if not origin.get("train_steps"):
            return ""
        return f"## Training\n\n{origin['train_steps']:,} steps, {origin.get('train_minutes', '?')} minutes."
    batch = f"{trainer._train_batch_size} x {args.gradient_accumulation_steps} x {args.world_size}"
    precision = "bf16" if args.bf16 else "fp16" if args.fp16 else "float32"
    shared = "" if args.world_size == 1 else f", {args.world_size} processes"
    discriminators = (
        "none"
        if args.discriminator_start_ratio >= 1
        else f"`{args.gan_loss}`, after {args.discriminator_start_ratio:.0%} of the training"
    )
    rows = [
        ["steps", f"{steps:,}"],
        ["minutes of training", f"{trainer.clock.seconds / 60:.1f}"],
        ["machine", machine(args.device) + shared],
        ["batch (rows x accumulated x processes)", batch],
        ["precision", precision],
        ["peak learning rate, discriminators'", f"{args.learning_rate:g}, {args.discriminator_learning_rate:g}"],
        ["discriminators", discriminators],
        ["seed", str(args.seed)],
    ]
    dataset = trainer.train_dataset
    if "frames" in (getattr(dataset, "column_names", None) or ()):
        config = trainer.model.config
        frames = VitsFrames.of(config) if isinstance(config, VitsConfig) else config
        minutes = float(sum(dataset["frames"])) * frames.hop_length / frames.sampling_rate / 60
        rows.insert(0, ["recordings", f"{len(dataset):,}, {minutes:.1f} minutes"])
    text = f"## Training\n\n{markdown_table([['', ''], *rows])}"
    evaluations = [entry for entry in trainer.state.log_history if "eval_loss" in entry]
    if evaluations:
        wanted = {k: v for k, v in evaluations[-1].items() if k.startswith("eval_") and not k.endswith(SPEEDS)}
        found = ", ".join(f"{key.removeprefix('eval_')} {value:.4g}" for key, value in wanted.items())
        text += f"\n\nThe last evaluation in training, at step {evaluations[-1]['step']}: {found}."
    return text


def licenses(parents: list[Source], corpora: list[Source], own: str | None) -> str:
    """What the voice was made from, and on what terms."""
    rows = [[each.role, f"`{each.name}`", ", ".join(each.licenses) or "not stated"] for each in parents + corpora]
    lines = ["## Data and licenses"]
    head = ["made from", "name", "license, as its card states it"]
    lines.append(markdown_table([head, *rows]) if rows else "")
    unknown = [f"`{each.name}`" for each in parents + corpora if not each.licenses and each.has_card]
    unread = [f"`{each.name}`" for each in parents + corpora if not each.has_card]
    if unknown:
        lines.append(f"The license of {', '.join(unknown)} is not stated in its card: look before you share.")
    if unread:
        lines.append(f"There was no card of {', '.join(unread)} to read here: look for its license before you share.")
    if not corpora:
        lines.append("On which recordings it was trained was not noted down.")
    lines.append(f"It is shared under `{own}` itself." if own else "No license was chosen for it yet.")
    return "\n\n".join(line for line in lines if line)


def card_name(trainer, model_name: str | None) -> str:
    """What the card calls the voice: its Hub id, else a given name, else its folder."""
    return trainer.hub_model_id or model_name or shown(trainer.args.output_dir)
