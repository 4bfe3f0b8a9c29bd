"""For `evaluate.load` by path: the share of frames wrongly voiced or unvoiced.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.metrics.hf_evaluate import VoicingError


__all__ = ["VoicingError"]
