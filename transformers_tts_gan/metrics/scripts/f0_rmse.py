"""For `evaluate.load` by path: root mean square error of F0, in cents.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.metrics.hf_evaluate import F0Error


__all__ = ["F0Error"]
