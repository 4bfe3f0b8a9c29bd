"""English: numbers, words, and their phones in ARPAbet."""
