"""Every hyper-parameter of retrieval, by component; a bundle is served with the values that it was made with.

The docstring of a field says what a larger value means for the result.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt

Share = Annotated[float, Field(ge=0, le=1)]


class HyperParameters(BaseModel):
    """Frozen values; an unknown name is an error, so that a misspelt one cannot be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class EaseConfig(HyperParameters):
    """EASE (Steck 2019)."""

    reg: PositiveFloat = 240.0
    """Lambda of the ridge penalty. Larger: rare movies count less, and the first places go to better known ones."""
    neighbours: PositiveInt = 150
    """Weights kept per movie. Larger: more distant relations count, in a larger bundle."""
    min_ratings: PositiveInt = 2
    """Movies with fewer ratings take no part. Larger: fewer rare movies are recommended, on better evidence."""
    max_movies: PositiveInt = 5_000
    """So many predict others, the most rated ones, unless users are fewer. Larger: rarer ones too, at cubic cost."""
    predictors: PositiveInt = 50
    """Movies from which each of the others is predicted. Larger: weaker relations count too; slower."""
    fading: NonNegativeFloat = 3.33
    """How much less older ratings count: the oldest by exp(-fading). Larger: what people like now counts more."""


class ItemKnnConfig(HyperParameters):
    """Item-to-item cosine (Sarwar et al. 2001)."""

    shrink: NonNegativeFloat = 5.0
    """Added to the cosine's denominator. Larger: pairs that few people liked together count less."""
    neighbours: PositiveInt = 150
    """Weights kept per movie. Larger: more distant relations count, in a larger bundle."""
    max_movies: PositiveInt = 20_000
    """At most so many movies take part, the most rated ones. Larger: rarer movies too; cost grows with the square."""
    fading: NonNegativeFloat = 1.0
    """How much less older ratings count: the oldest by exp(-fading). Larger: what people like now counts more."""


class Rp3BetaConfig(HyperParameters):
    """Random walks (Paudel et al. 2017)."""

    alpha: NonNegativeFloat = 0.6
    """Exponent of the walk's probabilities. Larger: users and movies with many likes pass on less."""
    beta: NonNegativeFloat = 0.4
    """Exponent of the popularity discount. Larger: popular movies are recommended less."""
    neighbours: PositiveInt = 300
    """Weights kept per movie. A walk spreads thin and needs the most: on ml-latest-small this model alone loses .03
    nDCG@10 from 500 to 200 neighbours, EASE nothing."""
    max_movies: PositiveInt = 20_000
    """At most so many movies take part, the most rated ones. Larger: rarer movies too; cost grows with the square."""
    fading: NonNegativeFloat = 1.0
    """How much less older ratings count: the oldest by exp(-fading). Larger: what people like now counts more."""


class TransitionsConfig(HyperParameters):
    """What people rate soon after a movie."""

    window: PositiveInt = 10
    """Pairs at most so many ratings apart count. Larger: more pairs, with a looser order."""
    decay: Share = 0.9
    """Weight of a pair relative to one that is a rating closer. Larger: distant pairs count more."""
    shrink: NonNegativeFloat = 5.0
    """Added to the raters of the first movie. Larger: what follows a rarely rated movie counts less."""
    discount: NonNegativeFloat = 0.3
    """Exponent of the second movie's raters. Larger: popular movies are recommended less."""
    neighbours: PositiveInt = 100
    """Weights kept per movie. Larger: more distant relations count, in a larger bundle."""
    max_movies: PositiveInt = 20_000
    """At most so many movies take part, the most rated ones. Larger: rarer movies too; cost grows with the square."""


