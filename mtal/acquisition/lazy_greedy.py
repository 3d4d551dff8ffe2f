"""Greedy picks by weight x distance, evaluated lazily: the same picks for far fewer distances."""

import numpy as np

from mtal.acquisition.distances import (
    Space,
    from_euclidean,
    mean_over_tasks,
    nearest_per_task,
    to_euclidean,
)

REFRESH = 128  # points brought up to date at once


class LazyGreedy:
    """Pick the point with the highest score again and again; each pick becomes a centre.

    score = weight x distance to the nearest centre, the mean over the tasks that a point lacks.
    A new centre can only shorten distances, so the score that a point had earlier is an upper
    bound of its score now (accelerated greedy, Minoux 1978):

        bound |  o                        o  stale: some picks are not in it yet
              |  .  *                     *  fresh: all picks are in it, bound = score
              |  x  .  o                  x  score of a stale point, at or below its bound
              |     .  .  o  *
              |     .  x  .  .  o  o
              |     .  .  x  .  x  .
              |     .  .  .  .  .  x
              +-----------------------    points, the highest bound first

    While the highest bound is stale, as here, it is brought up to date together with the stale
    ones among the next REFRESH. Once the highest bound is fresh, no score can be above it, so
    that point is the next pick, and all the lower stale bounds were never looked at.
    """

    def __init__(
        self,
        points: np.ndarray,
        labelled: np.ndarray,
        open_pairs: np.ndarray,
        weight: np.ndarray,
        turn: np.ndarray,
        space: Space,
    ) -> None:
        """Measure all points once.

        points: (N, D) in the embedding. ValueError if one is not finite.
        labelled: (N, T) bool, the centres of each task at the start.
        open_pairs: (N, T) bool, the tasks that a point lacks; a point without any is never picked.
        weight: (N,) at least 0.
        turn: (N,) a permutation; of equal scores the smallest turn is picked first.
        space: how distance is measured.
        """
        self.points = to_euclidean(points, space)
        self.squared_length = np.einsum("nd,nd->n", self.points, self.points)
        self.open_pairs, self.weight, self.turn, self.space = open_pairs, weight, turn, space
        self.centre_of = labelled | open_pairs  # (N, T) the tasks of which a pick is a centre
        self.distance = nearest_per_task(self.points, labelled, space)  # (N, T)
        # (N,) -inf: not to be picked
        self.bound = np.where(open_pairs.any(axis=1), self._score(np.arange(len(points))), -np.inf)
        self.picks_seen = np.zeros(len(points), dtype=np.int64)  # picks that each distance contains
        self.picked: list[int] = []

    def pick(self) -> tuple[int, float]:
        """Pick the point with the highest score: its index, and its distance before the pick.

        ValueError if no open point is left.
        """
        if self.bound.max() == -np.inf:
            raise ValueError("all points that lack a label are picked already")
        highest = self._highest()
        while len(stale := highest[self._is_stale(highest)]):
            self._refresh(stale)
            highest = self._highest()
        index = int(highest[np.argmin(self.turn[highest])])
        distance = mean_over_tasks(self.distance[[index]], self.open_pairs[[index]])[0]
        self.picked.append(index)
        self.bound[index] = -np.inf
        return index, float(distance)

    def _highest(self) -> np.ndarray:
        """All points that share the highest bound."""
        return np.flatnonzero(self.bound == self.bound.max())

    def _score(self, points: np.ndarray) -> np.ndarray:
        """Weight x distance of some points, (n,); 0 without weight, also infinitely far away."""
        weight = self.weight[points]
        distance = mean_over_tasks(self.distance[points], self.open_pairs[points])
        return np.asarray(weight * np.where(weight > 0, distance, 0))

    def _is_stale(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(self.picks_seen[points] < len(self.picked))

    def _refresh(self, stale: np.ndarray) -> None:
        """Bring the stale points and the stale ones of the REFRESH highest bounds up to date."""
        top = np.argpartition(-self.bound, min(REFRESH, len(self.bound) - 1))[:REFRESH]
        stale = np.union1d(stale, top[self._is_stale(top) & (self.bound[top] > -np.inf)])
        new = np.array(self.picked[int(self.picks_seen[stale].min()) :])  # centres not in them yet
        product = 2 * self.points[stale] @ self.points[new].T
        squared = self.squared_length[new] - product + self.squared_length[stale][:, None]
        nearest = np.column_stack(
            [squared[:, of_task].min(axis=1, initial=np.inf) for of_task in self.centre_of[new].T]
        )
        distance = from_euclidean(np.sqrt(np.maximum(nearest, 0)), self.space)
        self.distance[stale] = np.minimum(self.distance[stale], distance)
        self.picks_seen[stale] = len(self.picked)
        self.bound[stale] = self._score(stale)
