"""What is searched for: one tree, whatever language it was written in."""
