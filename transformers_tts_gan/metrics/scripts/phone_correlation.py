"""For `evaluate.load` by path: the correlation over phones, within sentences."""

from transformers_tts_gan.metrics.hf_prosody import PhoneCorrelation


__all__ = ["PhoneCorrelation"]
