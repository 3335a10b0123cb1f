"""Exports: chosen columns and computed ones, in the form that is asked for."""
