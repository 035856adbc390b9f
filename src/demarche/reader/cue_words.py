"""Words of likelihood: patterns by class, the longer and stranger ones first."""

from __future__ import annotations

from demarche.reader.idioms import IDIOMS

__all__ = ["WORDS"]

_ADV = r"(?:\w+ )?"
_BE = r"(?:is|are|was|were|be|been|being|'s|'re|seems?|looks?|appears?|remains?|becomes?|became|am)"
_NEG = r"(?:not|n't|no longer|never)"
_CANNOT = r"(?:can(?:not|'t| not| no longer| never)|could(?:n't| not| no longer| never))"
_CHANCE = r"(?:chances?|prospects?|likelihood|probability|odds|possibility|hopes?|expectations?)"
WORDS: tuple[tuple[str, str, str, str], ...] = (
    *IDIOMS,
    (
        "unlikely",
        "-",
        "word",
        r"(?:doubts?|scepticism|skepticism) (?:(?:is|are) (?:\w+ )?)?(?:growing |mounting |"
        r"rising |remain |remains )?that\b|"
        r"(?:growing|serious|considerable|widespread|mounting) doubts? (?:that|about)",
    ),
    (
        "uncertain",
        "-",
        "word",
        rf"(?:{_NEG}|far from|anything but|by no means|hardly) {_ADV}(?:(?:clear|obvious) that|"
        r"certain|guaranteed|assured|"
        r"inevitable|a foregone conclusion|a given|a certainty)\b(?! whether)|not necessarily|"
        r"no guarantee",
    ),
    (
        "even",
        "+",
        "word",
        r"(?:roughly|about|around|nearly|approximately|more or less|an?|at|are|is) even\b"
        r"(?: (?:chances?|odds|money|probability))?(?! \w+er\b| more| less)|even chances?|"
        r"even odds|"
        r"toss-?up|coin[ -](?:toss|flip)|50[-/]50|fifty-fifty|(?:could|can|may|"
        r"might) go either way|"
        r"evenly (?:balanced|split|poised)|as likely as not",
    ),
    (
        "few_expect",
        "-",
        "word",
        r"(?:nothing|little|no evidence|no signs?|no indications?) (?:\w+ ){0,4}?(?:suggests?|"
        r"indicates?|that)\b|"
        r"no (?:\w+ )?reason to (?:think|believe|expect|suppose|assume)|(?:cannot|can't|"
        r"could not) (?:imagine|see|picture|"
        r"envisage|conceive)\b|(?:hard|difficult|impossible) to (?:see|imagine|envisage|"
        r"picture|conceive)(?: of)?|"
        r"(?:no one|nobody|few) should expect|would be (?:a miracle|a wonder|a small miracle|"
        r"remarkable) if|(?:would|i'd|we'd) be (?:very |most |"
        r"greatly )?(?:surprised|astonished|surprising|amazed) if|"
        r"(?:do not|don't) (?:expect|bet on|count on|hold your breath)|(?:should not|"
        r"shouldn't) expect",
    ),
    (
        "unlikely",
        "-",
        "word",
        r"(?:has|have|had|having) (?:absolutely )?no (?:plans?|intention|desire|wish|appetite|"
        r"reason|intentions) (?:to|of|for)|"
        r"less likely than not|more unlikely than likely|(?:less|worse) than even",
    ),
    (
        "likely",
        "+",
        "word",
        r"^\W*(?:(?:so|but|and|instead|now) )?expect(?= (?:[\w'-]+ ){1,9}?to \w)",
    ),
    (
        "better_than_even",
        "+",
        "word",
        r"(?:better|more|higher) than even|more likely than not|more than likely|slightly likely|"
        r"likelier than not|on balance likely",
    ),
    (
        "unlikely",
        "-",
        "word",
        rf"(?:{_NEG}|hardly|scarcely|barely|less) {_ADV}(?:likely|probable)\b(?! to be the)|"
        rf"{_NEG} (?:widely |generally |currently )?(?:expected|anticipated|forecast|projected|"
        r"tipped)",
    ),
    (
        "certain",
        "+",
        "word",
        r"(?:almost|all but|virtually|nearly|practically|near|as good as) (?:certain(?:ly|ty)?|"
        r"sure|"
        r"inevitable|guaranteed|assured|a certainty)|near-certain(?:ty|ly)?|"
        rf"{_BE} {_ADV}(?:certain|sure|"
        r"bound|doomed|destined|guaranteed|fated) to|(?:certain|sure|bound|doomed|destined) to\b|"
        rf"{_BE} {_ADV}(?:inevitable|unavoidable|inescapable|certain\b(?! that| of| about|"
        r" whether))|"
        r"(?:it is|it's|it seems) certain that|inevitably|unavoidably|undoubtedly|surely|doubtless|"
        r"no doubt|beyond (?:any |all )?doubt|without (?:a |any )?doubt|certainly|"
        r"(?:only |just |merely )?a (?:matter|question) of (?:when|time)|not a (?:question|"
        r"matter) of (?:whether|if),? but (?:of )?when|foregone conclusion|"
        r"a certainty|no question that|cannot fail to|there is little doubt|"
        r"with (?:near[- ]|virtual )?certainty",
    ),
    (
        "almost_no_chance",
        "-",
        "word",
        r"(?:almost |virtually |practically |next to |absolutely |simply |effectively |"
        r"there is )?no "
        rf"(?:\w+ )?(?:{_CHANCE}|way)(?= |[.,]|$)|(?:stands?|has|have|had) no chance|zero chance|"
        rf"remote\b(?= {_CHANCE})|{_BE} {_ADV}(?:remote|impossible|unthinkable|inconceivable|"
        r"out of the question|nil|hopeless)|next to impossible|(?:almost|virtually) impossible|"
        r"beyond the realms? of|a remote (?:chance|possibility|prospect)|"
        rf"{_CHANCE} (?:of [^,;]{{1,60}})?"
        rf"{_BE} {_ADV}(?:remote|nil|zero|non-existent)",
    ),
    (
        "highly_unlikely",
        "-",
        "word",
        r"(?:highly|very|extremely|most|exceedingly|deeply|exceptionally|vanishingly|"
        r"too) (?:unlikely|"
        r"improbable|doubtful)|odds (?:are|look|seem) stacked against|(?:very |precious |"
        r"only )?(?:a )?(?:little|slim|slender|thin|narrow|negligible|vanishing|tiny|scant|"
        r"small|slight|low|poor|"
        rf"faint|minimal|meagre|dim|outside|fat) (?:\w+ )?{_CHANCE}|long shot|"
        rf"{_CHANCE} (?:(?:of|for|that) [^,;]{{1,80}}? )?(?:has|have) (?:now |\w+ly |all but )?"
        r"(?:vanished|evaporated|disappeared|collapsed|faded|melted away|crumbled|gone)\b|"
        rf"{_CHANCE} (?:(?:of|for|that) [^,;]{{1,80}} )?(?:{_BE}|look|seem|"
        rf"appear) {_ADV}(?:slim|slender|thin|slight|small|low|dim|"
        r"bleak|poor|faint|minimal|negligible|grim)|outlook (?:for [^,;]{1,60} )?(?:is|looks|"
        r"remains) {_ADV}"
        r"(?:bleak|dim|poor|grim)|against all (?:the )?odds",
    ),
    (
        "unlikely",
        "-",
        "word",
        r"unlikely|improbable|doubtful|(?:is|are|remains?|looks?|seems?|now) in doubt|questionable|"
        r"improbably|(?:hopes?|prospects?|expectations?|chances?) (?:(?:of|for|that) [^,;]{1,80} )?"
        r"(?:is|are) (?:fast |quickly |rapidly )?(?:fading|receding|dwindling|dimming|shrinking|"
        r"evaporating|diminishing)|fading (?:hopes?|prospects?|chances?)|least likely",
    ),
    (
        "highly_likely",
        "+",
        "word",
        r"(?:highly|very|extremely|overwhelmingly|exceedingly|exceptionally) (?:likely|"
        r"probable|probably)|"
        r"every (?:chance|likelihood|prospect|reason to expect)|(?:a )?safe bet|(?:high|strong|"
        r"overwhelming|great) (?:probability|likelihood)",
    ),
    (
        "strongly_likely",
        "+",
        "word",
        r"(?:every|good) reason to (?:think|believe|expect)|"
        r"(?:chances|odds|prospects) (?:(?:of|for|that) [^,;]{1,80} )?(?:are|look|seem|"
        r"as) (?:\w+ )?(?:high|good|strong|excellent|"
        r"bright)|"
        r"in all (?:likelihood|probability)|(?:a |an )?(?:very |pretty |quite a |"
        r"fairly )?(?:good|strong|"
        r"high|excellent|better|big|decent|solid) (?:chance|prospect|possibility|risk|odds)|most "
        r"(?:likely|probably)|(?:a )?good bet|(?:odds-on|clear|hot|firm) favourite",
    ),
    (
        "believed",
        "+",
        "word",
        r"it (?:is|was) (?:\w+ )?believed that|"
        r"(?:growing|widespread|general|broad|strong|increasing|common|firm) (?:confidence|"
        r"belief|conviction|expectation|sense|"
        r"consensus|agreement|view) (?:\w+ ){0,3}?that\b",
    ),
    (
        "possible",
        "+",
        "word",
        r"it is (?:widely |still )?hoped that|hopes? (?:is|are) (?:\w+ )?(?:high |growing |"
        r"rising )?that|(?:speculation|rumou?rs?|talk)"
        r" (?:(?:is|are) \w+ )?that",
    ),
    (
        "strongly_likely",
        "+",
        "word",
        rf"{_BE} {_ADV}(?:imminent|at hand|around the corner|only days away|a matter of days)",
    ),
    (
        "may_well",
        "+",
        "word",
        rf"{_BE} {_ADV}(?:near|close|in sight)(?=[.,;]|$)|"
        r"(?:is|are|stands?|remains?|be) (?:\w+ )?(?:(?:prepared|willing|ready) to\b|"
        r"open to \w+ing\b)|"
        r"(?:may|might|could) (?:very )?well\b|looms?\b|looming|on the (?:verge|brink|cusp|"
        r"threshold|edge) "
        r"of|(?:nearing|approaching)\b|close to \w+ing|edging (?:towards?|closer)|on the horizon|"
        r"(?:drifting|sliding|moving|inching|lurching|creeping) (?:closer )?(?:towards?|to)",
    ),
    (
        "likely",
        "+",
        "word",
        r"(?:is|are|remains?|seems?|looks?|be|as) (?:now |still |by far |also )?the (?:most |"
        r"single most )?(?:likely|likeliest|probable) \w+|"
        r"signs (?:are (?:\w+ )?)?(?:mounting |growing |multiplying )?that\b|"
        r"it (?:is|was) (?:\w+ )?(?:thought|assumed|reckoned|felt|understood|supposed) that|"
        r"(?:looks?|seems?|appears?) (?:as if|as though|like)\b|it (?:appears|seems) that|"
        r"(?:everything|all (?:the )?signs?|signs|"
        r"indications|the (?:signs|indications|evidence)|polls|early results) (?:suggests?|"
        r"points?|are|indicates?|pointed)(?: that| to)|"
        r"money is on|(?:come as|be) no (?:great |real )?surprise if|(?:cannot|can't|is not|"
        r"isn't|not) (?:be )?far (?:off|away)|"
        r"^\W*the (?:most )?(?:likely|likeliest|probable) \w+ (?:is|remains|will be|would be)|"
        r"(?:is|are|seems?|looks?) (?:becoming |growing |getting |ever )?likelier\b|"
        r"(?:leaning|leans|inclined|tilting|tending) (?:towards?|to)\b|bracing for|braced for|"
        r"likely|probably|probable\b|presumably|(?:the |a )?(?:fair|reasonable) chance|"
        r"the (?:chances|odds)"
        r" are(?: good)?(?= that|,|:| the| it| he| she| they| a)|^(?:chances|odds) are|"
        r"odds favou?r|"
        r"favou?rite to|on (?:course|track) (?:to|for)|(?:heading|headed|heads) (?:for|"
        r"towards?)|(?:on|in) the cards|"
        r"in the offing|within reach|in prospect|in sight|in store|"
        rf"(?:is|are|be|been|was|were) {_ADV}(?:expected|forecast|projected|tipped|predicted|"
        r"anticipated|"
        r"foreseen|thought likely)|expected to\b|the (?:expectation|consensus|forecast|assumption|"
        r"prediction|base case|central scenario|likelihood) (?:\w+ \w+ )?is (?:that|for)|"
        r"shaping up to|pricing in|my guess is|the betting is",
    ),
    (
        "feared",
        "+",
        "word",
        r"(?:is|are|was|were) (?:widely |now )?feared|(?:there (?:is|are) )?(?:\w+ )?(?:fears?|"
        r"worr(?:y|ies)|"
        r"concerns?|alarm|anxiety) (?:(?:among|in|of) [^,;]{1,40} )?(?:(?:is|are) (?:growing |"
        r"mounting |rising )?)?"
        r"that|(?:fears?|concerns?) (?:are )?(?:growing|mounting|rising) that",
    ),
    (
        "scheduled",
        "+",
        "word",
        rf"{_BE} (?:\w+ )?(?:due|scheduled|slated|timed|booked|planned) (?:to|for|in|on|by)\b|"
        r"scheduled (?:to|for)\b",
    ),
    (
        "set",
        "+",
        "word",
        rf"(?:is|are|was|were) (?:\w+ )?supposed to|{_BE} (?:\w+ )?(?:all )?(?:set|poised|"
        r"about|primed|certain) to|on the point of|set to\b|"
        r"poised to\b|about to\b|stands? to (?:lose|gain|win|benefit|become)|in the process of",
    ),
    (
        "intended",
        "+",
        "word",
        r"(?:is|are|been|'s|'re) (?:\w+ )?(?:preparing|planning|intending|gearing up|moving|"
        r"getting ready|mobili[sz]ing|seeking|aiming|working|trying|hoping) (?:to|for)|"
        r"has plans to|"
        r"(?:is|are) (?:laying|making) (?:the groundwork|preparations|plans) (?:to|for)",
    ),
    (
        "possible",
        "+",
        "word",
        rf"(?:is|are|'s|been|be|seems?|looks?|appears?|remains?) {_ADV}(?:weighing|mulling|"
        r"contemplating|"
        r"considering|exploring|studying|toying with|pondering|debating)|hop(?:es?|ing) (?:to|"
        r"for|that)\b|"
        r"threatens? to\b|risks? \w+ing|potentially|conceivably|possibly|perhaps|maybe|"
        rf"(?:is|are|seems?|looks?|appears?|remains?|becomes?|becoming|be|it's) {_ADV}(?:possible|"
        r"conceivable|plausible|feasible|imaginable|a (?:realistic|real|distinct|serious|"
        r"genuine) (?:prospect|possibility)|thinkable|a possibility|an option|"
        r"on the table|up for grabs)|"
        r"possible that|conceivable that|as possible\b(?!\.)|"
        r"(?:a|an|the|some|any) (?:\w+ )?(?:possibility|risk|danger|chance|prospect|threat|"
        r"likelihood|probability) "
        r"(?:that|of)|chances? of|risks? (?:of|that)|(?:the|real|serious|growing|"
        r"distinct) (?:possibility|risk|danger)",
    ),
    ("possible", "+", "modal", r"(?:may|might|could)(?:n't)?"),
)
"""Class of hedge, polarity, group and pattern; a match hides its words from what follows."""
