"""Loads this voice with the installed package `transformers-tts-gan`."""

try:
    from transformers_tts_gan import (  # noqa: F401
        HifiGanVocoder,
        HifiGanVocoderConfig,
        TTSGanConfig,
        TTSGanModel,
        TTSGanProcessor,
        TTSGanVocoder,
        TTSGanVocoderConfig,
    )
except ModuleNotFoundError as error:
    if error.name != "transformers_tts_gan":
        raise
    raise ImportError(
        "This voice needs the package `transformers_tts_gan`: run `pip install 'transformers-tts-gan[torch]'`."
    ) from None
