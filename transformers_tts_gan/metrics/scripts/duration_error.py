"""For `evaluate.load` by path: the difference of lengths as a share of the recording's.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.metrics.hf_evaluate import DurationError


__all__ = ["DurationError"]
