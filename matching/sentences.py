"""What the core, training and its versions say in English; see `c360.sentences`."""

from django.utils.translation import gettext_noop

CASES = (  # of a union that was refused, as cases keep it
    gettext_noop("The group would exceed %s records."),
    gettext_noop("Two different values of %s."),
    gettext_noop("One is the junior, the other the senior."),
    gettext_noop("Same birthday, different given names."),
    gettext_noop("Two different birth dates."),
    gettext_noop("The given names point to two people of one household."),
    gettext_noop("Taken all together, the two groups do not look alike."),
    gettext_noop("Someone said that these are different people."),
    gettext_noop("A steward locked one of them as it is."),
)
TRAINING = (  # why nothing was learnt
    gettext_noop("%s costs %s: choose a number above 0, below 1,000,000"),
    gettext_noop(
        "a wrong join (%s) is cheaper than a missed one (%s): a wrong join must cost at least "
        "as much"
    ),
    gettext_noop(
        "what was learnt makes no sense: %s. Train on more records, or look whether the "
        "mappings are right"
    ),
    gettext_noop("%s: %s would speak against a match (%s bits)"),
    gettext_noop("%s: %s (%s bits) would speak more for a match than %s (%s)"),
    gettext_noop(
        "%s records are too few to learn from: bring in %s or more; until then the model that "
        "ships serves"
    ),
    gettext_noop(
        "%s candidate pairs are too few to learn from (%s needed): the records hardly meet; "
        "look at their mappings"
    ),
    gettext_noop(
        "only %s candidate pairs look like one person: records of the same people are needed "
        "to learn from"
    ),
    gettext_noop(
        "nearly every candidate pair looks like one person: there is nothing to learn to tell "
        "apart; bring in more of the records"
    ),
    gettext_noop(
        "pairs taken for one person agree less (%s bits) than the others (%s): the classes "
        "changed places; train on more records"
    ),
)
VERSIONS = (
    gettext_noop("a version %s exists already"),
    gettext_noop("there is no version %s. Known are: %s"),
    gettext_noop("the spec of %s cannot be used: %s"),
    gettext_noop("the spec of %s calls itself %s: make it %s"),
    gettext_noop("%s is live already"),
    gettext_noop(
        "thresholds.review_bits is %s, above join_bits %s: lower it, or nothing would ever be "
        "asked"
    ),
    gettext_noop("%s is %s: give a number of bits"),
    gettext_noop("%s is %s, outside -100 to 100 bits: choose one inside"),
    gettext_noop("%s is %s: choose 2 to 1000 records"),
)
SENTENCES = (*CASES, *TRAINING, *VERSIONS)
