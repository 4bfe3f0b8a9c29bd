"""Chinese text as error rates compare it: Chinese characters alone, or syllables with their tones."""

import re
import unicodedata

from ..han import HAN_RANGES
from ..mixed import normalize_chinese


_NOT_HAN = re.compile(f"[^{HAN_RANGES}]+")
_NOT_READ = re.compile(
    f"[^{HAN_RANGES}〇0-9.,:%+/$€£¥°-]+"
)  # letters and marks that no Chinese reading is counted for


def chinese_transcript(text: str) -> str:
    """Chinese characters only; numbers as the frontend reads them. Traditional characters become simplified ones.

    >>> chinese_transcript("2008年，涨了25%。")
    '二零零八年涨了百分之二十五'
    """
    text = _NOT_READ.sub(" ", unicodedata.normalize("NFKC", text))
    return _NOT_HAN.sub("", "".join(spoken.text for spoken in normalize_chinese(text)))


def tone_syllables(text: str) -> list[str]:
    """Syllables in pinyin with their tones; 5 is the neutral tone.

    >>> tone_syllables("你好，25！")
    ['ni3', 'hao3', 'er4', 'shi2', 'wu3']
    """
    import pypinyin  # here: other languages need not wait a second for it

    style = pypinyin.Style.TONE3
    return pypinyin.lazy_pinyin(chinese_transcript(text), style, neutral_tone_with_five=True, errors="ignore")
