"""Files and bodies of others, read row by row: MovieLens and TMDB."""
