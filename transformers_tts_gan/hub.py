"""Makes the Auto classes and `pipeline("text-to-speech")` know this package's models; called on import of the package.

How a process that has not imported the package loads a voice is the business of `hub_shim.py`.
"""

from transformers import AutoConfig, AutoModel, AutoModelForTextToWaveform, AutoProcessor

from .configuration_tts_gan import TTSGanConfig, TTSGanDiscriminatorConfig, TTSGanVocoderConfig
from .discriminators import TTSGanDiscriminator
from .modeling_tts_gan import TTSGanModel
from .processing_tts_gan import TTSGanProcessor
from .vocoder import TTSGanVocoder


MODELS = {
    TTSGanConfig: TTSGanModel,
    TTSGanVocoderConfig: TTSGanVocoder,
    TTSGanDiscriminatorConfig: TTSGanDiscriminator,
}


def register_auto_classes():
    """Register configurations, models and the processor; any number of times."""
    for config_class, model_class in MODELS.items():
        AutoConfig.register(config_class.model_type, config_class, exist_ok=True)
        AutoModel.register(config_class, model_class, exist_ok=True)
    AutoModelForTextToWaveform.register(TTSGanConfig, TTSGanModel, exist_ok=True)
    AutoProcessor.register(TTSGanConfig, TTSGanProcessor, exist_ok=True)
