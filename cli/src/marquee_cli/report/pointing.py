"""Values of a JSON document as HTML that says where in the document each of them stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

Key = str | int


@dataclass(frozen=True, slots=True)
class At:
    """A place in a document, as a JSON pointer (RFC 6901) names it. Nothing gets onto the page but through it."""

    document: Mapping[str, Any]
    path: tuple[Key, ...] = ()

    def __truediv__(self, key: Key) -> "At":
        return At(self.document, (*self.path, key))

    @property
    def value(self) -> Any:
        """What stands there; None where nothing does."""
        found: Any = self.document
        for key in self.path:
            if isinstance(found, Mapping):
                found = found.get(str(key))
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                return None
        return found

    @property
    def pointer(self) -> str:
        return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in self.path)

    def number(self, form: str = ".3f") -> str:
        """The number in a form of `format`, with all its digits as the element's value; a dash where there is none."""
        if self.value is None:
            return "–"
        text = format(self.value, form).replace("-", "−")
        return f'<data data-of="{escape(self.pointer)}" value="{self.value}">{text}</data>'

    def interval(self, form: str = ".3f") -> str:
        """A mean with its interval."""
        if self.value is None:
            return "–"
        mean, low, high = (str((self / key).number(form)) for key in ("mean", "low", "high"))
        return f"{mean} <small>[{low}, {high}]</small>"

    def moment(self) -> str:
        """Unix milliseconds as a time in UTC; a dash where there is none."""
        if self.value is None:
            return "–"
        at = datetime.fromtimestamp(self.value / 1_000, UTC)
        shown = at.strftime("%Y-%m-%d %H:%M:%S")
        return f'<time data-of="{escape(self.pointer)}" datetime="{at.isoformat()}">{shown}</time>'

    def words(self) -> str:
        """The text."""
        text = "" if self.value is None else str(self.value)
        return f'<span data-of="{escape(self.pointer)}">{escape(text)}</span>'

    def key(self) -> str:
        """The last part of the path, which is a name in the document."""
        return f'<span data-key="{escape(self.pointer)}">{escape(str(self.path[-1]))}</span>'
