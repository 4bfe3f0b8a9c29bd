"""What is read letter by letter: `FBI`, `usa`; and words in capitals that only shout: `TURN IT OFF`."""

import re


# In capitals these are letters although they have a vowel; capitals without one always are.
SPELLED = frozenset(
    "USA UK EU UN UAE AI ID IQ IP OS CEO CFO COO CTO CIO CPU GPU USB HIV VIP ATM FBI CIA DNA RNA GPA MBA SUV UFO URL "
    "UPC BCE CE AC EKG ECG EEG MRI ICU IRA IRS APR APY API FAQ FDA EPA USDA UTI IUD ETA ETF IPO LED AKA IOU ISP UI UX "
    "IDE AWS UV ENT OT EMT EMS AAA IBS ESL GED NBA UCLA USC MIT UPS ABC OMG DIY NYC NY EST EDT OECD IMF EV IBM AP "
    "ADHD OCD COPD AFAIK NGO HOA PTA EPO ROI AARP TIA CEU DUI IMDB IEP IVF BMI ALS ACL UCL MIA AOL "
    "DOB AM PM TV PC CD DVD PDF HTML CSS SQL GPS LLC BBC CNN NBC FAA FCC NFL NHL MLB MVP NPR DMV ACLU ASL FY "
    "FYI ISBN ISSN".split()
)
_SPELLED_OR_WORD = frozenset("US IT WHO AD ED SAT ACT IV OB AA AM LED UPS".split())
_NOT_SPELLED = frozenset("HMM HM SHH SH PSST BRR TSK PFFT GRR PHD NTH ZZZ MR MRS DR MS ST JR SR VS MT FT".split())
# In small letters, too: none of them is a word.
_SMALL = (
    "usa uk fbi cia nba nfl nhl mlb mvp phd dna rna ceo cfo cto pdf fyi usb html css sql gps bbc cnn nbc atm hiv mri "
    "ufo faq gpu cpu tv dvd pc diy irs nyc ucla kgb nsa sms xml http https url ssn pcr mba gpa suv ngo vpn adhd ibm "
    "gdp rsvp omg fda epa lgbt aaa eeg ekg ecg api isp mp"
).split()
SMALL_LETTERS = frozenset(name + ending for name in _SMALL for ending in ("", "s", "'s"))
# Said as words, and no sign of shouting.
_ACRONYMS = frozenset(
    "NASA NATO UNESCO UNICEF OPEC AIDS SARS COVID FIFA UEFA NAFTA ASEAN NASDAQ PIN RAM ROM SIM GIF JPEG SWAT SCUBA "
    "NORAD FEMA OSHA HIPAA NIMBY YOLO".split()
)
_NAMED = frozenset("US IT LED AM IV OB".split())  # letters after an article and, at the start, `US`, shouted or not
_ARTICLE = re.compile(r"(?<![A-Za-z])(?:the|an?) $", re.I)
_AROUND = 60  # characters on each side, in which small letters say that nobody shouts
_SENTENCE_END = re.compile(r"[.!?\n]")
_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z]{2,}(?![A-Za-z])")


def initialism(word: str) -> str | None:
    """`F.B.I.` for `FBI`; None for what is read as a word, like `NASA`.

    >>> initialism("HTTP"), initialism("NASA")
    ('H.T.T.P.', None)
    """
    spelled = word.isupper() and word.isascii() and 1 < len(word) <= 6 and word not in _NOT_SPELLED
    listed = word in SPELLED or word in _SPELLED_OR_WORD or not set("AEIOUY") & set(word)
    return ".".join(word) + "." if spelled and listed else None


def small_initialism(word: str) -> str:
    """Letters of a word of `SMALL_LETTERS`.

    >>> small_initialism("usa's"), small_initialism("pdfs")
    ("U.S.A.'s", 'P.D.F.s')
    """
    ending = next(
        ending for ending in ("'s", "s", "") if word.removesuffix(ending) in _SMALL and word.endswith(ending)
    )
    return ".".join(word.removesuffix(ending).upper()) + "." + ending


def is_shouted_word(plain: str, word: str, start: int, end: int) -> bool:
    """Whether `word`, letters in other places, is a word here, where everybody shouts.

    >>> is_shouted_word("TURN IT OFF", "IT", 5, 7), is_shouted_word("an IT JOB", "IT", 3, 5)
    (True, False)
    """
    if word not in _SPELLED_OR_WORD:
        return False
    before = plain[max(0, start - 5) : start]
    if word in _NAMED and _ARTICLE.search(before) or word == "US" and not before.strip("\"'( \n"):
        return False
    return word == "AM" and before[-2:] == "I " or is_shouted(plain, start, end)


def is_shouted(plain: str, start: int, end: int) -> bool:
    """Whether what stands at `start` to `end` is shouted: a neighbor is, or all of its sentence near by."""
    before = _SENTENCE_END.split(plain[max(0, start - _AROUND) : start])[-1]
    after = _SENTENCE_END.split(plain[end : end + _AROUND], maxsplit=1)[0]
    left, right = re.search(r"([A-Za-z]+)\W{1,2}$", before), re.match(r"\W{1,2}([A-Za-z]+)", after)
    if any(side and len(side[1]) > 2 and _is_loud(side[1]) for side in (left, right)):
        return True
    around = f"{before} {after}"
    return not re.search("[a-z]", around) and any(map(_is_loud, _CAPITALS.findall(around)))


def _is_loud(word: str) -> bool:
    return word.isupper() and word not in _ACRONYMS and initialism(word) is None
