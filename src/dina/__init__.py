"""DINA: digital information system for natural history data."""
