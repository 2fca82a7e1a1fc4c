"""The rules listed for each badge are those that the derivation follows."""

from studies.pem import RULES
from studies.pem_rules import EVERY_BADGE, rules_of
from studies.vocabulary import Pem


def test_every_rule_stands_under_a_badge_or_is_the_one_for_several_groups():
    listed = {sentence for value in Pem.values for sentence in rules_of(value)}
    assert listed == set(RULES.values()) - {RULES[EVERY_BADGE]}


def test_rules_of_a_badge_follow_the_derivation():
    assert rules_of("required") == (
        RULES["stated_compulsory"],
        RULES["one_required"],
        RULES["all_required"],
        RULES["any_required"],
    )
    assert rules_of("not_applicable") == (RULES["no_participants"],)
    assert rules_of("not_coded") == ()
    assert RULES["any_unclear_mixed"] in rules_of("mixed")
