"""The gateway's search beside other engines, on the real catalogue and on one of 87,000 titles.

    .venv/bin/python ci/search_bench.py [--movies 9742 87000] [--engines marquee rapidfuzz tantivy]

Each engine is measured in a process of its own, with one thread: how long it takes to build, the memory that it
adds, and 2,400 queries; and of the table of searches (tests/support/searches.tsv), how many find what they mean.
`tantivy` needs that package (`pip install tantivy`). It needs the data of CONTRIBUTING.md.
"""

import argparse
import gc
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.large_catalogue import enlarged
from support.real_data import real_data
from support.real_search import Movie, Popularity, real_movies, searches

QUERIES = 2_400
PAGE = 20
Engine = Callable[[str], list[int]]
"""A query's movies, best first: one page of them."""


def marquee(movies: Sequence[Movie]) -> Engine:
    """What the gateway does."""
    from support.real_search import search_index

    index, popularity = search_index(movies), Popularity.of(movies)
    return lambda query: [hit.movie_id for hit in islice(index.search(query, popularity), PAGE)]


def rapidfuzz(movies: Sequence[Movie]) -> Engine:
    """Every title and name compared with the query, the well-known first among equals."""
    from rapidfuzz import fuzz, process

    from gateway.titles import words

    texts: list[str] = []
    ids: list[int] = []
    for movie in movies:
        names = (*movie.names.directors, *movie.names.cast)
        for text in (*movie.titles, *names):
            texts.append(" ".join(words(text)))
            ids.append(movie.movie_id)
    ratings = {movie.movie_id: movie.ratings for movie in movies}

    def search(query: str) -> list[int]:
        found = process.extract(" ".join(words(query)), texts, scorer=fuzz.WRatio, score_cutoff=60, limit=100)
        best = sorted(found, key=lambda hit: -(hit[1] / 10 + np.log1p(ratings[ids[hit[2]]])))
        return list(dict.fromkeys(ids[at] for _, _, at in best))[:PAGE]

    return search


def tantivy(movies: Sequence[Movie]) -> Engine:
    """Fuzzy terms, all of which must occur, the last one a prefix; the first 200 by BM25 ordered by popularity too."""
    import tantivy as engine

    from gateway.titles import words

    schema = engine.SchemaBuilder()
    schema.add_text_field("text", stored=False)
    schema.add_integer_field("id", stored=True)
    schema.add_integer_field("ratings", stored=True)
    index = engine.Index(schema.build())
    writer = index.writer(num_threads=1)
    for movie in movies:
        known = (*movie.titles, *movie.names.directors, *movie.names.cast, str(movie.year or ""))
        text = " ".join(" ".join(words(each)) for each in known)
        writer.add_document(engine.Document(text=text, id=movie.movie_id, ratings=movie.ratings))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher, fields = index.searcher(), index.schema

    def hits(wanted: Sequence[str], *, is_typo: bool) -> list[int]:
        must = []
        for at, word in enumerate(wanted):
            is_last = at == len(wanted) - 1
            distance = (1 if len(word) < 8 else 2) if is_typo and len(word) >= 4 else 0
            exact = engine.Query.term_query(fields, "text", word)
            kinds = [(engine.Occur.Should, exact)]
            if distance or is_last:
                fuzzy = engine.Query.fuzzy_term_query(fields, "text", word, distance=distance, prefix=is_last)
                kinds.append((engine.Occur.Should, fuzzy))
            must.append((engine.Occur.Must, engine.Query.boolean_query(kinds)))
        if not must:
            return []
        found = searcher.search(engine.Query.boolean_query(must), limit=200).hits
        documents = [(score, searcher.doc(at)) for score, at in found]
        best = sorted((-score - np.log1p(movie["ratings"][0]), movie["id"][0]) for score, movie in documents)
        return [movie_id for _, movie_id in best][:PAGE]

    def search(query: str) -> list[int]:
        wanted = words(query)
        return hits(wanted, is_typo=False) or hits(wanted, is_typo=True)

    return search


