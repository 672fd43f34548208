"""Diversity trades score for other genres; a diversity of zero changes nothing."""

import numpy as np

from ranker.diversity import diversified

SCORE = np.array([5.0, 4.9, 4.8, 1.0])
GENRES = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], bool)


def test_no_diversity_keeps_the_order() -> None:
    assert diversified(SCORE, GENRES, k=3, diversity=0).tolist() == [0, 1, 2]


def test_full_diversity_puts_another_genre_second() -> None:
    assert diversified(SCORE, GENRES, k=2, diversity=1).tolist() == [0, 3]


def test_each_movie_is_chosen_once() -> None:
    assert sorted(diversified(SCORE, GENRES, k=10, diversity=0.4).tolist()) == [0, 1, 2, 3]


def test_an_empty_ranking_stays_empty() -> None:
    assert diversified(np.empty(0), np.empty((0, 2), bool), k=5, diversity=0.5).tolist() == []
