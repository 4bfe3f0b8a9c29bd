"""VITS and MMS: what training `transformers.VitsModel` needs beside that class, which stays as it is."""
