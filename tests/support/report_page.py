"""A report's page taken apart by a parser of its own, and values of its document found by JSON pointer."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "br", "hr"}


@dataclass
class Element:
    """An element; `text` is what stands directly in it, `inside` the elements."""

    tag: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)
    inside: list["Element"] = field(default_factory=list)

    def all(self, *tags: str) -> list["Element"]:
        """It and all elements in it, in order, of these tags; of every tag if none is given."""
        mine = [self] if not tags or self.tag in tags else []
        return mine + [found for one in self.inside for found in one.all(*tags)]

    def words(self) -> str:
        """All text in it, its own first."""
        return "".join(self.text) + "".join(one.words() for one in self.inside)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].text.append(data)


def parsed(page: str) -> Element:
    """The page as a tree; fails where an element is not closed."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    return reader.open[0]


def at(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document
