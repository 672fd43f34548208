"""Colours as the browser painted them, and their contrast as WCAG 2 defines it."""

import base64
from collections.abc import Sequence

from playwright.sync_api import Locator, Page


def differs(page: Page, shown: Locator, at: float, elsewhere: float | None) -> bool:
    """Whether two places along the middle of an element, as fractions of its width, contrast by at least 3 to 1.

    Without a second place the ground three pixels below the element is compared.
    """
    shown.scroll_into_view_if_needed()
    box = shown.bounding_box()
    assert box is not None
    picture = base64.b64encode(
        page.screenshot(
            clip={"x": box["x"], "y": box["y"] - 8, "width": box["width"], "height": box["height"] + 16},
            animations="disabled",
        )
    ).decode()
    middle = 8 + box["height"] / 2
    places = [(at * box["width"], middle)]
    places.append((places[0][0], box["height"] + 12) if elsewhere is None else (elsewhere * box["width"], middle))
    one, other = page.evaluate(COLOURS, [picture, places])
    return contrast(one, other) >= 3


COLOURS = """async ([picture, places]) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + picture;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return places.map(([x, y]) => [...context.getImageData(Math.floor(x), Math.floor(y), 1, 1).data]);
}"""


def styled_contrast(shown: Locator, property_: str) -> float:
    """The contrast of a computed colour, which may let the ground through, with the ground under the element."""
    colour, ground = shown.evaluate(PAINTED, property_)
    return contrast(colour, ground)


PAINTED = """(element, property) => {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = colour => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const grounds = [];
  for (let at = element.parentElement; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
  const ground = grounds.map(paint).at(-1);
  return [paint(getComputedStyle(element).getPropertyValue(property)), ground];
}"""


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(rgba: Sequence[int]) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in rgba[:3])]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
