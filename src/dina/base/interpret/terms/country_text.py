"""Words and signs around the name of a country: directions, waters, doubts, separators."""

import re

DOUBT = re.compile(
    r"\?|\b(?:prob(?:ably|able|\.)?|possibly|poss\.|perhaps|presum(?:ed|ably)|doubtful|(?:by )?infer\w*|by infe|uncertain"
    r"|probablement|peut-etre|localite douteuse|vermutlich|evtl\.?)(?![\w])",
    re.I,
)
WRONG = re.compile(r"\b(?:in error|error|erreur|erroneous(?:ly)?|erronee|irrtum|errore)\b", re.I)
WATERS = (
    re.compile(
        r"\b(?:gulf|golfe|golfo|golf|sea|seas|mer|mar|bay|baie|bahia|straits?|detroit|canal|channel|ocean)"
        r" (?:of |de la |de l'|du |de |d'|des |von )(?:the )?\w+",
        re.I,
    ),
    re.compile(r"\b\w+(?: \w+)? (?:seas?|oceans?|channel|straits?|gulf|canal)\b", re.I),
    re.compile(r"\b(?:oceans?|oceano|ozean|seas?|mer|mar|meer|zee)\b(?: \w+){0,2}", re.I),
)
COMPASS = re.compile(r"\b(north|south|nord|sud)-(east|west|est|ouest)", re.I)
EITHER = re.compile(r"/|[&+]|(?<=[\w.])-(?=\w)|\b(?:or|and|et|ou|und|oder|y|to|versus|between)\b", re.I)
LISTED = re.compile(r"[;,|:=\n]|\s-\s")
DIRECTIONS = {"n", "s", "e", "w", "ne", "nw", "se", "sw", "no", "so", "c", "est", "sud", "nord"}
QUALIFIED = {
    "new", "nova", "nueva", "nouvelle", "neu", "saint", "sainte", "san", "santa", "sao", "british", "dutch", "german",
    "french", "portuguese", "spanish", "belgian", "italian", "danish", "american", "america", "anglo", "cap", "cape",
    "gulf", "great", "united", "free", "bn", "dn", "little", "rio", "river", "port", "puerto", "prince", "duke", "republica", "republique", "nouveau", "lake", "fort",
    "b", "p", "g",
}  # fmt: skip
WHERE = {
    "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "northern", "southern",
    "eastern", "western", "northeastern", "northwestern", "southeastern", "southwestern", "central", "centre",
    "center", "middle", "mid", "inner", "inland", "interior", "inter", "upper", "lower", "coast", "coastal", "coasts",
    "hinterland", "hinter", "near", "off", "offshore", "island", "archipelago", "group", "republic", "kingdom",
    "state", "states", "province", "territory", "colony", "mountains", "mount", "peninsula", "region", "district",
    "ex", "former", "formerly", "in", "from", "end", "tropical", "at", "nord", "sud", "est", "ouest", "all", "whole",
    "ern", "country", "atoll", "mainland", "frontier", "border", "boundary", "captive", "captivity", "greater",
    "grand", "great", "gt", "shore", "indigenous", "native", "imported", "probably", "iles", "ile", "isla", "islas",
    "ilha", "nordest", "nordouest", "sudest", "sudouest", "norte", "sur", "oeste", "este", "mission", "se", "ne",
}  # fmt: skip
NEARBY = {"near", "off", "offshore"}
RANK = {"name": 0, "also": 1, "former": 2, "roughly": 3, "part": 4, "several": 5}


SHORT = {"usa", "uk", "us", "nsw", "png", "ussr", "prc", "uae", "rsa", "drc"}

COUNTY = re.compile(r"\b(?:co|cty|county|parish)\.?$", re.I)
"""A county of a name is not the place of that name: Wake County is not Wake Island."""
