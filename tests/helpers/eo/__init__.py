"""Esperanto: an example of a language that is added from outside of the package."""
