"""`python -m dina.base.conformance BASE …`: the checker without the rest of the command line."""

import typer

from dina.base.conformance.command import check

if __name__ == "__main__":
    typer.run(check)
