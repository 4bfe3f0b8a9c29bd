"""What lies beside the weights of a voice: `voice_data.json`, which says what the voice was trained on.

Enters: the folder of a voice. Leaves: its corpora with their licenses, the held-out split and the parts it began with.
"""

import json
import logging
from pathlib import Path


logger = logging.getLogger(__name__)

ORIGIN = "voice_data.json"
CARD = "README.md"


def shown(path: str | Path) -> str:
    """A path as a card may show it: one of this machine alone, such as `/home/me/voice`, by its last name."""
    path = Path(path)
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()


def read_origin(folder: str | Path) -> dict:
    """What `voice_data.json` in a voice's folder says of its corpora and parts; empty where there is none."""
    path = Path(folder, ORIGIN)
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        logger.warning("`%s` cannot be read (%s): the card tells nothing of the voice's origin.", path, error)
        return {}


def save_origin(folder: str | Path, origin: dict) -> None:
    """Write what `read_origin` reads."""
    content = json.dumps(origin, indent=2, ensure_ascii=False)
    Path(folder, ORIGIN).write_text(content + "\n", encoding="utf-8")
