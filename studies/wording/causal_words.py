"""How English says that one thing brings about another: the patterns of the rule `causal-verb`.

English has many words that are verb and noun ("causes", "results in"), or act and describe ("improved"). What stands just
before and after tells them apart, as far as a pattern can.
"""

from studies.wording.terms import ILLNESS, PEM

_NOT_NEXT = (
    r"(?!\s+(?:of|for|in|and|or|with|over|after|during|by|when|as|at|from|to|but|than|is|are|was|were|be|can|cannot|could"
    r"|may|might|that|such|like|remains?|more|slowly|again)\b|\s*[.,;:)?]|\s*$)"
)
_NOT_AFTER = (
    r"(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bits )(?<!\bof )(?<!\bany )(?<!\bno )(?<!\bother )(?<!\bone )(?<!\bpossible )"
    r"(?<!\bknown )(?<!\bthese )(?<!\bmany )(?<!\bshared )(?<!\bcommon )(?<!\bmain )(?<!\bstage and )(?<!\btheir )"
)
_OUTCOME = (
    r"(?:an?|the|their|his|her|its|this|these|both|all|many|some|most|lasting|long|severe|less|more|patients'?|people(?:'s)?|overall|daily|physical|mental"
    r"|cognitive|autonomic|chronic|self-reported|perceived|fatigue|tiredness|exhaustion|symptoms?|pain|sleep|function(?:ing)?"
    r"|quality|health|energy|cognition|memory|thinking|brain|mood|anxiety|depression|inflammation|stress|levels?|risk|odds"
    r"|activity|capacity|strength|recovery|performance|care|life|lives|well-being|outcomes?|scores?|immune|blood|oxygen|heart"
    r"|muscle|mitochondri\w+|cytokines?|lactate|cortisol|crash(?:es)?|flares?|relapses?|disability|severity|attention"
    r"|concentration|exercise|tolerance|dizziness|headaches?|illness|disease|post-exertional|(?-i:PEM))"
)
_S_VERBS = (
    r"reduces|improves|lowers|relieves|alleviates|eases|worsens|increases|decreases|boosts|restores|reverses|prevents|induces"
    r"|provokes|triggers|aggravates|normalises|normalizes|damages|harms|impairs|disrupts|drives|diminishes"
)
_BASE_VERBS = (
    r"reduce|improve|relieve|alleviate|worsen|increase|decrease|boost|restore|reverse|prevent|induce|provoke|trigger|cause"
    r"|aggravate|normalise|impair|damage|drive"
)
_ED_VERBS = (
    r"reduced|improved|lowered|relieved|alleviated|eased|worsened|increased|decreased|boosted|restored|reversed|prevented"
    r"|induced|provoked|aggravated|normalised|normalized|damaged|impaired|triggered"
)
# Before a word in -ed that describes ("had reduced sleep", "with improved scores") and does not act.
_DESCRIBES = (
    r"(?<!\bhad )(?<!\bhas )(?<!\bhave )(?<!\bwith )(?<!\bof )(?<!\band )(?<!\bor )(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bto )"
    r"(?<!\breported )(?<!\bshowed )(?<!\bfelt )(?<!\bwas )(?<!\bwere )(?<!\bis )(?<!\bare )(?<!\bbeen )(?<!\bfor )(?<!\bin )"
    r"(?<!\bno )(?<!\bnot )(?<!\btheir )(?<!\bits )(?<!\bfrom )(?<!\bsuch as )(?<!\bmeans )(?<!\bsaw )(?<!\bfound )(?<!: )"
    r"(?<!, )(?<!\()(?<!^)"
)
_THINGS = r"(?:treatment|therapy|drug|medicine|supplement|diet|training|programme|pacing|exercise|it|this|method|app)"

