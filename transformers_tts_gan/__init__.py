"""Text-to-speech that trains inside Transformers: a pretrained text encoder, an acoustic model and a GAN vocoder.

The public names are those of `__init__.pyi`; each is imported when it is first used, so that the text frontend loads
without torch, and speaking without the `Trainer`. The configurations and the processor register with the Auto
classes as soon as Transformers has loaded these; the models as soon as there is a configuration of one.
"""

import lazy_loader

from .utils.import_hooks import before_import, import_after
from .utils.torch_pair import check_torch_pair


__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = "0.1.0"
before_import("transformers", check_torch_pair)
import_after("transformers.models.auto.configuration_auto", f"{__name__}.models.configuration_tts_gan")
import_after("transformers.models.auto.configuration_auto", f"{__name__}.models.configuration_hifigan")
import_after("transformers.models.auto.processing_auto", f"{__name__}.models.processing_tts_gan")
