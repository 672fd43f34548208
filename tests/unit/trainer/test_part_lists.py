"""Part lists: what is set aside is not fitted on, what is to be found is not known, and the trial may learn from it."""

from dataclasses import replace

import numpy as np

from marquee.retrieval import content
from marquee.state.ratings import Ratings
from support.worlds import START_MS, a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.executor import HERE
from trainer.lists import TrainingLists
from trainer.part_lists import SetAside, part_examples
from trainer.window_lists import Inputs, window_lists
from trainer.windows import cut

CUTS = "windows.cuts=0.8,0.9"
EVERY = ("part_lists.windows=1", "part_lists.per_list=1")
RATINGS = checkerboard(n_users=50)


def one_user(*stars: float, user_id: int = 1) -> Ratings:
    """A user who gave these stars to the movies 1, 2, ..., one a second."""
    movie_id = np.arange(1, len(stars) + 1)
    rated_at = START_MS + 1_000 * movie_id
    return Ratings(np.full(len(stars), user_id), movie_id, np.array(stars, np.float32), rated_at)


def part_lists_of(ratings: Ratings, config: TrainingConfig) -> TrainingLists:
    """The part lists of the newer of two windows, of which the older one has none."""
    catalog = a_catalog(with_people=True)
    terms = content.fit(catalog, config.retrieval.content)
    with_parts, without = (
        window_lists(HERE.share(Inputs.of(ratings, catalog, terms, one)), lambda _: None)[0]
        for one in (config, config.with_settings(["part_lists.windows=0"]))
    )
    found = with_parts.take(np.arange(len(with_parts)) >= len(without))
    assert set(found.window.tolist()) <= {0}
    return found


def test_a_fifth_of_the_users_is_set_aside_with_all_their_ratings() -> None:
    parted = SetAside.of(RATINGS, share=0.2, seed=0)

    theirs, others = set(parted.theirs.user_id.tolist()), set(parted.others.user_id.tolist())
    assert len(theirs) == 10
    assert theirs | others == set(RATINGS.user_id.tolist())
    assert not theirs & others
    assert len(parted.theirs) + len(parted.others) == len(RATINGS)


def test_other_users_are_set_aside_with_another_seed_and_the_same_with_the_same() -> None:
    first, again, other = (set(SetAside.of(RATINGS, share=0.2, seed=s).theirs.user_id.tolist()) for s in (0, 0, 1))

    assert first == again
    assert first != other


def test_of_too_few_users_none_is_set_aside() -> None:
    parted = SetAside.of(checkerboard(n_users=4), share=0.2, seed=0)

    assert len(parted.theirs) == 0
    assert part_examples(parted.theirs, revealed=(0.5,), at_most=100, seed=0) == []


def test_of_a_part_list_the_history_is_a_random_half_and_the_likes_among_the_rest_are_sought() -> None:
    theirs = one_user(*([5.0, 2.0] * 10))

    (example,) = part_examples(theirs, revealed=(0.5,), at_most=100, seed=0)

    known = set(example.history.movie_id.tolist())
    assert len(known) == 10
    assert set(example.liked.tolist()) == set(range(1, 21, 2)) - known
    assert known not in (set(range(1, 11)), set(range(11, 21)))
    assert example.liked_at.tolist() == [START_MS + 1_000 * movie for movie in example.liked.tolist()]


def test_users_with_fewer_than_ten_ratings_give_no_part_list() -> None:
    theirs = Ratings.concat(one_user(*[5.0] * 9), one_user(*[5.0] * 10, user_id=2))

    found = part_examples(theirs, revealed=(0.2, 0.5, 0.8), at_most=100, seed=0)

    assert [one.user_id for one in found] == [2, 2, 2]
    assert [len(one.history) for one in found] == [2, 5, 8]


def test_more_part_lists_than_wanted_are_sampled_alike_with_the_same_seed() -> None:
    one, again = (part_examples(RATINGS, revealed=(0.2, 0.8), at_most=7, seed=3) for _ in range(2))

    assert len(one) == 7
    assert [(each.user_id, each.liked.tolist()) for each in one] == [(e.user_id, e.liked.tolist()) for e in again]


def test_features_of_a_part_list_do_not_know_how_what_is_sought_was_rated() -> None:
    """Everything to be found gets four stars: labels change, and no feature does."""
    config = TrainingConfig(seed=0).with_settings([CUTS, *EVERY, "part_lists.revealed=0.5"])
    ratings = RATINGS.in_time_order()
    _, window = cut(ratings, config.windows.cuts, label_share=0.1)
    parted = SetAside.of(window.before, share=config.part_lists.set_aside, seed=1)
    stars = ratings.rating.copy()
    for one in part_examples(parted.theirs, revealed=(0.5,), at_most=1_000, seed=1):
        is_hidden = (ratings.user_id == one.user_id) & ~np.isin(ratings.movie_id, one.history.movie_id)
        stars[is_hidden] = 4.0

    found, other = (part_lists_of(of, config) for of in (ratings, replace(ratings, rating=stars)))

    assert len(found) >= 5
    assert found.label.sum() < other.label.sum()
    np.testing.assert_array_equal(found.size, other.size)
    np.testing.assert_array_equal(found.features, other.features)


def test_the_trial_ranker_learns_from_part_lists_of_the_newest_window_too() -> None:
    """What they seek was rated before that window."""
    lists = part_lists_of(RATINGS, TrainingConfig(seed=0).with_settings([CUTS, *EVERY]))

    assert len(lists.for_trial()) == len(lists) > 0
    np.testing.assert_array_equal(lists.trial_label, lists.label)


def test_by_default_there_are_no_part_lists() -> None:
    config = TrainingConfig(seed=0).with_settings([CUTS])

    assert len(part_lists_of(RATINGS, config)) == 0
