"""Words by which a clause draws a line, threatens, binds, demands, judges or schedules."""

from __future__ import annotations

import re

__all__ = [
    "ABSTRACT",
    "ASSESSMENT",
    "CHANGE_DOWN",
    "CHANGE_UP",
    "COUNTERFACTUAL",
    "DECLINED",
    "DEEMED",
    "HARM",
    "NORMATIVE",
    "OWN",
    "PRICE",
    "QUANTITY",
    "RED_LINE",
    "REGARD",
    "SCHEDULED",
    "SHOULD_EXPECT",
    "accepts",
    "is_pronoun_of",
]

_NEG = r"(?:not|n't|never|no longer|neither)"
CHANGE_UP = re.compile(
    r"no longer (?:be )?(?:rul(?:es?|ed|ing) out|exclud\w+|dismiss\w*|doubts?|refus\w+|"
    r"oppos\w+|reject\w*)|no longer (?:be )?(?:impossible|"
    r"inconceivable|unthinkable|"
    r"unlikely|improbable|rule out)|(?:increasingly|ever more|more and more) (?:likely|"
    r"probable|possible|certain|"
    r"inevitable|plausible)|(?:growing|mounting|rising|greater|heightened|increasing) (?:risk|"
    r"chance|"
    r"danger|fears?|possibility|concerns?|prospect|likelihood|probability)|(?:risk|chances?|"
    r"odds|fears?|"
    r"likelihood|probability) (?:\w+ ){0,6}(?:is|are|has been|have been) (?:growing|rising|"
    r"increasing|mounting)"
)
CHANGE_DOWN = re.compile(
    r"(?<![\w-])no longer\b|(?:increasingly|"
    r"ever more|more and "
    r"more) (?:unlikely|improbable|doubtful|remote)|(?:fading|receding|dwindling|dimming|"
    r"diminishing|"
    r"shrinking|less and less)|(?:risk|chances?|odds|hopes?) (?:\w+ ){0,6}(?:is|"
    r"are) (?:falling|fading)"
)
RED_LINE = re.compile(
    rf"(?:(?:will|would|can|could|shall|do|does)(?: also| still| \w+ly)?(?: {_NEG}|"
    r"n't)(?: (?:\w+ly|ever|simply|now|"
    r"also))*|won't|cannot|can't|couldn't|wouldn't|"
    r"(?:is|are) not (?:going|prepared|willing) to|refuses? to)(?: (?:ever|simply|\w+ly))? "
    r"(?:tolerate|accept|allow|permit|let\b|stand by|stand for|stand idle|stand idly|"
    r"countenance|condone|put up with|sit idly|sit by|"
    r"sit back|ignore|look away|look on|be silent|remain (?:silent|idle|passive|indifferent|"
    r"neutral)|stay silent|acquiesce|abide|stomach|be intimidated|"
    r"bow to|yield to|watch (?:idly|passively))|(?:will|would)(?: not|n't) go (?:unanswered|"
    r"unpunished)|will (?:never|not) be (?:tolerated|accepted|"
    r"allowed)|won't be (?:tolerated|accepted|allowed)|"
    r"(?:will|would) (?:brook|tolerate|countenance|stand for|accept|allow|permit|suffer) (?:no|"
    r"none)\b|"
    r"(?:has|have|had|will have) (?:\w+ )?(?:declared war on|crossed (?:a|the|our) (?:\w+ )?line)|"
    r"(?:would|will) (?:\w+ )?(?:leave|give) (?:[\w-]+ ){1,3}?(?:with )?no (?:other )?(?:choice|"
    r"option|"
    r"alternative)|(?:is|are|'s|was|be) (?:the|our|my|its|their) (?:final |last |"
    r"red )?line(?![\w-])|"
    r"(?:would|will) (?:\w+ )?(?:mean|spell|lead to|trigger|start|provoke) (?:\w+ )?war\b|"
    r"(?:is|are|was|were|remains?) (?:\w+ )?(?:not negotiable|non-negotiable|off limits)|"
    r"red lines?\b|be treated as (?:invaders|enem\w+|spies|traitors|combatants|"
    r"(?:legitimate )?targets?)|be (?:considered|regarded|treated|seen|viewed) (?:as )?(?:an? |"
    r"the )?(?:\w+ )?(?:act of|attack|"
    r"declaration|hostile|provocation|aggression|casus|red line|escalation|breach|violation)|"
    r"(?:cross(?:es|ed)?|step over|overstep) (?:a|the|our|its|any|that|"
    r"this) (?:\w+ )?line|line in the sand|line that must not|"
    r"(?:an? )?(?:act|declaration) of war|casus belli|(?:would|"
    r"will) be (?:\w+ )?(?:unacceptable|intolerable)|"
    r"(?:is|are|remains?) (?:\w+ )?(?:unacceptable|intolerable) (?:to|for) (?!many|most|some|the )|"
    r"^\W*(?:for|to) [\w'-]+(?: [\w'-]+){0,3}, [^,]{3,80} (?:is|are|remains?) (?:\w+ )?"
    r"(?:unacceptable|intolerable)|grounds for war|point of no return"
)
REGARD = re.compile(
    r"(?:regard|consider|treat|view|see|look (?:up)?on|interpret|"
    r"deem) (?P<what>[^,;]{2,90}?) (?:as |to be )?(?:an? |the )?(?:\w+ )?"
    r"(?:act of war|hostile (?:act|step|move)|declaration of war|act of aggression|attack|"
    r"provocation|casus belli|red line|legitimate targets?|threat|"
    r"violation|breach|hostile|unacceptable|escalation)"
)
_REGARD_PASSIVE = ""
HARM = re.compile(
    r"(?<![\w-])(?:destroy|bomb|attack|blow up|cut off|cut|shoot down|shoot|crush|punish|"
    r"invade|annihilate|sink|seize|target|shell|"
    r"retaliate|hit back|strike back|strike|hit|raze|burn|kill|block|blockade|close|shut|"
    r"shut down|expel|bombard|flatten|wipe out|obliterate|"
    r"respond with force|respond militarily|use force|take military action|impose|suspend|"
    r"sanction|sever|halt|stop|withhold|freeze|recall|"
    r"tear up|walk out|pull out|quit|leave|withdraw|scrap|strangle|starve|besiege|storm|"
    r"fire on|open fire|detain|arrest|boycott|"
    r"make (?:them|you|him|it|\w+) (?:pay|regret|suffer))(?![\w-])"
)
PRICE = re.compile(
    r"(?:pay|face|suffer|feel|bear|reap) (?:a |an |the |their |its )?(?:\w+ )?(?:price|"
    r"consequences?|costs?|retribution|wrath|reprisals?)|"
    r"(?:be|been) (?:\w+ )?(?:met|answered|countered|repelled|repaid|punished|dealt) (?:with|"
    r"by|in) |(?:come|comes) at a (?:\w+ )?price|"
    r"(?:pay|suffer) (?:\w+ly|for)\b|(?:will|would) (?:rue|live to regret|be sorry)|"
    r"teach \w+ a lesson|"
    r"(?:bring|rain|visit|unleash) (?:\w+ )?(?:ruin|fire|war|destruction|hell|death|havoc|fury)|"
    r"only (?:itself|himself|themselves|yourselves) to blame|at (?:its|their|your|"
    r"his) (?:own )?(?:peril|risk)|"
    r"(?:will|would) (?:\w+ )?regret|there (?:will|would) be (?:\w+ )?(?:consequences|a price|"
    r"retaliation|reprisals|hell to pay)|answer to (?:me|us)\b|(?:our|the|its|their|his|"
    r"moscow's|"
    r"\w+'s) (?:answer|response|reply|"
    r"retaliation|reaction) (?:will|would) be|(?:dire|grave|serious|severe|"
    r"devastating) consequences|crushing response|(?:swift|harsh|firm|decisive|crushing|"
    r"forceful|painful) (?:response|retaliation|reply)|open the gates of|all hell"
)
COUNTERFACTUAL = re.compile(
    r"(?<![\w-])(?:would|could|should|might|ought to)(?:n't)?(?: (?:not|never|also|easily|well|"
    r"probably|likely|almost certainly|certainly|still|even|"
    r"have)){0,2} ?(?<!\w)(?:have|'ve) (?:\w+ly |also |never |long |since |already )?(?:been|"
    r"\w+ed|\w+en|\w+n|\w+t|won|left|come|gone|made|held|led|had|begun|become|sunk|hung|rung|"
    r"run|risen|paid|said|read|"
    r"sold|found|stood|done|shut|cut|put|set|passed)\b"
)
SHOULD_EXPECT = re.compile(
    r"should (?:\w+ly |also |soon |then |again |now )?(?:arrive|reach|reopen|open|begin|start|"
    r"end|finish|fall|rise|ease|improve|recover|come|"
    r"be (?:\w+ )?(?:completed|finished|ready|running|operational|available|able|back|over|"
    r"done|in place|delivered|restored|resolved|known|enough|possible|"
    r"complete|under way|working)|return|take (?:\w+ )?(?:days|weeks|months|years|hours|\d+)|"
    r"suffice|grow|pick up|slow|cool|stay|remain|continue|follow|hold|turn|shrink|drop|"
    r"increase|resume|clear|pass easily|win comfortably|"
    r"become|emerge|last|suffer|materiali[sz]e|appear|settle|stabili[sz]e|help|benefit|gain|see)\b"
)
NORMATIVE = re.compile(
    r"(?<![\w-])(?:should|shouldn't|ought(?:n't)?(?: not)? to|must|mustn't|needs? to|has to|"
    r"have to|"
    r"had better|"
    r"(?:it is|it's|is|are) (?:\w+ )?(?:essential|vital|imperative|crucial|necessary|important|"
    r"right|wrong|unwise|wise|advisable|incumbent|"
    r"high time|time|appropriate|in \w+ interest) (?:that|to|for|on|upon)|let us|let's|"
    r"would be (?:a )?(?:\w+ )?(?:mistake|wrong|wise|unwise|"
    r"foolish|folly|wiser|better|irresponsible|right|immoral|good idea|bad idea)|deserves? to|"
    r"what (?:[\w'-]+ ){1,6}?(?:needs?|requires?)(?: most| now)? (?:is|are)|"
    r"is (?:urgently )?needed|are (?:urgently )?needed|"
    r"(?:no \w+|nobody|no one|none) (?:\w+ )?(?:has|have) (?:the|any) right to|(?:has|have) (?:no|"
    r"every|any) (?:right to|business \w+ing)|the least [^,;]{2,60}? can do is|(?:has|have) (?:a|"
    r"the) (?:moral |sacred )?(?:duty|"
    r"obligation) to|"
    r"would do (?:well|better|best) to|would be (?:well |better |best |"
    r"ill[- ])?advised (?:not )?to|"
    r"(?:the )?time (?:has come|is ripe) (?:for|to)|why not (?:simply |just )?(?=\w)|"
    r"it is (?:\w+ )?(?:shameful|disgraceful|unfair|unjust|indefensible|immoral|outrageous|"
    r"unacceptable|intolerable|scandalous|hypocritical|cruel|cowardly) (?:that|to)|"
    r"(?:is|was|are|were|remains?) (?:\w+ )?(?:a |an )(?:\w+ )?(?:disgrace|scandal|outrage|"
    r"betrayal|"
    r"injustice|crime against|stain on|abomination)|"
    r"(?:is|are|was|were) (?:\w+ )?(?:morally|ethically) \w+|"
    r"(?:there is )?no (?:excuse|justification) for|would (?:\w+ )?make (?:more |better |"
    r"good )?sense to|"
    r"the sooner [^,]{2,80}, the better|cries out for|calls? (?:up)?on \w+|the best course|"
    r"it would be (?:a )?(?:mistake|wise|"
    r"unwise|wrong|folly|foolish|better|prudent))(?![\w-])"
)
DUTY = re.compile(
    r"(?:students|applicants|members|visitors|travellers|candidates|drivers|companies|"
    r"employers|importers|"
    r"residents|passengers|bidders|foreigners|voters|shops|ships|firms|banks|owners|parents|"
    r"teachers) must "
    r"(?:not )?(?:register|apply|file|submit|pay|notify|report|present|carry|wear|hold|obtain|"
    r"declare|renew|"
    r"show|keep|pass|undergo|leave|provide)\b"
)
RHETORICAL = re.compile(
    r"(?:wrong|a mistake|na[iï]ve|foolish|premature|rash|an exaggeration|an error|simplistic|"
    r"too early|"
    r"misleading|fair|unfair) to (?:\w+ly )?(?:call|say|describe|assume|think|believe|conclude|"
    r"suppose|"
    r"suggest|regard|see|speak of|talk of|imagine|expect|dismiss|rule out|exclude|write off)\b|"
    r"it (?:must|should|ought to) (?:also )?be (?:borne|remembered|noted|stressed|recalled|"
    r"emphasi[sz]ed|said|mentioned|"
    r"pointed|kept|added|understood)|it is (?:\w+ )?(?:important|necessary|worth|useful|"
    r"essential) to (?:\w+ly )?(?:understand|note|"
    r"remember|recall|stress|say|mention|bear|keep|add|see|recogni[sz]e|consider)"
)
RULE = re.compile(
    r"\b(?:every (?:hour|day|week|month|year|time|\d+ \w+)|within \d+ (?:days|hours)|"
    r"under (?:the|its|article)|statute|by law|in order to|to enter into force|before (?:it|"
    r"they|he|she) can|in accordance|pursuant|article \d|"
    r"members? (?:states? )?must|applicants?|must be (?:\w+ )?(?:ratified|signed|approved|"
    r"obtained|submitted|filed|registered|notified|paid|held|carried|"
    r"published|accompanied|renewed|lodged|declared|wear|worn|used|kept|made|returned|"
    r"presented) |rules? (?:say|require|state)|the (?:treaty|law|rules?|"
    r"charter|constitution|regulations?|convention|code|contract) |visitors|passengers|"
    r"drivers must|vehicles)"
)
ASSESSMENT = re.compile(
    r"(?<![\w-])(?:(?:judge|assess)(?:d|s|ed|es)? with (?:\w+ )?confidence that|"
    r"(?:is|are) (?:\w+ )?(?:\w+er|more \w+|less \w+) (?:today|now) than|"
    r"(?:may|might|could) (?:well )?be (?:far |much |rather |even )?(?:(?!later|sooner)\w+er|"
    r"more \w+|less \w+) than "
    r"(?:its|their|his|her|many|most|some|it|they|the|he|she|is|we|people|anyone)\b|"
    r"(?:may|might|could|must) (?:\w+ )?(?:already|now|currently|still|"
    r"even now) (?:be|have)|(?:may|might|could|must) be \w+ing\b|"
    r"(?:may|must) (?:already |well )?have (?:been|\w+ed|\w+en)|(?:is|are) (?:widely |now |"
    r"also )?(?:believed|thought|said|understood|assumed|"
    r"presumed|known|reported|rumou?red|considered) to (?:be|have|hold|own|possess|control)|"
    r"(?:is|are|seems?|looks?|remains?|"
    r"has become|have become|has grown|have grown|appears?) (?:far |much |now |still |"
    r"slightly |markedly |considerably )?(?:\w+er|better|worse|more \w+|less \w+|closer|"
    r"further) (?:than|to|from)|(?:is|are) (?:not |n't |no longer |clearly |slowly |visibly |"
    r"plainly |simply |"
    r"already |now |still |barely |hardly ){0,3}(?:working|holding up|failing|hardening|softening|"
    r"waning|slipping|sliding|shifting|narrowing|widening|worsening|"
    r"tightening|loosening|souring|warming|losing|winning|weakening|strengthening|"
    r"eroding|fraying|crumbling|stalling|deteriorating|improving|fading|shrinking|running out|"
    r"gaining ground|falling apart|unravell?ing|collapsing|"
    r"struggling|backfiring|bearing fruit|paying off)|(?:is|are|remains?|seems?|looks?|"
    r"appears?) (?:now |still |deeply |very |quite |too |badly |increasingly |"
    r"largely |highly |not )?(?:weak|strong|fragile|stable|unstable|isolated|divided|"
    r"vulnerable|dangerous|deadlocked|stalled|dead|broken|exhausted|"
    r"overstretched|untenable|sustainable|unsustainable|tense|precarious|brittle|sound|flawed|"
    r"popular|unpopular|credible|bankrupt|in trouble|"
    r"in tatters|at risk|over(?:valued|extended|rated|confident)|under(?:valued|funded|prepared|"
    r"rated|manned)|"
    r"out of date|the (?:weakest|strongest|main|biggest|greatest|most \w+))|"
    r"(?:seems?|appears?) to (?:be|have)|"
    r"(?:wrong|a mistake|premature|an exaggeration|an error|simplistic|misleading|"
    r"fair) to (?:\w+ly )?"
    r"(?:call|say|describe|assume|think|believe|conclude|suppose|regard|see|speak of|talk of)|"
    r"(?:cannot|can't|can no longer|can not|can ill) (?:\w+ )?(?:afford|hold|win|cope|survive|"
    r"sustain|last|defend|compete|keep|continue|go on|function|be trusted)|lacks?|"
    r"(?:has|have) (?:\w+ly |already |all but |now )?(?:lost|regained|overplayed|failed|"
    r"run out of|squandered|"
    r"miscalculated|overreached|outlived|weakened|strengthened|eroded|worsened|deteriorated)|"
    r"(?:is|are) (?:\w+ )?(?:ready|unready|ill-prepared|unprepared|prepared|equipped|"
    r"ill-equipped) for|"
    r"(?:has|have) done (?:more|little|much|nothing)|(?:is|are) (?:\w+ )?an? (?:\w+ )?(?:dead "
    r"letter|failure|"
    r"success|sham|paper tiger|spent force|fiction|fig leaf|bluff|stalemate|mirage)|"
    r"in (?:far |much )?(?:better|worse|poorer|ruder) \w+ than|(?:has|have|had) (?:never|rarely|"
    r"seldom) been "
    r"(?:so |more |less )?(?:\w+er|worse|better|\w+)|"
    r"(?:has|have) (?:\w+ly )?(?:worked|succeeded|backfired|paid off|borne fruit|stalled|"
    r"come to nothing)|"
    r"(?:is|are) (?:\w+ly )?(?:hurting|harming|sapping|draining|bleeding|straining|undermining|"
    r"weakening|"
    r"strengthening|alienating|emboldening|isolating)|"
    r"amounts? to)(?![\w-])"
)
SCHEDULED = re.compile(
    r"(?<=[a-z0-9)\"'] )(?:takes? effect|comes? into (?:force|effect|operation)|"
    r"enters? (?:into )?(?:force|service)|go(?:es)? (?:to the polls|into effect|"
    r"on (?:sale|trial|strike)|before)|expires?|opens?|begins?|starts?|ends?|resumes?|closes?|"
    r"meets?|returns?|leaves?|votes?|arrives?|convenes?|retires?|"
    r"lapses?|reopens?|steps? down|runs? out|takes? (?:office|over|place|up)|falls? due|"
    r"travels?|visits?|hosts?|chairs?|holds? (?:elections?|a \w+|its|their|talks)|"
    r"is up for|becomes? (?:law|due|binding|mandatory)|reconvenes?|departs?|concludes?|"
    r"sets? off)(?![\w-])"
)
OWN = re.compile(
    r"(?:i|we)(?: (?:will|shall|would|won't|are going to|am going to|intend|plan|"
    r"are not going)|'ll|'d)\b"
)
DECLINED = re.compile(
    r"to (?:leave|move|disperse|budge|go home|stand up|shake|sit|open the door)\b|"
    r"(?:publicly )?to (?:comment|confirm|say|discuss|answer|disclose|speculate|give|elaborate|"
    r"be (?:drawn|named|identified|interviewed|quoted)|"
    r"deny|name|identify|reveal|speak|reply|respond to (?:questions|requests))\b"
)
ABSTRACT = re.compile(
    r"(?:dispute|crisis|war|row|conflict|drought|storm|strike|decision|move|ruling|plan|"
    r"collapse|scandal|split|delays?|shortages?|inflation|violence|"
    r"clashes|fighting|feud|deadlock|impasse|standoff|tensions?|rift|debt|deal|agreement|issue|"
    r"question|climate|floods?|fire|virus|outbreak|epidemic|"
    r"heat|weather|disagreements?|differences|exodus|shift|trend|policy|policies|rise|fall|"
    r"surge|slump|instability|unrest|protests?|rivalry|gap|bill|law|"
    r"reform|tariffs?|sanctions?|ban|blockade|closure|offensive|escalation|it|which|that|this)$"
)
QUANTITY = re.compile(
    r"(?:growth|inflation|unemployment|output|exports|imports|revenues?|deficit|surplus|"
    r"contraction|expansion|gdp|demand|production|prices|sales|"
    r"turnout|losses|gains|rates?|a (?:rise|fall|drop|increase|decline|decrease)|"
    r"an (?:increase))\b[^;]{0,60}?\d|\d[\d.,]*(?: ?%| percent| per cent| "
    r"million| billion| trillion)|(?:grow|shrink|rise|fall|expand|contract|increase|decline|"
    r"drop|climb|slow) (?:by |to )?(?:about |around |roughly |nearly )?\d"
)
DEEMED = re.compile(
    r"\W*(?!that |to )(?:[\w'-]+ ){1,9}?(?:as |to be )?(?:\w+ly |very |most |more |less |all but |"
    r"almost |"
    r"not )?(?:likely|unlikely|possible|impossible|probable|improbable|inevitable|plausible|remote|"
    r"certain|unthinkable|inconceivable|imminent|out of the question)(?= ?[.,;]| in | by | before |"
    r" this | next |$)"
)
_ACCEPTED = re.compile(
    r"accept (?:the|that|this|his|her|its|their|these) (?:\w+ ){0,2}?(?:offer|terms|proposals?|"
    r"deal|invitation|results?|verdict|ruling|"
    r"resignation|aid|compromise|plan|bid|apology|nomination|award|money|loan|job|post|role|"
    r"package)"
)
_PLURAL = frozenset(["they", "we"])


def accepts(low: str) -> bool:
    """Whether a refusal is about an offer made to the holder and so draws no line.

    Examples
    --------
    >>> accepts("will not accept the offer"), accepts("will not accept any attack")
    (True, False)
    """
    return bool(_ACCEPTED.search(low))


def is_pronoun_of(subject: str, holder: str) -> bool:
    """Whether the subject of a clause is the holder again: a pronoun, or the same words.

    Examples
    --------
    >>> is_pronoun_of("it", "athens"), is_pronoun_of("the airport", "he")
    (True, False)
    """
    plain = subject.removeprefix("the ")
    if plain in ("i", "we"):
        return True
    if plain in ("it", "they", "he", "she"):
        return True
    return bool(plain) and plain == holder.removeprefix("the ")
