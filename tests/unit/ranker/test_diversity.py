"""Diversity trades score for other genres, and not at all at zero."""

import numpy as np

from ranker.diversity import diversified

SCORE = np.array([5.0, 4.9, 4.8, 1.0])
GENRES = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], bool)


def test_given_no_diversity_when_chosen_then_the_order_stays() -> None:
    assert diversified(SCORE, GENRES, k=3, diversity=0).tolist() == [0, 1, 2]


def test_given_full_diversity_when_chosen_then_another_genre_comes_second() -> None:
    assert diversified(SCORE, GENRES, k=2, diversity=1).tolist() == [0, 3]


def test_given_some_diversity_when_chosen_then_each_movie_comes_once() -> None:
    assert sorted(diversified(SCORE, GENRES, k=10, diversity=0.4).tolist()) == [0, 1, 2, 3]


def test_given_nothing_when_chosen_then_nothing_comes_out() -> None:
    assert diversified(np.empty(0), np.empty((0, 2), bool), k=5, diversity=0.5).tolist() == []