class ContentConfig(HyperParameters):
    """tf-idf of what a movie is made of; a genre and a director weigh 1."""

    keyword: NonNegativeFloat = 0.7
    """Weight of a keyword. Larger: movies with the same keywords are more similar."""
    cast: NonNegativeFloat = 0.7
    """Weight of an actor. Larger: movies with the same actors are more similar."""
    years: NonNegativeFloat = 0.7
    """Weight of the period. Larger: movies of the same years are more similar."""
    cast_used: PositiveInt = 5
    """Actors counted per movie, in order of billing. Larger: small parts count too."""
    years_per_bucket: PositiveInt = 5
    """Length of a period. Larger: movies farther apart in time count as being of the same period."""


class QueryConfig(HyperParameters):
    """How a user's history queries the item-to-item models."""

    fade: PositiveFloat = 50.0
    """Newer ratings after which a rating counts 1/e. Larger: taste changes more slowly."""
    floor: Share = 0.05
    """Weight that no rating falls below. Larger: old ratings count more."""
    max_ratings: PositiveInt = 200
    """Newest ratings that query at all. Larger: older ratings count, and a request takes longer."""
    last: PositiveInt = 10
    """Newest ratings that make the query `last`. Larger: the mood of the moment reaches farther back."""
    last_decay: Share = 0.9
    """Weight of a rating in that query relative to the next newer one. Larger: the very newest ones stand out less."""


class SimilarConfig(HyperParameters):
    """Weights of the sources of similar movies, each scaled by its own best. Larger: the source counts more.

    A model of similar movies, where there is one, orders the candidates instead.
    """

    item_knn: NonNegativeFloat = 1.0
    ease: NonNegativeFloat = 1.0
    content: NonNegativeFloat = 0.5
    popular: NonNegativeFloat = 0.02
    """Little more than a tie break: of two equally similar movies, the one that more people liked comes first."""
    per_source: PositiveInt = 40
    """Candidates that each item-to-item model and the content give a model of similar movies. Larger: more movies reach
    it, and a request takes longer."""


class RetrievalConfig(HyperParameters):
    """All of retrieval."""

    per_source: PositiveInt = 70
    """Candidates taken from each source. Larger: more movies reach the ranker, and a request takes longer. 70 gives
    about 300: on ml-latest-small the first ten are as good as with 100, at three quarters of the work."""
    three_stars: Share = 0.6
    """How much 3 or 3.5 stars speak for a movie; 4 and more speak 1. Larger: lukewarm ratings count more."""
    fewer_stars: Share = 0.2
    """The same for less than 3 stars. Larger: bad ratings count more as interest in the movie."""
    max_fit_ratings: PositiveInt = 4_000_000
    """With more ratings the models are fitted on a sample of the users. Larger: better counts of pairs, slower fits."""
    max_user_ratings: PositiveInt = 1_000
    """Newest ratings per user that the fits use. Larger: avid users count more; d ratings make d squared pairs."""
    many_movies: PositiveInt = 30_000
    """Catalogues with more movies keep fewer neighbours, so that the ranker fits in memory."""
    neighbours_of_many: Share = 0.5
    """Share of the neighbours that such a catalogue keeps. Larger: better rankings, a larger bundle."""
    ease: EaseConfig = EaseConfig()
    """EASE on ratings weighted by their stars."""
    ease_all: EaseConfig = EaseConfig(neighbours=100)
    """EASE on what was rated at all."""
    item_knn: ItemKnnConfig = ItemKnnConfig()
    rp3beta: Rp3BetaConfig = Rp3BetaConfig()
    transitions: TransitionsConfig = TransitionsConfig()
    content: ContentConfig = ContentConfig()
    query: QueryConfig = QueryConfig()
    similar: SimilarConfig = SimilarConfig()

    def for_catalogue(self, n_movies: int) -> Self:
        """The same values, with fewer neighbours if the catalogue has many movies."""
        if n_movies <= self.many_movies:
            return self
        fewer = {
            name: part.model_copy(update={"neighbours": max(1, round(part.neighbours * self.neighbours_of_many))})
            for name, part in self
            if hasattr(part, "neighbours")
        }
        return self.model_copy(update=fewer)


DEFAULTS = RetrievalConfig()
