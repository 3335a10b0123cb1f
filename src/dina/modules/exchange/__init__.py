"""Data in, data out: import from any file of the field, publishing."""