PATTERNS = (
    rf"\b{_NOT_AFTER}causes{_NOT_NEXT}",
    r"\b(?:caused|causing)(?!\s+by\b)\b(?!\s*[.,;])",
    (
        r"\b(?:is|are|was|were|been|be|being)\s+(?:\w+ly\s+)?(?:caused|triggered|driven|induced|provoked|reduced|improved|worsened"
        r"|relieved|eased|prevented|produced|restored|reversed)\s+by\b"
    ),
    r"\b(?:the|a|one|main|key|root|single|common|true|real)\s+(?:\w+\s+)?(?:cause|driver|culprit)\s+(?:of|behind)\b",
    r"\b(?:leads|led|leading)\s+(?:directly\s+)?to\b|\bcan\s+lead\s+to\b",
    (
        r"\b(?:resulted|resulting)\s+in\b|(?<=[a-z] )\b(?<!the )(?<!these )(?<!those )(?<!its )(?<!their )(?<!our )(?<!blood )"
        r"(?<!test )(?<!main )(?<!and )(?<!of )(?<!trial )(?<!study )(?<!some )(?<!other )(?<!earlier )(?<!similar )"
        r"results\s+in\b"
    ),
    rf"\b{_NOT_AFTER}(?:{_S_VERBS})(?!\s+(?:of|for|the\s+question|questions|doubts?)\b){_NOT_NEXT}",
    rf"\b(?:can|will|does|did|do)\s+(?:\w+ly\s+|also\s+|even\s+)?(?:{_BASE_VERBS})\b",
    rf"\b(?:shown|proven|found|known|able|helps?|helped|works?)\s+to\s+(?:{_BASE_VERBS})\b",
    (
        rf"(?:(?<=[a-rt-z]s )|(?<=people )|(?<=women )|(?<=men )|(?<=bacteria ))\b(?<!this )(?<!its )(?<!was )(?<!has )(?<!is )"
        rf"(?<!as )(?<!thus )(?<!does )(?:{_BASE_VERBS})\s+{_OUTCOME}\b"
    ),
    rf"{_DESCRIBES}\b(?:{_ED_VERBS})\s+{_OUTCOME}\b",
    rf"\b(?:(?:has|have|had|and)\s+)(?:{_ED_VERBS})\s+(?:the|their|his|her|its|this|these|patients'?)\s",
    rf"(?:(?<=[a-rt-z]s )|(?<=people )|(?<=bacteria ))(?<!this )(?<!its )(?<!was )(?<!thus )\bcause{_NOT_NEXT}",
    (
        r"\bhelp(?:s|ed)\s+(?:\w+\s+){0,2}?(?:patients?|him|people|them|sufferers|those|women|men|against|relieve|reduce|improve|ease"
        r"|fatigue|sleep|symptoms|pain|recover\w*)\b"
    ),
    r"\b(?:patients|people|participants|they|women|men|sufferers)\s+(?:\w+\s+){0,2}?(?:benefit|benefited|benefits)\s+from\b",
    r"\bprotect(?:s|ed)\s+(?:\w+\s+)?(?:against|from|patients|people)\b",
    rf"\btreats\s+(?:{ILLNESS}|fatigue|pain|symptoms|the)\b",
    rf"\b{_THINGS}\s+works\b|\bproved?\s+(?:to\s+be\s+)?(?:\w+\s+)?effective\b",
    r"\b(?:is|are|was|were)\s+(?:an?\s+)?(?:\w+ly\s+|very\s+|more\s+)?effective\b(?!\s+dose)",
    r"\b(?:makes|made)\s+(?:\w+\s+){1,3}?(?:worse|better|ill|sick|well|tired)\b",
    r"\bbr(?:ings|ought)\s+on\b",
    (
        r"\b(?:is|are|was|were)\s+(?:\w+ly\s+)?(?:due\s+to|because\s+of|the\s+result\s+of|a\s+result\s+of|owing\s+to"
        r"|responsible\s+for|attributable\s+to|a\s+consequence\s+of|thanks\s+to)\b|\b(?:because\s+of|due\s+to|owing\s+to|thanks\s+to"
        r"|as\s+a\s+(?:result|consequence)\s+of)\b"
    ),
    r"\bcontribut(?:es|ed)\s+to\b",
    r"\b(?:raises\s+(?:the\s+|their\s+)?|raised\s+(?:the|their)\s+)(?:\w+\s+)?(?:risk|odds|chances?|levels?)\b",
    r"\bcausal\s+(?:role|factor|link|effect|part)\b",
    (
        rf"\bexplains\s+(?:why\s+(?:patients|people|some|so|those|women|men|exertion|exercise|rest|it|{ILLNESS})|the\s+(?:\w+\s+)?"
        rf"(?:fatigue|symptoms|illness|disease|pain|exhaustion)|{ILLNESS}|fatigue|{PEM}|symptoms)"
    ),
)
