"""Chinese (Mandarin), as one object."""

from ..language import Language
from ..mixed import language_beside, normalize_chinese
from .g2p import FINALS, INITIALS, chinese_phones
from .say_as import say_as
from .segment import segment
from .transcript import chinese_transcript


CHINESE = Language(
    code="zh",
    name="Chinese",
    aliases=("cmn", "zho", "chinese", "mandarin"),
    sample="今天天气很好，我们出去走走吧。",
    normalize=normalize_chinese,
    phones=(*INITIALS, *(final + tone for final in FINALS for tone in "12345")),
    separator="",
    segment=segment,
    pronounce_characters=chinese_phones,
    say_as=say_as,
    language_beside=language_beside,
    transcript=chinese_transcript,
    error_units=("character", "tone"),
)
