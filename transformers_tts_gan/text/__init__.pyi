"""The public names of the room and where they come from. `__init__.py` imports each when it is first used."""

from . import languages as languages
from .explanation import explain as explain
from .frontend import TextFrontend as TextFrontend
from .language import Language as Language
from .lenient import make_readable as make_readable
from .normalization import normalize as normalize
from .sentences import split_sentences as split_sentences
from .ssml.parse import to_ssml as to_ssml
from .utterance import Utterance as Utterance
from .zh.new_words import new_words as new_words
from .zh.new_words import write_user_dict as write_user_dict
