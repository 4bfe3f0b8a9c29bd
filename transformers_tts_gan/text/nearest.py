"""Which phones a voice says in place of a letter that it has not been trained on.

Enters: an utterance with letter phones such as `<ù>`, and the phones of the voice. Leaves: the nearest of them.
"""

import logging
import unicodedata
from collections.abc import Container, Iterable, Mapping

from anyascii import anyascii

from .utterance import Utterance


logger = logging.getLogger(__name__)

# Letters that sound alike in most languages with a Latin alphabet, the nearest first.
_ALIKE: Mapping[str, tuple[str, ...]] = {
    **{"b": ("p", "v"), "c": ("k", "s"), "d": ("t",), "e": ("i",), "f": ("v",), "g": ("k", "c"), "h": ("x",)},
    **{"i": ("y", "e"), "j": ("y", "i"), "k": ("c", "q"), "m": ("n",), "n": ("m",), "o": ("u",), "p": ("b",)},
    **{"q": ("k", "c"), "r": ("l",), "s": ("z", "c"), "t": ("d",), "u": ("o", "w"), "v": ("w", "f")},
    **{"w": ("v", "u", "o"), "x": ("ks", "cs"), "y": ("i", "j"), "z": ("s",)},
}


def nearest_phones(phone: str, known: Container[str]) -> tuple[str, ...] | None:
    """The known phones that stand for an unknown letter phone: without its accent, in Latin letters, or one alike.

    Args:
        phone: `<`, one character, `>`.
        known: Phones of the voice.

    Returns:
        One phone or several; none for a mark of stress, length or tone, which is left out; None where nothing is near.

    Example:

    >>> nearest_phones("<ù>", {"<u>"}), nearest_phones("<ß>", {"<s>"}), nearest_phones("<w>", {"<v>"})
    (('<u>',), ('<s>', '<s>'), ('<v>',))
    """
    if len(phone) != 3 or phone[0] != "<" or phone[-1] != ">":
        return None
    char = phone[1]
    if unicodedata.category(char) in ("Lm", "Mn", "Sk"):
        return ()
    plain = unicodedata.normalize("NFD", char)[0]
    latin = "".join(letter for letter in anyascii(char).lower() if letter.isalpha())
    for letters in (plain, latin, *_ALIKE.get(plain, ()), *(_ALIKE.get(latin, ()) if latin != plain else ())):
        if letters and all(f"<{letter}>" in known for letter in letters):
            return tuple(f"<{letter}>" for letter in letters)
    return None


def with_nearest(utterance: Utterance, unseen: Iterable[str], known: Container[str], warned: set[str]) -> Utterance:
    """The utterance with the nearest known phones in place of unseen letters, of each of which one warning tells.

    Args:
        utterance: What is to be said.
        unseen: Those of its phones that the voice does not know.
        known: Phones of the voice.
        warned: Phones that a warning has told of; those of this utterance are added.
    """
    near = {phone: found for phone in unseen if (found := nearest_phones(phone, known)) is not None}
    for phone in sorted(near.keys() - warned):
        instead = f"is said as `{''.join(near[phone])}`" if near[phone] else "is left out"
        logger.warning("The voice was not trained on the letter `%s`, which %s.", phone, instead)
    warned.update(near)
    return utterance.with_phones(near)
