"""Small MovieLens directories; a test names only the lines it is about."""

from collections.abc import Sequence
from pathlib import Path

MOVIES = ("1,Toy Story (1995),Animation|Comedy", '2,"Matrix, The (1999)",Action|Sci-Fi', "3,Babylon 5,Sci-Fi")
LINKS = ("1,0114709,862", "2,0133093,603", "3,0105946,")
RATINGS = ("1,1,4.0,964982703", "1,2,5.0,964982931", "2,1,3.5,1445714835")


def a_directory(
    folder: Path,
    *,
    ratings: Sequence[str | bytes] = RATINGS,
    movies: Sequence[str | bytes] = MOVIES,
    links: Sequence[str | bytes] | None = LINKS,
    line_end: str = "\n",
) -> Path:
    """movies.csv, ratings.csv and links.csv with the usual headers before the lines given."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "movies.csv", ["movieId,title,genres", *movies], line_end)
    write(folder / "ratings.csv", ["userId,movieId,rating,timestamp", *ratings], line_end)
    if links is not None:
        write(folder / "links.csv", ["movieId,imdbId,tmdbId", *links], line_end)
    return folder


def write(path: Path, lines: Sequence[str | bytes], line_end: str = "\n", encoding: str = "utf-8") -> None:
    whole = [line if isinstance(line, bytes) else line.encode(encoding) for line in lines]
    path.write_bytes(b"".join(line + line_end.encode() for line in whole))
