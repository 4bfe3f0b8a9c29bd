"""Words of other languages to IPA by espeak-ng, for whoever installs the extra `espeak`.

Enters: one word or number and the code of its language. Leaves: each IPA character as a phone of the form of letter
phones, `<` one character `>`: `<ʃ>`, and stress `<ˈ>`, length `<ː>` and tones `<2>` too. A combining mark stays with
its letter where Unicode has one character for both (`<ã>`), and is a phone of its own where it has none
(`<ɛ>`, `<\u0303>`). Words are read one by one, so nothing sounds different for its neighbors (no French liaison).

espeak-ng and `phonemizer` are under the GPL, version 3; this package neither needs nor ships them.
"""

import functools
import re
import threading
import unicodedata

from ..utils.require import require
from .han import HAN


_SWITCH = re.compile(r"\([\w-]+\)")  # `(en)`: the next sounds follow the rules of another language
_OWN_NAMES = {"no": "nb", "fr": "fr-fr"}  # codes that espeak-ng calls otherwise
_HAN_READERS = ("yue", "hak")  # elsewhere a Chinese character is read as `Chinese letter`
_LOCK = threading.Lock()  # the library has one state for all threads


@functools.lru_cache(maxsize=65536)
def espeak_phones(word: str, language: str) -> tuple[str, ...]:
    """Phones of one word or number; none for one that espeak-ng cannot read but by the names of its letters.

    Raises:
        ImportError: Without the extra `espeak`.
        ValueError: For a language that espeak-ng does not speak.
    """
    voice = _voice(language)
    if HAN.search(word) and language not in _HAN_READERS:
        return ()
    with _LOCK:
        said = voice.text_to_phonemes(word)
    if word.isalpha() and len(said.split()) == len(word) > 1:  # `kyrillisch P, kyrillisch R`
        return ()
    return tuple(f"<{char}>" for char in unicodedata.normalize("NFC", _SWITCH.sub("", said)) if _sounds(char))


def _sounds(char: str) -> bool:
    """Letters, stress, length, combining marks, tones; not what separates sounds and words."""
    return unicodedata.category(char) == "Sk" or unicodedata.category(char)[0] in "LMN"


@functools.lru_cache(maxsize=128)
def _voice(language: str):
    """A reader with a copy of the library for itself, set to `language`."""
    purpose = "`phonemes='espeak'` (under the GPL; `phonemes='letters'` needs no extra)"
    espeakng_loader = require("espeakng_loader", purpose, extra="espeak")
    EspeakWrapper = require("phonemizer.backend.espeak.wrapper", purpose, extra="espeak").EspeakWrapper
    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    voice = EspeakWrapper()
    known = sorted({each.language for each in voice.available_voices()})
    name = _OWN_NAMES.get(language, language)
    if name not in known:
        raise ValueError(
            f"espeak-ng does not speak the language `{language}`, but {', '.join(known)}: take one of these, or "
            "`phonemes='letters'`."
        )
    voice.set_voice(name)
    return voice
