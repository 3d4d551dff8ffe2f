"""Labels that can be read and still look wrong. The rules and limits are our choice.

Each rule compares with the whole set. On 795 NYU images with four tasks no rule fires. A rule that
fires for more than COMMON of a set's labels describes how these labels are, and its findings are
dropped; only a wrong sign or unit may be common, and is then one finding for the whole set.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mtal.datasets.checks.label_statistics import LabelFacts, form
from mtal.tasks.task import Task

COMMON = 0.05  # of the labels
FEW = 5  # labels that a comparison needs
TIMES = 20  # NYU's medians of depth lie within a third and 2.3 of their median
AWAY = 0.75  # of the normals; NYU has 2 % in the median and 48 % at most
LEAST_VALID = 0.01  # of the pixels; NYU has 20 % at least
MOSTLY, SELDOM = 0.5, 0.1  # share of yes in a label, and of the set's median where yes is rare


class Finding(NamedTuple):
    """A label that looks wrong."""

    position: int | None  # in the set; None for the whole set
    kind: str  # a key of NOTES in problems.py
    text: str  # what was seen


IndexedFacts = Sequence[tuple[int, LabelFacts]]  # positions in the set, of labels with valid pixels


def implausible_labels(
    task: Task, ids: Sequence[str], facts: Sequence[LabelFacts | None], alike: Sequence[int]
) -> list[Finding]:
    """The findings about the labels of a task.

    facts: one per image, None where no label could be read.
    alike: a number per image; images that look alike have the same.
    """
    labels = [(index, fact) for index, fact in enumerate(facts) if fact is not None and fact.valid]
    if not labels:
        return []
    findings = []
    for rows in (_one_value(labels), _nearly_empty(labels), _copied(labels, ids, alike)):
        findings += _drop_common(rows, len(labels))
    kind = form(task)
    if kind == "amounts":
        findings += _merge_common(_other_unit(labels, task.unit), len(labels))
    elif kind == "vectors":
        findings += _merge_common(_turned_away(labels), len(labels))
    elif kind == "yes or no":
        findings += _mostly_yes(labels)
    return findings


def _one_value(labels: IndexedFacts) -> list[Finding]:
    return [
        Finding(index, "one value", f"all {facts.valid} valid pixels have one value")
        for index, facts in labels
        if facts.constant and facts.valid >= LEAST_VALID * facts.pixels
    ]


def _nearly_empty(labels: IndexedFacts) -> list[Finding]:
    return [
        Finding(index, "nearly empty", f"{facts.valid} of {facts.pixels} pixels count")
        for index, facts in labels
        if facts.valid < LEAST_VALID * facts.pixels
    ]


def _copied(labels: IndexedFacts, ids: Sequence[str], alike: Sequence[int]) -> list[Finding]:
    """Labels that equal an earlier one, though the images do not look alike."""
    findings = []
    first: dict[bytes, int] = {}
    for index, facts in labels:
        twin = first.setdefault(facts.digest, index)
        if not facts.constant and alike[twin] != alike[index]:
            text = f"the same label as that of {ids[twin]}, whose image is another one"
            findings.append(Finding(index, "copied label", text))
    return findings


def _other_unit(labels: IndexedFacts, unit: str) -> list[Finding]:
    if len(labels) < FEW:
        return []
    usual = float(np.median([facts.middle for _, facts in labels]))
    findings = []
    for index, facts in labels:
        if not 1 / TIMES <= facts.middle / usual <= TIMES:
            text = f"its median is {facts.middle:.3g} {unit}, that of the set {usual:.3g} {unit}"
            findings.append(Finding(index, "other unit", text))
    return findings


def _turned_away(labels: IndexedFacts) -> list[Finding]:
    return [
        Finding(index, "turned away", f"{facts.away:.0%} of its normals point away from the camera")
        for index, facts in labels
        if facts.away > AWAY
    ]


def _mostly_yes(labels: IndexedFacts) -> list[Finding]:
    shares = [facts.counts[1] / facts.valid for _, facts in labels]
    median = np.median(shares)
    if len(labels) < FEW or median >= SELDOM:
        return []
    findings = []
    for (index, _), share in zip(labels, shares, strict=True):
        if share > MOSTLY:
            text = f"{share:.0%} of its pixels say yes, {median:.1%} in the median of the set"
            findings.append(Finding(index, "mostly yes", text))
    return findings


def _drop_common(findings: list[Finding], labels: int) -> list[Finding]:
    """Drop the findings of a rule that fires for more than the share COMMON of all labels.

    labels: how many were checked.
    """
    return findings if len(findings) <= max(1, COMMON * labels) else []


def _merge_common(findings: list[Finding], labels: int) -> list[Finding]:
    """Replace findings of one kind by a single one where they are about most labels.

    labels: how many were checked.
    """
    if len(findings) <= max(FEW, labels / 2):
        return findings
    first = findings[0]
    return [
        Finding(None, first.kind, f"{len(findings)} of {labels} labels; the first: {first.text}")
    ]
