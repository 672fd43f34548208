"""Ways to tell what speaks of the movie, and of two movies alike. The words of the claims: see `sentences.py`."""

from collections.abc import Mapping

from marquee.contracts.forms import (
    FANS,
    LIKES,
    MEAN,
    MONTH,
    MOVIE_ID,
    MOVIES,
    NAMES,
    NUMBER,
    PEOPLE,
    PERCENT,
    PLACE,
    RATINGS,
    TITLE,
    YEAR,
    Form,
    Sign,
)
from marquee.contracts.slots import Slot, SlotKind

_COUNTED: Mapping[str, Slot] = {"count": NUMBER, "people": PEOPLE}
_RATED_BY = "This has {count} raters among {people}."

POPULAR: tuple[Form, ...] = (
    Form(
        "popular.best_known",
        "One of the best known here: {count} of {people} rated it",
        _COUNTED,
        f"{_RATED_BY} At most 1 % of the catalogue's movies, itself included, have as many or more.",
    ),
    Form(
        "popular.place",
        "No. {place} of {movies} by ratings: {count} people",
        {"place": PLACE, "movies": MOVIES, "count": NUMBER},
        "This has {count} raters; {place} - 1 of the catalogue's {movies} movies have more; {place} is at most 100.",
    ),
    Form(
        "popular.liked",
        "{fans} of the {count} who rated it like it",
        {"fans": NUMBER, "count": PEOPLE},
        "This has {count} raters, at least 20, and {fans} fans: a larger share than of all ratings are likes.",
    ),
    Form(
        "popular.well_known",
        "Well known here: {count} of {people} rated it",
        _COUNTED,
        f"{_RATED_BY} That is at least 5 % of them, and at most 10 % of the catalogue's movies, itself included, have "
        "as many or more.",
    ),
    Form(
        "popular.better_known",
        "Better known than {fewer} of the {rated} you rated",
        {"fewer": NUMBER, "rated": MOVIES},
        "You rated {rated} movies, at least 5; {fewer} of them, more than half, have fewer raters than this.",
        sign=Sign.EITHER,
        is_personal=True,
    ),
    Form(
        "popular.less_known",
        "Less known than {more} of the {rated} you rated",
        {"more": NUMBER, "rated": MOVIES},
        "You rated {rated} movies, at least 5; {more} of them, more than half, have more raters than this.",
        sign=Sign.LOWERS,
        is_personal=True,
    ),
    Form("popular.rated", "Rated by {count} of {people}", _COUNTED, _RATED_BY, Sign.EITHER, is_neutral=True),
    Form("popular.fans", "{fans} like it", {"fans": PEOPLE}, "This has {fans} fans.", Sign.EITHER, is_neutral=True),
    Form(
        "popular.raters",
        "{count} rated it",
        {"count": PEOPLE},
        "This has {count} raters.",
        Sign.EITHER,
        is_neutral=True,
    ),
    Form("popular.neutral", "How well known it is", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

TRENDING: tuple[Form, ...] = (
    Form(
        "trending.place",
        "No. {place} by likes in the year to {until}: {likes}",
        {"place": PLACE, "until": MONTH, "likes": LIKES},
        "{likes} of this movie's fans rated it in the last year, to {until}; {place} - 1 movies have more such "
        "fans; {place} is at most 50.",
    ),
    Form(
        "trending.likes",
        "{likes} in the year to {until}",
        {"likes": LIKES, "until": MONTH},
        "{likes}, at least 1, of this movie's fans rated it in the last year, to {until}.",
    ),
    Form(
        "trending.quiet",
        "Only {ratings} of its {count} came in the year to {until}",
        {"ratings": NUMBER, "count": RATINGS, "until": MONTH},
        "{ratings} of this movie's {count} raters, at least 10, rated it in the last year, to {until}: at "
        "most 5 % of them.",
        sign=Sign.LOWERS,
    ),
    Form(
        "trending.ratings",
        "{ratings} in the year to {until}",
        {"ratings": RATINGS, "until": MONTH},
        "{ratings} of this movie's raters rated it in the last year, to {until}.",
        Sign.EITHER,
        is_neutral=True,
    ),
    Form("trending.neutral", "Recent interest", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

_MEAN_OF_ALL = "This has {count} raters, at least 5, with a mean of {mean}; {overall} is the mean of all ratings"

WELL_RATED: tuple[Form, ...] = (
    Form(
        "well_rated.above",
        "{mean} on average from {count}; over all movies {overall}",
        {"mean": MEAN, "count": PEOPLE, "overall": MEAN},
        f"{_MEAN_OF_ALL}, and less.",
    ),
    Form(
        "well_rated.below",
        "{mean} on average from {count}, under the {overall} of all movies",
        {"mean": MEAN, "count": PEOPLE, "overall": MEAN},
        f"{_MEAN_OF_ALL}, and more.",
        sign=Sign.LOWERS,
    ),
    Form(
        "well_rated.mean",
        "{mean} on average from {count}",
        {"mean": MEAN, "count": PEOPLE},
        "This has {count} raters, at least 1, with a mean of {mean}.",
        Sign.EITHER,
        is_neutral=True,
    ),
    Form("well_rated.neutral", "How others rate it", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

_OF_SEED: Mapping[str, Slot] = {"title": TITLE, "movie_id": MOVIE_ID, "both": NUMBER, "fans": FANS}
_SEED = (
    "{title} is the movie {movie_id} that the list is of; {fans} people are its fans, {both} of them fans of this too"
)

CO_RATED: tuple[Form, ...] = (
    Form(
        "co_rated.share",
        "{percent} of the fans of {title} like it, {base} of everyone",
        {**_OF_SEED, "percent": PERCENT, "base": PERCENT},
        f"{_SEED}: {{percent}}; {{base}}, which is less, is the share of this movie's fans among all people.",
    ),
    Form(
        "co_rated.fans",
        "{both} of the {fans} of {title} like it",
        _OF_SEED,
        f"{_SEED}, a larger share than of all people.",
    ),
    Form(
        "co_rated.times",
        "Liked {times} as often by fans of {title} as by everyone",
        {**_OF_SEED, "times": Slot(SlotKind.TIMES)},
        f"{_SEED}; that share is {{times}}, at least 1.5, the share of this movie's fans among all people.",
    ),
    Form(
        "co_rated.either",
        "Of {either} who like this or {title}, {both} like both",
        {**_OF_SEED, "either": PEOPLE},
        f"{_SEED}, a larger share than of all people; {{either}} people are fans of at least one of the two.",
    ),
    Form(
        "co_rated.few",
        "Only {both} of the {fans} of {title} like it",
        _OF_SEED,
        f"{_SEED}, no larger a share than of all people.",
        sign=Sign.LOWERS,
    ),
    Form("co_rated.neutral", "Fans in common", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

_YEARS: Mapping[str, Slot] = {"year": YEAR, "seed_year": YEAR, "title": TITLE, "movie_id": MOVIE_ID}
_BOTH_YEARS = "This movie's year is {year}, and that of {title}, the movie {movie_id} that the list is of, {seed_year}"

OF_ONE_TIME: tuple[Form, ...] = (
    Form(
        "era.of_one_time",
        "From {year}, as {title} is from {seed_year}",
        _YEARS,
        f"{_BOTH_YEARS}: they differ by 3 at most.",
    ),
    Form(
        "era.of_two_times",
        "From {year}, while {title} is from {seed_year}",
        _YEARS,
        f"{_BOTH_YEARS}: they differ by more than 3.",
        sign=Sign.EITHER,
    ),
)
"""Of two movies' years; the other forms of this code, and the last one, speak of a user."""

SAME_CONTENT: tuple[Form, ...] = (
    Form(
        "same_content.directors_and_keywords",
        "Both by {people}; {keywords}",
        {"people": NAMES, "keywords": NAMES},
        "{people} are directors of both movies, and both have all of {keywords}.",
    ),
    Form("same_content.directors", "Both by {people}", {"people": NAMES}, "{people} are directors of both movies."),
    Form("same_content.cast", "Both with {people}", {"people": NAMES}, "{people} are in the cast of both movies."),
    Form("same_content.keywords", "In both: {keywords}", {"keywords": NAMES}, "Both movies have all of {keywords}."),
    Form("same_content.genres", "Both {genres}", {"genres": NAMES}, "Both movies have all of {genres}."),
    Form("same_content.neutral", "Genres, people and themes", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)
