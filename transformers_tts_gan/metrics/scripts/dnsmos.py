"""For `evaluate.load` by path: the MOS that DNSMOS predicts.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.metrics.hf_evaluate import DnsmosScore


__all__ = ["DnsmosScore"]
