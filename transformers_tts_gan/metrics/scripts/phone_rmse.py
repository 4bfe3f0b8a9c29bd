"""For `evaluate.load` by path: root mean square error over phones, of log-durations or of cents."""

from transformers_tts_gan.metrics.hf_prosody import PhoneError


__all__ = ["PhoneError"]
