"""From text to phones: normalization, words, pronunciation, and the way back to the original characters."""
