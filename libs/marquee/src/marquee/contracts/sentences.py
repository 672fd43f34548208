"""Every sentence that a reason can be told in, as data, each with the one claim that must hold where it is told.

What the claims speak of:

- *People* are the users with at least one rating that the model was fitted on: all ratings up to `model_as_of`, the
  newest one per user and movie, of movies in the model's catalogue. `{people}` is their number. In the popular list
  that the gateway answers without a ranker, they are those of its own copy, now.
- A movie's *raters* are the people who rated it, its *fans* those who gave it 4 stars or more.
- *The last year* are the 365 days up to and including the newest of these ratings, whose month is `{until}`: a rating
  is in it if it is younger than 365 x 86,400 seconds before that one.
- *You* are the ratings that were ranked with, now: the whole history, the newest rating per movie, of movies in the
  catalogue; with a request's overrides, or a guest's own. Your *usual* is their mean.
- *Your likes* are your ratings of at least min(4, max(3, your usual + 0.75)) stars: 4 for most, less for the strict.
- A movie's year is MovieLens's, else TMDB's; its genres are MovieLens's without IMAX and "(no genres listed)", and if
  it has none, TMDB's; directors, cast (the first five), keywords and runtime are TMDB's.
- "This" is the movie of the card. Means are rounded to one decimal, percentages and minutes to whole numbers.
"""

from collections.abc import Mapping

from marquee.contracts.forms import Form
from marquee.contracts.movie_forms import CO_RATED, OF_ONE_TIME, POPULAR, SAME_CONTENT, TRENDING, WELL_RATED
from marquee.contracts.personal_forms import ERA, LIKED_SIMILAR, PROFILE, RUNTIME, TASTE_CONTENT, TASTE_GENRE

ALL: tuple[Form, ...] = (
    *LIKED_SIMILAR, *TASTE_GENRE, *TASTE_CONTENT, *POPULAR, *TRENDING, *WELL_RATED, *OF_ONE_TIME, *ERA, *RUNTIME,
    *PROFILE, *CO_RATED, *SAME_CONTENT,
)  # fmt: skip
FORMS: Mapping[str, Form] = {form.id: form for form in ALL}
"""Every form by its id."""
