"""Commands that are clients of a running system."""
