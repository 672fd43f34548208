"""Ways to tell what speaks of the user. The words of the claims are defined in `sentences.py`."""

from collections.abc import Mapping

from marquee.contracts.forms import (
    FANS,
    LIKES,
    MEAN,
    MINUTES,
    MOVIE_ID,
    MOVIES,
    NAMES,
    NUMBER,
    PEOPLE,
    PERCENT,
    RATING,
    TITLE,
    YEAR,
    Form,
    Sign,
)
from marquee.contracts.slots import Slot, SlotKind

_CITED: Mapping[str, Slot] = {"rating": RATING, "title": TITLE, "movie_id": MOVIE_ID}
_CITATION = (
    "{title} is the movie {movie_id}, one of your likes, to which you gave {rating}; scored as if you had never rated "
    "it, this comes out lower."
)
_SHARED_FANS = "{fans} people are fans of {title} and {both} of them are fans of this too"

LIKED_SIMILAR: tuple[Form, ...] = (
    Form(
        "liked_similar.fans",
        "You gave {rating} to {title}: {both} of its {fans} like this too",
        {**_CITED, "both": NUMBER, "fans": FANS},
        f"{_CITATION} {_SHARED_FANS}, a larger share than of all people; {{rating}} is at least 4.",
        is_personal=True,
    ),
    Form(
        "liked_similar.share",
        "You gave {rating} to {title}: {percent} of its fans like this, {base} of everyone",
        {**_CITED, "percent": PERCENT, "base": PERCENT, "both": NUMBER, "fans": FANS},
        f"{_CITATION} {_SHARED_FANS}: {{percent}}; {{base}}, which is less, is the share of this movie's fans among "
        "all people; {rating} is at least 4.",
        is_personal=True,
    ),
    Form(
        "liked_similar.two",
        "Because you gave {rating} to {title} and {other_rating} to {other_title}",
        {**_CITED, "other_rating": RATING, "other_title": TITLE, "other_movie_id": MOVIE_ID},
        f"{_CITATION} The same holds of {{other_title}}, the movie {{other_movie_id}}, and {{other_rating}}.",
        is_personal=True,
    ),
    Form(
        "liked_similar.above_usual",
        "You gave {rating} to {title}, over your usual {own}: {both} of its {fans} like this too",
        {**_CITED, "own": MEAN, "both": NUMBER, "fans": FANS},
        f"{_CITATION} {_SHARED_FANS}, a larger share than of all people; {{own}}, your usual, is less than {{rating}}.",
        is_personal=True,
    ),
    Form("liked_similar.rated", "Because you gave {rating} to {title}", _CITED, _CITATION, is_personal=True),
    Form(
        "liked_similar.many",
        "Fans of {more} of your last {likes} like this more than people at large",
        {"more": NUMBER, "likes": LIKES},
        "Of the {likes} newest of your likes, at least 5, {more}, at least half, have fans of whom a larger share than "
        "of all people are fans of this too.",
        is_personal=True,
    ),
    Form(
        "liked_similar.few_fans",
        "Only {fans} among {people} so far",
        {"fans": FANS, "people": PEOPLE},
        "This has {fans} fans, at most 2 % of {people}.",
        sign=Sign.LOWERS,
    ),
    Form("liked_similar.neutral", "Likes shared with other people", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

TASTE_GENRE: tuple[Form, ...] = (
    Form(
        "taste_genre.mean",
        "{genres}: {mean} from you on {count}, over your usual {own}",
        {"genres": NAMES, "mean": MEAN, "count": MOVIES, "own": MEAN},
        "This has all of {genres} (one or two); you rated {count} movies, at least 3, that have all of them, with a "
        "mean of {mean}, which is more than {own}, your usual.",
        is_personal=True,
    ),
    Form(
        "taste_genre.often",
        "{liked} of your {likes} are {genres}",
        {"liked": NUMBER, "likes": LIKES, "genres": NAMES},
        "This has the one genre in {genres}, as {liked} of your {likes} likes do: at least 5 and a quarter of them.",
        is_personal=True,
    ),
    Form(
        "taste_genre.under",
        "{genres}: {mean} from you on {count}, under your usual {own}",
        {"genres": NAMES, "mean": MEAN, "count": MOVIES, "own": MEAN},
        "This has all of {genres} (one or two); you rated {count} movies, at least 3, that have all of them, with a "
        "mean of {mean}, which is less than {own}, your usual.",
        sign=Sign.LOWERS,
        is_personal=True,
    ),
    Form(
        "taste_genre.seldom",
        "Only {liked} of your {likes} are {genres}",
        {"liked": NUMBER, "likes": LIKES, "genres": NAMES},
        "This has the one genre in {genres}, as {liked} of your {likes} likes do: less than 5 % of them.",
        sign=Sign.LOWERS,
        is_personal=True,
    ),
    Form(
        "taste_genre.listed",
        "Its genres: {genres}",
        {"genres": NAMES},
        "This has {genres}, all of its genres or three of them.",
        Sign.EITHER,
        is_neutral=True,
    ),
    Form("taste_genre.neutral", "Its mix of genres", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

_SEEN: Mapping[str, Slot] = {"title": TITLE, "rating": RATING, "movie_id": MOVIE_ID}
_LIKED_ONE = "{title} is the movie {movie_id}, one of your likes, to which you gave {rating}."

TASTE_CONTENT: tuple[Form, ...] = (
    Form(
        "taste_content.directors",
        "By {people}, as is {title}: {rating} from you",
        {"people": NAMES, **_SEEN},
        f"{{people}} are directors of both this and {{title}}. {_LIKED_ONE}",
        is_personal=True,
    ),
    Form(
        "taste_content.director_mean",
        "By {people}: {mean} from you on {count}, over your usual {own}",
        {"people": NAMES, "mean": MEAN, "count": MOVIES, "own": MEAN},
        "The one person in {people} is a director of this, and of {count} movies, at least 2, that you rated with a "
        "mean of {mean}, which is more than {own}, your usual.",
        is_personal=True,
    ),
    Form(
        "taste_content.cast",
        "With {people}, as in {title}: {rating} from you",
        {"people": NAMES, **_SEEN},
        f"{{people}} are in the cast of both this and {{title}}. {_LIKED_ONE}",
        is_personal=True,
    ),
    Form(
        "taste_content.keywords",
        "{keywords}, as in {title}: {rating} from you",
        {"keywords": NAMES, **_SEEN},
        f"Both this and {{title}} have all of {{keywords}}. {_LIKED_ONE}",
        is_personal=True,
    ),
    Form(
        "taste_content.nothing_shared",
        "No director, actor or keyword in common with your {likes}",
        {"likes": LIKES},
        "This has a director, a cast or keywords, and none of them is one of any of your {likes} likes.",
        sign=Sign.LOWERS,
        is_personal=True,
    ),
    Form("taste_content.neutral", "Its people and themes", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

ERA: tuple[Form, ...] = (
    Form(
        "era.since_visit",
        "Came out since your last visit in {visit_year}",
        {"visit_year": YEAR, "year": YEAR},
        "Your newest rating is from {visit_year} (UTC), and this movie's year, {year}, is later.",
        is_personal=True,
    ),
    Form(
        "era.years",
        "{near} of your {likes} came out within 3 years of {year}",
        {"near": NUMBER, "likes": LIKES, "year": YEAR},
        "This movie's year is {year}; of your {likes} likes, {near}, at least 5 and a fifth of all, are of a year that "
        "differs by 3 at most.",
        is_personal=True,
    ),
    Form(
        "era.decade",
        "The {decade}: {mean} from you on {count}, over your usual {own}",
        {"decade": Slot(SlotKind.DECADE), "mean": MEAN, "count": MOVIES, "own": MEAN},
        "This is of the ten years from {decade}; you rated {count} movies of them, at least 5, with a mean of {mean}, "
        "which is more than {own}, your usual.",
        is_personal=True,
    ),
    Form(
        "era.few",
        "Only {near} of your {likes} came out within 3 years of {year}",
        {"near": NUMBER, "likes": LIKES, "year": YEAR},
        "This movie's year is {year}; of your {likes} likes, at least 5, {near}, less than 5 %, are of a year that "
        "differs by 3 at most.",
        sign=Sign.LOWERS,
        is_personal=True,
    ),
    Form(
        "era.decade_under",
        "The {decade}: {mean} from you on {count}, under your usual {own}",
        {"decade": Slot(SlotKind.DECADE), "mean": MEAN, "count": MOVIES, "own": MEAN},
        "This is of the ten years from {decade}; you rated {count} movies of them, at least 5, with a mean of {mean}, "
        "which is less than {own}, your usual.",
        sign=Sign.LOWERS,
        is_personal=True,
    ),
    Form(
        "era.year", "Release year: {year}", {"year": YEAR}, "This movie's year is {year}.", Sign.EITHER, is_neutral=True
    ),
    Form("era.neutral", "When it came out", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

_LENGTHS: Mapping[str, Slot] = {"minutes": MINUTES, "usual": MINUTES}
_USUAL = "This takes {minutes}; the mean of those of your likes whose length is known, at least 5, is {usual}"

RUNTIME: tuple[Form, ...] = (
    Form(
        "runtime.near",
        "{minutes}, near the {usual} of your likes",
        _LENGTHS,
        f"{_USUAL}, which is at most 15 minutes more or less.",
        is_personal=True,
    ),
    Form(
        "runtime.longer",
        "{minutes}, longer than the {usual} of your likes",
        _LENGTHS,
        f"{_USUAL}, which is over 15 minutes less.",
        sign=Sign.LOWERS,
        is_personal=True,
    ),
    Form(
        "runtime.shorter",
        "{minutes}, shorter than the {usual} of your likes",
        _LENGTHS,
        f"{_USUAL}, which is over 15 minutes more.",
        sign=Sign.LOWERS,
        is_personal=True,
    ),
    Form(
        "runtime.length",
        "Length: {minutes}",
        {"minutes": MINUTES},
        "This takes {minutes}.",
        Sign.EITHER,
        is_neutral=True,
    ),
    Form("runtime.neutral", "Its length", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)

PROFILE: tuple[Form, ...] = (
    Form("profile.neutral", "How you rate in general", {}, "Nothing.", Sign.EITHER, is_neutral=True),
)
