"""Changing one field of many records at once: seen first, done as one change set, taken back as one."""
