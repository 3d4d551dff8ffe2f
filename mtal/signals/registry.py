"""The signals. To add one, write a file like committee.py and list its value here."""

from mtal.signals.backbone_feature import SHARED
from mtal.signals.bald import BALD
from mtal.signals.committee import COMMITTEE
from mtal.signals.embedding import EMBEDDING
from mtal.signals.entropy import ENTROPY
from mtal.signals.equivariance import EQUIVARIANCE
from mtal.signals.frozen import FROZEN
from mtal.signals.gradient import GRADIENT
from mtal.signals.initial_uncertainty import INITIAL_UNCERTAINTY
from mtal.signals.margin import MARGIN
from mtal.signals.predicted_loss import PREDICTED_LOSS
from mtal.signals.signal import Signal
from mtal.signals.task_features import TASK_FEATURES
from mtal.signals.uncertainty import UNCERTAINTY

SIGNALS: dict[str, Signal] = {
    signal.name: signal
    for signal in (
        COMMITTEE,
        EMBEDDING,
        SHARED,
        TASK_FEATURES,
        FROZEN,
        UNCERTAINTY,
        INITIAL_UNCERTAINTY,
        ENTROPY,
        MARGIN,
        EQUIVARIANCE,
        PREDICTED_LOSS,
        GRADIENT,
        BALD,
    )
}
