"""Idioms of likelihood: longer and stranger than single words, and tried before them."""

from __future__ import annotations

__all__ = ["IDIOMS"]

_BE = r"(?:is|are|was|were|be|been|being|'s|'re|seems?|looks?|appears?|remains?|becomes?|became|am)"
_NEG = r"(?:not|n't|no longer|never)"
_CANNOT = r"(?:can(?:not|'t| not| no longer| never)|could(?:n't| not| no longer| never))"
_ADV = r"(?:\w+ )?"
_CHANCE = r"(?:chances?|prospects?|likelihood|probability|odds|possibility|hopes?|expectations?)"
_SHOULD_BET = (
    r"(?:expect|bet on|count on|bank on|hope for|assume|wager|hold (?:your|their|his) breath)"
)
IDIOMS: tuple[tuple[str, str, str, str], ...] = (
    (
        "may_well",
        "+",
        "surprise",
        r"(?:would|will|should) (?:surprise (?:no one|nobody|few)|come as (?:no|"
        r"little) (?:\w+ )?surprise)"
        r"(?= (?:if|that|when)\b)",
    ),
    (
        "likely",
        "+",
        "word",
        r"(?:would be wise|would do well|would be well advised) to (?:expect|brace for|"
        r"prepare for|plan for)|"
        r"(?:is|are) (?:\w+ )?(?:banking|counting|betting|relying) on",
    ),
    (
        "not_excluded",
        "+",
        "double",
        r"(?:nor|neither) (?:can|could|should) (?:[\w'-]+ ){1,9}?be (?:ruled out|excluded|"
        r"dismissed|"
        r"discounted|written off|precluded)|(?:nobody|no one|none|few|"
        r"not even (?:[\w'-]+ ){1,4}?) ?"
        r"(?:(?:can|could|would|should|dares?|is willing to|are willing to) )?(?:\w+ )?(?:rules? "
        r"out|"
        r"excludes?)\b|not even (?:[\w'-]+ ){1,5}?(?:is|are|seems?|looks?|remains?) (?:now )?"
        r"(?:impossible|inconceivable|unthinkable|unimaginable|excluded|off the table|"
        r"out of the question|taboo)",
    ),
    (
        "assertion",
        "+",
        "word",
        r"can only (?:go|get|grow|rise|fall|lead|end|mean|worsen|deepen|make|prolong|help|harm)",
    ),
    ("denial", "-", "word", r"there can be no\b|there will never be\b"),
    (
        "almost_no_chance",
        "-",
        "word",
        r"hell will freeze over(?: before)?|(?:until|when) hell freezes over|(?:until|"
        r"when) pigs fly|"
        r"(?:not|isn't|there's not|without) (?:the |even the |an? )?(?:slightest|least|faintest|"
        r"remotest|"
        rf"ghost of an?|smallest|earthly) {_CHANCE}?|"
        r"pigs (?:may|might|will|can|could) (?:\w+ )?fly(?: before)?|not in (?:a (?:million|"
        r"thousand|"
        r"hundred) years|this lifetime|our lifetime)|(?:a )?snowball's chance(?: in hell)?|"
        r"(?:is|are|was|were|looks?|seems?) (?:a )?(?:non-starter|dead in the water|"
        r"dead on arrival|"
        r"a lost cause)|when the (?:sun rises in the west|moon turns blue)",
    ),
    (
        "highly_unlikely",
        "-",
        "word",
        r"(?:would|will|it'll|it'd) (?:take|need|require) (?:nothing short of )?a (?:small |"
        r"minor )?"
        r"miracle|(?:a )?(?:pipe ?dream|tall order|forlorn hope)|wishful thinking|long odds|"
        r"(?:the )?(?:odds|chances) (?:are|look|remain|were) (?:\w+ )?(?:long|against)(?! three|"
        r" two|"
        r" four| five| ten| \d)|"
        r"cold chance|it (?:will|may|could|would|might) be (?:a (?:very )?long time|years|decades|"
        r"many years|"
        r"some time|a while|generations) before|"
        rf"(?:next to|close to|practically|almost) (?:nil|zero|nothing)(?= {_CHANCE})|"
        rf"{_CHANCE} (?:(?:of|for|that) [^,;]{{1,80}}? )?{_BE} (?:next to|close to|practically|"
        rf"almost) (?:nil|zero|"
        r"nothing|non-existent)|hoping against hope|a bridge too far",
    ),
    (
        "few_expect",
        "-",
        "word",
        r"(?:wrong|a mistake|na[iï]ve|foolish|premature|rash|folly|an illusion|an error|simplistic|"
        r"misguided|unwise|dangerous) (?:for \w+ )?to (?:assume|think|believe|expect|suppose|"
        r"conclude|imagine|"
        r"hope)(?= (?:that )?(?:[\w'-]+ ){1,9}?(?:will|would|may|might|could|can|is about|"
        r"are about)\b)|"
        r"(?:rash|foolish|na[iï]ve|unwise|premature|wrong|a mistake|folly|"
        r"optimistic) to (?:expect|hope for|"
        r"count on|bank on|bet on)(?= (?:an?|the|any|much|more|such|[a-z]+s?)\b)|"
        r"(?:nothing|little) to (?:suggest|indicate) that\b|"
        rf"(?:nobody|no one|few(?: people)?|you|we) (?:should|would|ought to|will|can)(?: not|"
        rf"n't)? "
        rf"(?:\w+ )?{_SHOULD_BET}(?: on| for)?\b|(?:i|we)(?: would|'d|'ll| will)(?: not|n't) "
        rf"(?:\w+ )?(?:{_SHOULD_BET}|put money on|hold (?:my|our) breath)|"
        r"(?:do not|don't|wouldn't|would not|should not|shouldn't|never) (?:\w+ )?(?:bank on|"
        r"bet on|"
        r"count on|hold (?:your|their|his|her|my|our) breath)",
    ),
    (
        "unlikely",
        "-",
        "word",
        r"(?:is|are|remains?|seems?|looks?|lies?) (?:still |at least |probably |many |several |"
        r"some )?"
        r"(?:years|decades|generations|months|a long way|far|light years|some way) (?:away|off)\b|"
        r"(?:is|are) not (?:yet )?(?:on the cards|in the offing|in prospect|in sight|"
        r"on the horizon)",
    ),
    (
        "may_well",
        "+",
        "word",
        r"(?:is|are|seems?|looks?) (?:\w+ )?(?:in the making|brewing|afoot|in the air|in the wind|"
        r"building up|"
        r"gathering pace)",
    ),
    (
        "possible",
        "+",
        "word",
        r"(?:there (?:is|are|has been)|amid) (?:\w+ )?(?:talk|speculation|rumou?rs?|murmurs?|"
        r"whispers?) "
        r"(?:of|about)(?= (?:an?|another|new|the|further|\w+ing)\b)",
    ),
    (
        "likely",
        "+",
        "word",
        r"(?:is|are|seems?|looks?|appears?) (?:\w+ )?(?:resigned to|braced for|bracing for|"
        r"girding for|"
        r"steeling (?:itself|himself|themselves) for)|(?:braces?|girds?) (?:itself |"
        r"themselves )?for\b",
    ),
    (
        "may_well",
        "+",
        "word",
        r"(?:the )?(?:odds|chances) (?:(?:of|on|for|that) [^,;]{1,80}? )?(?:has|have) (?:\w+ )?"
        r"(?:shortened|narrowed|improved|brightened)",
    ),
    (
        "unlikely",
        "-",
        "word",
        r"(?:the )?(?:odds|chances) (?:(?:of|on|for|that) [^,;]{1,80}? )?(?:has|have) (?:\w+ )?"
        r"(?:lengthened|worsened|dimmed|narrowed sharply|dwindled|shrunk)",
    ),
    (
        "intended",
        "+",
        "word",
        r"(?:is|are|was|were) (?:\w+ly |already |now |also )?(?:planning|preparing|plotting|"
        r"readying) "
        r"(?:an?|its|his|her|their|another|new|further|fresh|more)(?= \w)",
    ),
    (
        "likely",
        "+",
        "word",
        r"^\W*(?:(?:so|but|and|instead|now|you can|we can) )?(?:count|rely|bank|"
        r"bet) on(?= [\w' -]{2,60}? to \w)|"
        r"^\W*(?:look|watch) (?:for|out for)(?= )|"
        r"^\W*(?:(?:so|but|and|instead|now) )?expect(?= (?:an?|more|further|another|the|fresh|new|"
        r"no) )",
    ),
    (
        "even",
        "+",
        "word",
        r"(?:on a knife[- ]?edge|too close to call|in the balance|touch and go|neck and neck|"
        r"anybody's (?:race|game)|a close[- ]run thing)",
    ),
    (
        "certain",
        "+",
        "word",
        r"(?:cannot|can't|can not|could not|couldn't) (?:help )?but\b|"
        r"(?:as )?sure(?:ly)? as (?:night follows day|day follows night|death and taxes|"
        r"the sun rises)|"
        r"(?:a )?(?:racing|dead|absolute|virtual|moral) certainty|(?:a )?(?:done deal|shoo-in)|"
        r"in the bag|"
        r"nailed[- ]on|mark my words|rest assured|(?:not|no longer) (?:a (?:question|matter) of )?"
        r"(?:whether|if),? but (?:of )?(?:when|how soon)|(?:a (?:question|matter) of )?when,? "
        r"(?:not|rather than) (?:if|whether)|no longer (?:whether|if) .{1,80}? but (?:of )?when",
    ),
    (
        "set",
        "+",
        "word",
        r"(?:the )?(?:stage|scene) (?:is|has been|was|seems|looks) (?:\w+ )?set for|"
        r"(?:the )?(?:ground|way) is (?:being )?"
        r"(?:prepared|paved|cleared|open) for|on a collision course",
    ),
    (
        "strongly_likely",
        "+",
        "word",
        r"days (?:in (?:power|office) )?are numbered|(?:on|living on) borrowed time|"
        r"writing is on the wall|handwriting is on the wall|hang(?:s|ing)? by a thread|odds-on|"
        r"(?:has|have) one foot out of the door|a ticking (?:time )?bomb",
    ),
    (
        "not_excluded",
        "+",
        "double",
        rf"{_CANNOT} {_ADV}be {_ADV}(?:ruled out|excluded|dismissed|discounted|written off|"
        r"precluded)|"
        rf"{_CANNOT} {_ADV}(?:rule out|exclude|dismiss|discount|preclude|write off)|"
        rf"(?:{_NEG}|hardly|far from|by no means) {_ADV}(?:impossible|inconceivable|unthinkable|"
        r"implausible|unimaginable|out of the question|off the table|excluded|far-fetched)|"
        r"nothing (?:can be|is|has been) (?:ruled out|excluded|off the table)|"
        r"(?:rash|unwise|foolish|premature|a mistake|too early|too soon|na[iï]ve|folly|imprudent|"
        r"reckless) to (?:rule out|exclude|write off)|(?:isn|aren|wasn|weren|hasn|haven|didn)'t "
        r"(?:been )?(?:rul(?:e|ed|ing) out|exclud(?:e|ed|ing))|"
        rf"(?:{_NEG}|without|refus\w+ to|declin\w+ to|stopped short of) {_ADV}(?:rul(?:e|ed|"
        r"ing) out|"
        r"exclud(?:e|ed|ing))|there is no ruling out",
    ),
    (
        "may_well",
        "+",
        "surprise",
        r"(?:(?:would|should|will)(?: not|n't)|won't|'d not|do not|don't|nobody should|"
        r"no one should) be (?:\w+ )?(?:surprised|surprising|astonished|astonishing|amazed|"
        r"shocked|a surprise)(?= (?:if|to see|to find|that|when|by)\b)",
    ),
    (
        "not_unlikely",
        "+",
        "double",
        rf"(?:{_NEG}|hardly|by no means|far from|anything but) (?:at all |entirely |altogether |"
        rf"so )?"
        r"(?:unlikely|improbable)",
    ),
)
"""Class of hedge, polarity, group and pattern, as in `demarche.reader.cue_words`."""
