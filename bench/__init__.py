"""Benchmarks: ours against the same statements behind bare Starlette, in one run, as ratios."""
