"""Six European languages that are read letter by letter, or by espeak-ng: what their numbers, dates and money say."""
