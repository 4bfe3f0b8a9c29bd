"""Published corpora, one in each file: which recordings they hold, and what is said in them."""
