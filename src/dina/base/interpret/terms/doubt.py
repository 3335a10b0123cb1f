"""How writers show that they are not sure."""

import re

_DOUBT = re.compile(
    r"\?|\b(?:prob(?:ab(?:ly|le)|\b)|possib(?:ly|le)|poss\b|perhaps|maybe|likely|apparent(?:ly)?|apparantly|app\b|presum\w*"
    r"|doubtful|uncertain|believed|surely|almost certain\w*|tentative\w*|peut-etre|probablement|vermutlich|wohl"
    r"|probabl[ey]mente|posible\w*|quizas|talvez|considered)",
    re.I,
)


def is_doubted(text: str) -> bool:
    """Whether a question mark or a word such as `probably` is in a text."""
    return bool(_DOUBT.search(text))
