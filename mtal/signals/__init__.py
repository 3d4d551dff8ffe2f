"""The signals. To add one: write a file like committee.py and list it here."""
from mtal.signals.committee import COMMITTEE
from mtal.signals.embedding import EMBEDDING
from mtal.signals.signal import Signal

SIGNALS: dict[str, Signal] = {signal.name: signal for signal in (COMMITTEE, EMBEDDING)}
