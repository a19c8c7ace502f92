"""Words of names that do not identify anyone: titles, particles, small words. Holds no names."""

# They stand before a person's name and are no part of it; offices only in the short forms of news.
TITLES = frozenset((
    "adm", "admiral", "ambassador", "archbishop", "ayatollah", "baron", "baroness", "bishop",
    "brother", "capt", "captain", "cardinal", "chairman", "chancellor", "cmdr", "col",
    "colonel", "commander", "comrade", "congressman", "congresswoman", "count", "countess",
    "dame", "don", "dona", "dr", "duchess", "duke", "emir", "father", "fr", "frau", "gen",
    "general", "gov", "governor", "haji", "hajj", "hajji", "herr", "hon", "honorable",
    "honourable", "imam", "judge", "justice", "king", "lady", "lieutenant", "lord", "lt",
    "madame", "maj", "major", "marshal", "maulana", "mawlawi", "mayor", "minister", "miss",
    "mlle", "mme", "monsieur", "mr", "mrs", "ms", "mullah", "mx", "pope", "premier",
    "president", "prime", "prince", "princess", "prof", "professor", "queen", "rabbi", "rep",
    "rev", "reverend", "sayed", "sayyid", "secretary", "sen", "senator", "senor", "senora",
    "sergeant", "sgt", "shaikh", "shaykh", "sheik", "sheikh", "signor", "signora", "sir",
    "sister", "sultan", "vice",
))  # fmt: skip

# They join the parts of a person's name.
PARTICLES = frozenset((
    "abou", "abu", "ad", "af", "al", "an", "as", "ash", "at", "av", "ben", "bin", "bint", "bou",
    "da", "das", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "ibn", "la",
    "las", "le", "lo", "los", "mac", "st", "ten", "ter", "ul", "umm", "ur", "van", "vom",
    "von", "zu", "zum", "zur",
))  # fmt: skip

# They do not count in a body's name or its acronym.
SMALL_WORDS = frozenset((
    "and", "at", "das", "de", "der", "des", "die", "du", "e", "et", "for", "in", "la", "le",
    "of", "on", "the", "to", "und", "y",
))  # fmt: skip

# Shortened words of bodies' names.
ABBREVIATIONS = {
    "assn": "association", "assoc": "association", "bros": "brothers", "dept": "department",
    "dev": "development", "fdn": "foundation", "govt": "government", "grp": "group",
    "hldgs": "holdings", "inst": "institute", "intl": "international", "mfg": "manufacturing",
    "mgmt": "management", "natl": "national", "svcs": "services", "tech": "technology",
    "univ": "university", "us": "united states", "usa": "united states", "uk": "united kingdom",
    "un": "united nations", "eu": "european union",
}  # fmt: skip
