"""Word lists that decide whether a point ends a sentence in English news.

Closed classes only: abbreviations that print with a point, words that open a sentence, verbs that
report speech. Names of people, places and outlets are not listed here. All written without the
point itself.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    """
    mr mrs ms mx messrs mme mlle dr drs prof profs hon rev revd fr msgr
    gen lt col sgt maj capt cpt cmdr cdr cpl pvt adm brig gp wg lieut spc pfc
    sen sens rep reps gov govs pres supt insp det dep asst assoc amb atty treas ald sr sra srta
    """
)
"""Printed with a capital before a name: never the end. Lower case."""

TITLES_ALSO_SMALL = _words("mr mrs ms mme dr prof sr sra")
"""Of these, the ones that also print without a capital before a name."""

COURTESY = _words("Mr Mrs Ms Mx Dr Miss Sir Lord Lady Dame Messrs")
"""Titles that follow no abbreviation inside one name (not "U.S. Sen."), so they open a sentence."""

BEFORE_A_NUMBER = _words(
    """
    no nos n° nr p pp pg vol vols fig figs art arts ch chap sect sec para ref tel ext ca c op eq pt
    al ft in lb lbs oz yd yds mi km kg cm mm hr hrs min mins secs bn mln tn rs
    """
)
"""End no sentence when a number follows, and are plain words otherwise. Lower case."""

NEVER_LAST = _words("vs v i.e e.g cf viz ie eg incl esp aka a.k.a approx resp né née")
"""Ask for more, so never the end. As printed."""

MAY_BE_LAST = _words(
    """
    co corp inc ltd llc plc bros cos gmbh jr sr esq et dept depts univ assn est govt intl natl
    st ste mt ft rt ave blvd rd hwy pkwy sq bldg apt mfg dir pty ltda
    jan feb mar apr jun jul aug sept sep oct nov dec ph.d
    """
)
"""May end a sentence: a name or number that follows says no, a word that opens sentences says yes.
Lower case; of more than two letters also the capitalised form."""

STATES = _words(
    """
    ala ariz ark cal calif colo conn del fla ga ill ind kan kans ky la md mass mich minn miss mo
    mont neb nebr nev okla ore pa penn penna tenn tex va vt wash wis wisc wyo ont que
    """
)
"""States and provinces as wire style shortens them: abbreviations after a comma only ("Peoria,
Ill."), because most are common words too. Lower case."""

OPENERS = _words(
    """
    The A An This That These Those There Here He She It We They You I His Her Its Our Their Your My
    And But Or Nor So Yet For Because Although Though While When Whenever Where Wherever Whereas If
    Unless Until Since As After Before Once By In On At To From With Without Within Under Over
    Between Among During Despite Through Throughout Across Against Amid About Above Below Behind
    Beyond Not No None Now Then Also Still Even Only Just However Meanwhile Moreover Nevertheless
    Nonetheless Furthermore Therefore Thus Instead Otherwise Indeed Perhaps Maybe Later Earlier
    Recently Today Yesterday Tomorrow What Who Whom Whose Which Why How Did Do Does Is Are Was Were
    Has Have Had Will Would Can Could Should May Might Must Shall Some Many Most Several Few Both
    Each Every Either Neither All Any Another Other Others More Less Much Such One Two Three Four
    Five Six Seven Eight Nine Ten Yes Please According Asked Anyone Everyone Someone Nobody Nothing
    Everything Something Given Like Unlike Nearly Almost Officials Critics Analysts Experts
    """
)
"""Words that, printed with a capital after a point, open a sentence and do not go on a name."""

OPENERS_THAT_NAME = _words(
    "May Will Can An So You Do Like Such Both Many Most Few Ten Now Only Still Just Or Even"
)
"""Openers that are surnames too: after an initial they are taken for the name."""

AFTER_A_CLOCK = _words(
    """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thur Thurs Fri Sat
    Sun January February March April May June July August September October November December Jan
    Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Eastern Central Mountain Pacific Atlantic Greenwich
    """
)
"""Days, months and time zones that go on a time of day ("8 p.m. Saturday")."""

MONTHS = _words(
    """
    January February March April May June July August September October November December
    Januar Februar März Mai Juni Juli Oktober Dezember Jänner
    """
)
"""Months as languages print them after an ordinal with a point ("3. Oktober")."""

REPORTING = _words(
    """
    said says asked asks told tells added adds wrote writes replied replies answered answers
    shouted shouts cried cries tweeted tweets warned warns wondered wonders joked jokes quipped
    recalled recalls insisted insists explained explains exclaimed declared declares noted notes
    argued argues demanded demands posted posts yelled screamed chanted responded responds
    """
)
"""Verbs that report the quotation before them."""

DOMAIN_ENDINGS = _words("Com Net Org Io Co Js Edu Gov Info Tv")
"""Word after a point without blank that goes on an address or a product, not a new sentence."""
