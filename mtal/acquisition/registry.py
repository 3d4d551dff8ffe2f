"""The strategies. To add one: write a file like uniform.py and list it here."""

from mtal.acquisition.badge import BADGE
from mtal.acquisition.clue import CLUE
from mtal.acquisition.consistency_diversity import OURS
from mtal.acquisition.core_set import CORE_SET
from mtal.acquisition.coverage import COVERAGE
from mtal.acquisition.entropy_diversity import ENTROPY_DIVERSITY
from mtal.acquisition.equal import EQUAL, EQUAL_BY_TASK
from mtal.acquisition.ll4al import LL4AL
from mtal.acquisition.partal import PARTAL
from mtal.acquisition.probcover import PROBCOVER
from mtal.acquisition.rbal import RBAL
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.trust_weighted import TRUST_WEIGHTED
from mtal.acquisition.typiclust import TYPICLUST
from mtal.acquisition.uncertainty_sampling import BALD, ENTROPY, MARGIN
from mtal.acquisition.uniform import RANDOM

STRATEGIES: dict[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        RANDOM,
        CORE_SET,
        RBAL,
        LL4AL,
        *EQUAL_BY_TASK,
        EQUAL,
        PARTAL,
        OURS,
        ENTROPY_DIVERSITY,
        TRUST_WEIGHTED,
        COVERAGE,
        CLUE,
        ENTROPY,
        MARGIN,
        BADGE,
        TYPICLUST,
        PROBCOVER,
        BALD,
    )
}
