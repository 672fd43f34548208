"""How many rankings the gateway has answered lately."""

from dataclasses import dataclass, field

from marquee.contracts.pipeline_bodies import RankingFigures
from marquee.http.recent import RecentCount


@dataclass(frozen=True, slots=True)
class RankingsAnswered:
    """Counted as they are answered."""

    every: RecentCount = field(default_factory=RecentCount)
    popular: RecentCount = field(default_factory=RecentCount)

    def note(self, *, is_popular: bool = False) -> None:
        """One was answered; `is_popular`: without the ranker."""
        self.every.add(1)
        if is_popular:
            self.popular.add(1)

    def figures(self) -> RankingFigures:
        return RankingFigures(answered=self.every.reading(), popular=self.popular.reading().count)
