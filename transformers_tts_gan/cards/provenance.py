"""What a voice was made from, and under which licenses: models it began with, corpora it was trained on.

Enters: the voice's configuration and what its training wrote to `voice_data.json`. Leaves: a [`Source`] for each, with
the licenses that its own card states. Nothing is guessed: where a card is silent, so is this. Only MMS, whose 1,100
checkpoints are often copied without their cards, is known by its name.
"""

import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import EntryNotFoundError
from huggingface_hub.repocard import REGEX_YAML_BLOCK
from transformers import VitsModel

from ..data.origin import CARD, save_origin, shown


logger = logging.getLogger(__name__)

# How people write licenses in the middle of a sentence.
LICENCE = re.compile(
    r"\bCC0(?:[- ]1\.0)?\b|\bCC[- ]BY(?:[- ](?:NC|SA|ND))*(?:[- ][1-4]\.0)?\b|\bApache[- ]2\.0\b|\bMIT(?= licen[cs]e)"
    r"|\bA?GPL[- ]?v?[23](?:\.0)?\b|\bpublic domain\b|(?<!commercial and )(?<!commercial or )\bnon-?commercial\b",
    re.IGNORECASE,
)
# What a word of a license asks of those who share what was made with it.
DUTIES = {
    "non-commercial": re.compile(r"(^|-)nc(-|$)|non-?commercial", re.IGNORECASE),
    "no derivatives": re.compile(r"(^|-)nd(-|$)|no-?derivatives", re.IGNORECASE),
    "share-alike": re.compile(r"(^|-)sa(-|$)|gpl", re.IGNORECASE),
}
MMS, MMS_LICENSE = re.compile(r"(^|/)mms-tts(-|$)"), "cc-by-nc-4.0"  # all of Meta's MMS


@dataclass(frozen=True)
class Source:
    """A model or a corpus that went into a voice.

    Args:
        role: `voice`, `acoustic model`, `text encoder`, `vocoder` or `corpus`.
        name: Its Hub id, or its folder as the card shows it.
        on_hub: Whether `name` is the id of a repository that was found on the Hub or in its cache.
        licenses: As its card states them, in small letters with hyphens; empty where it states none.
        has_card: Whether there was a card to read.
    """

    role: str
    name: str
    on_hub: bool = False
    licenses: tuple[str, ...] = ()
    has_card: bool = False

    @property
    def duties(self) -> list[str]:
        """Which of `DUTIES` its licenses ask for; the freest of several is not for us to choose."""
        return [duty for duty, words in DUTIES.items() if any(words.search(license) for license in self.licenses)]


def write_origin(trainer, datasets: list[str], parts: dict, **more) -> None:
    """Write `voice_data.json`: corpora with the licenses of their cards, models that training began with, and `more`.

    Licenses are noted because the corpora may be elsewhere when somebody asks. Of several processes, the first writes.
    """
    if not trainer.is_world_process_zero():
        return
    corpora = []
    for path in datasets:
        licenses = source("corpus", path, "dataset").licenses
        corpora.append({"path": path} | ({"licenses": list(licenses)} if licenses else {}))
    took = {"train_minutes": round(trainer.clock.seconds / 60, 1), "train_steps": trainer.state.global_step}
    save_origin(trainer.args.output_dir, {"datasets": corpora, **more, "parts": parts, **took})


def find_parents(model, origin: dict, output_dir: str | Path, fetch: bool = False) -> list[Source]:
    """The models that `model` was made from: those that `voice_data.json` names, and those that it remembers itself.

    A voice that was loaded from `output_dir` or one of its checkpoints is not its own parent. `fetch` as in `source`.
    """
    parts, config = origin.get("parts") or {}, model.config
    vits = isinstance(model, VitsModel)
    own_role = "voice" if vits or hasattr(model, "acoustic") else "vocoder"
    found = {
        own_role: parts.get("model_name_or_path") or config.name_or_path,
        "acoustic model": parts.get("acoustic"),
    }
    for role, key in (("text encoder", "text_encoder"), ("vocoder", "vocoder")):
        if not vits and getattr(model, key, None) is not None:
            found[role] = parts.get(key) or getattr(config, f"{key}_config").name_or_path
    here, parents = Path(output_dir).resolve(), dict[str, Source]()
    for role, name in found.items():
        if name and here not in (Path(name).resolve(), *Path(name).resolve().parents):
            parents.setdefault(name, source(role, name, fetch=fetch))
    return list(parents.values())


def find_corpora(origin: dict, fetch: bool = False) -> list[Source]:
    """The corpora that `voice_data.json` names; it may hold their licenses for where they are no longer at hand."""
    corpora = []
    for dataset in origin.get("datasets") or []:
        found = source("corpus", dataset["path"], "dataset", fetch)
        if not found.licenses and dataset.get("licenses"):
            found = replace(found, licenses=tuple(dataset["licenses"]), has_card=True)
        corpora.append(found)
    return corpora


def source(role: str, name: str, repo_type: str = "model", fetch: bool = False) -> Source:
    """A folder, a file in it, or a repository on the Hub, with the licenses of its card.

    `fetch` looks on the Hub for what the cache lacks, which takes minutes of trying where there is no network.
    """
    path = Path(name)
    if path.exists():
        file = (path if path.is_dir() else path.parent) / CARD
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None
        return Source(role, shown(path), False, licenses_of(shown(path), text), text is not None)
    card = hub_file(name, CARD, repo_type, fetch)
    text = None if card is None else card.read_text(encoding="utf-8", errors="replace")
    # `outputs/my_voice` of another day looks like a Hub id, too
    on_hub = card is not None or hub_file(name, "config.json", repo_type, fetch) is not None
    return Source(role, name if on_hub else shown(path), on_hub, licenses_of(name, text), text is not None)


def hub_file(name: str, file: str, repo_type: str, fetch: bool) -> Path | None:
    """A file of a repository from the cache, with `fetch` also from the Hub; `None` where it is not to be had."""
    try:
        return Path(hf_hub_download(name, file, repo_type=repo_type, local_files_only=not fetch))
    except (EntryNotFoundError, OSError, ValueError):  # the last for names that are no ids
        return None


def licenses_of(name: str, card: str | None) -> tuple[str, ...]:
    """Those that a card states, if there is one; MMS has its own in any case."""
    return stated_licenses(card or "") or ((MMS_LICENSE,) if MMS.search(name) else ())


def stated_licenses(card: str) -> tuple[str, ...]:
    """Licenses in the metadata of a card, else those that its text mentions.

    >>> stated_licenses("Audio CC-BY-SA 4.0, code under the MIT license.")
    ('cc-by-sa-4.0', 'mit')
    """
    block = REGEX_YAML_BLOCK.search(card)
    if block is not None:
        try:
            metadata = yaml.safe_load(block[2])
        except yaml.YAMLError:
            metadata = None
        metadata = metadata if isinstance(metadata, dict) else {}
        stated = metadata.get("license")
        stated = stated if isinstance(stated, list) else [stated]
        stated = [metadata.get("license_name") or each if each == "other" else each for each in stated]
        if stated := [each for each in stated if isinstance(each, str) and each != "unknown"]:
            return tuple(dict.fromkeys(tidy(each) for each in stated))
        card = card[block.end() :]
    return tuple(dict.fromkeys(tidy(found[0]) for found in LICENCE.finditer(card)))


def tidy(license: str) -> str:
    return re.sub(r"\s+", "-", license.strip().lower())
