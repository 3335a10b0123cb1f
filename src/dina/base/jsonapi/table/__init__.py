"""Rows of a type as a table: named columns over attributes and relationships, the whole result streamed."""
