"""Conditions of a search in a form: which field, how it is compared and with what; one by one, or in nested groups."""
