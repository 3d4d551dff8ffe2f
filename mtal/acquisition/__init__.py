"""The strategies. To add one: write a file like uniform.py and list it here."""
from mtal.acquisition.ours import OURS
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.uniform import RANDOM

STRATEGIES: dict[str, Strategy] = {strategy.name: strategy for strategy in (RANDOM, OURS)}
