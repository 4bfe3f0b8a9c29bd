"""English, as one object."""

from ..language import Language
from ..mixed import language_beside, normalize_english
from .lexicon import CONSONANTS, VOWELS
from .say_as import say_as
from .sequence import english_sequence
from .transcript import english_transcript


ENGLISH = Language(
    code="en",
    name="English",
    aliases=("eng", "english"),
    sample="The weather is lovely today.",
    normalize=normalize_english,
    pronounce=english_sequence,
    phones=(*CONSONANTS, *(vowel + stress for vowel in VOWELS for stress in "012")),
    say_as=say_as,
    language_beside=language_beside,
    transcript=english_transcript,
)
