"""From text to phones: normalization, words, pronunciation, and the way back to the original characters.

The public names are those of `__init__.pyi`; each is imported when it is first used.
"""

import lazy_loader


__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