ENGINES: dict[str, Callable[[Sequence[Movie]], Engine]] = {
    "marquee": marquee, "rapidfuzz": rapidfuzz, "tantivy": tantivy,
}  # fmt: skip


def queries(movies: Sequence[Movie], count: int, *, seed: int = 1) -> list[tuple[str, int]]:
    """What people may type, and the movie that they mean: half of them well-known movies, half any."""
    rng = random.Random(seed)
    known = [movie for movie in movies if movie.ratings >= 20]
    made = []
    for number in range(count):
        movie = rng.choice(known if number % 2 else movies)
        title = movie.titles[0]
        makers: list[Callable[[], str]] = [
            lambda title=title: title[: rng.randint(1, 12)],
            lambda title=title: title,
            lambda title=title: mistyped(rng, title),
            lambda title=title: " ".join(rng.sample(title.split(), min(2, len(title.split())))),
            lambda title=title: "".join(title.split()[:2]),
            lambda movie=movie, title=title: f"{title} {movie.year}",
            lambda movie=movie, title=title: rng.choice(movie.names.directors or (title,)).split()[-1],
        ]
        made.append((makers[number // 2 % len(makers)](), movie.movie_id))
    return made


def mistyped(rng: random.Random, text: str) -> str:
    """With one letter dropped, doubled, changed or swapped with the next one."""
    at = rng.randrange(max(1, len(text) - 1))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[: at + 1] + text[at:]
    if kind == 2:
        return text[:at] + rng.choice("aeioust") + text[at + 1 :]
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def measure(name: str, count: int) -> dict[str, object]:
    """One engine on one catalogue; milliseconds are of processor time."""
    movies = enlarged(real_movies(real_data()), count)
    gc.collect()
    before = resident_mib()
    begun = time.process_time()
    engine = ENGINES[name](movies)
    build_s = time.process_time() - begun
    gc.collect()
    added = resident_mib() - before
    took_ms, ranks = [], []
    for query, meant in queries(movies, QUERIES):
        begun = time.process_time()
        found = engine(query)
        took_ms.append((time.process_time() - begun) * 1_000)
        ranks.append(1 / (1 + found.index(meant)) if meant in found else 0.0)
    found_in_table = sum(map(table_checker(engine, movies), searches()))
    p50, p99 = np.percentile(took_ms, (50, 99))
    return {
        "engine": name, "movies": len(movies), "build_s": round(build_s, 1), "memory_mib": round(added),
        "p50_ms": round(float(p50), 2), "p99_ms": round(float(p99), 1), "max_ms": round(max(took_ms), 1),
        "table": f"{found_in_table} of {len(searches())}", "mrr": round(float(np.mean(ranks)), 3),
    }  # fmt: skip


def table_checker(engine: Engine, movies: Iterable[Movie]) -> Callable[..., bool]:
    by_id = {movie.movie_id: (movie.titles[0], movie.year) for movie in movies}
    return lambda each: (each.title, each.year) in [by_id[m] for m in engine(each.query)[: each.within]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--movies", type=int, nargs="+", default=[9_742, 87_000])
    parser.add_argument("--engines", nargs="+", default=["marquee", "rapidfuzz", "tantivy"], choices=sorted(ENGINES))
    parser.add_argument("--one", nargs=2, metavar=("ENGINE", "MOVIES"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        sys.stdout.write(json.dumps(measure(args.one[0], int(args.one[1]))) + "\n")
        return
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for count in args.movies:
        for name in args.engines:
            command = [sys.executable, __file__, "--one", name, str(count)]
            answer = subprocess.run(command, env=env, check=False, capture_output=True, text=True)  # noqa: S603  # ours
            sys.stdout.write(answer.stdout or f"{name}: {answer.stderr.strip().splitlines()[-1]}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
