"""Demo data: real specimens with attribution."""
