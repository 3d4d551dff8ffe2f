"""The verdict on a comparison."""

import pandas as pd
import pytest

from mtal.analysis.text.verdict import TOO_FEW, verdict


def table(**curves):
    """Rows of strategies: name -> a curve per seed, at 10, 20 and 30 labels."""
    records = [
        {
            "group": name,
            "title": name.title(),
            "strategy": name,
            "variant": 0,
            "run": f"{name}-{seed}",
            "seed": seed,
            "cycle": cycle,
            "labels": 10 * (cycle + 1),
            "value": value,
            "better": "lower",
        }
        for name, seeds in curves.items()
        for seed, curve in enumerate(seeds)
        for cycle, value in enumerate(curve)
    ]
    return pd.DataFrame(records)


RANDOM = [[5, 4.5, 4.2], [5.1, 4.6, 4.3], [5, 4.4, 4.1]]


def moved(*steps):
    """Random's curves, moved from the second point on by a step per seed."""
    return [[a, b + step, c + step] for (a, b, c), step in zip(RANDOM, steps, strict=True)]


def test_a_winner_and_the_others():
    text = verdict(
        table(
            random=RANDOM,
            good=moved(-0.2, -0.21, -0.19),
            better=moved(-0.3, -0.31, -0.29),
            even=moved(-0.2, 0.2, 0.05),
            bad=moved(0.2, 0.21, 0.19),
        )
    )
    assert text.startswith(
        "Better beats Random: after the start its multi-task loss is lower by 0.30 (0.28 to 0.32), "
        "95 % interval over 3 seeds, and it saves "
    )
    assert text.endswith(
        "Good beats it too, Good less than Better, Even cannot be told from it and Bad is behind "
        "it."
    )
    assert "of the labels that Random needs for its last value." in text


def test_nobody_ahead_for_sure():
    text = verdict(table(random=RANDOM, even=moved(-0.3, 0.1, -0.1)))
    assert text == (
        "No strategy beats Random for sure: Even comes closest, with a multi-task loss lower by "
        "0.10 (-0.40 to 0.60), 95 % interval over 3 seeds, which includes no difference at all."
    )


def test_the_best_of_many_has_to_show_more():
    """p = 0.04 alone is not below 5 % for the best of three."""
    curves = {"good": moved(-0.1, -0.16, -0.22)}
    alone = verdict(table(random=RANDOM, **curves))
    assert alone.startswith("Good beats Random")
    others = {"even": moved(-0.2, 0.2, 0.05), "odd": moved(0.2, -0.2, 0.05)}
    text = verdict(table(random=RANDOM, **curves, **others))
    assert text.startswith("No strategy beats Random for sure: Good comes closest")
    assert "too little for the best of 3 strategies (Holm's correction)" in text


def test_nobody_ahead_at_all():
    text = verdict(table(random=RANDOM, bad=moved(0.2, 0.21, 0.19)))
    assert text == (
        "No strategy beats Random: Bad comes closest, with a multi-task loss higher by 0.20 "
        "(0.18 to 0.22), 95 % interval over 3 seeds."
    )


@pytest.mark.parametrize(
    "curves",
    [
        {"random": RANDOM},
        {"good": RANDOM},
        {"random": RANDOM[:1], "good": RANDOM[:1]},
        {"random": [curve[:1] for curve in RANDOM], "good": [curve[:1] for curve in RANDOM]},
    ],
)
def test_too_little_for_a_verdict(curves):
    assert verdict(table(**curves)) == TOO_FEW
