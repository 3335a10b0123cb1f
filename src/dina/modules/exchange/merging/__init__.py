"""Records that are the same become one: one is kept, who referred to the others refers to it, the others are deleted."""
