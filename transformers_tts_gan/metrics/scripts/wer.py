"""For `evaluate.load` by path: the share of words that a recognizer got wrong.

The second argument is the language.
"""

from transformers_tts_gan.metrics.hf_evaluate import WordErrorRate


__all__ = ["WordErrorRate"]
