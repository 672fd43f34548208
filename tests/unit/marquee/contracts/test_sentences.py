"""Sentences as data: every form can be told, says what it claims, and every code has one that claims nothing."""

from string import Formatter

import pytest

from marquee.contracts.forms import Form, Sign
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.sentences import ALL, FORMS
from marquee.contracts.slots import Slot, SlotKind, SlotValue

EXAMPLES: dict[SlotKind, SlotValue] = {
    SlotKind.TITLE: "Guardians of the Galaxy 2",
    SlotKind.MOVIE_ID: 112_852,
    SlotKind.STARS: 4.5,
    SlotKind.MEAN: 4.0,
    SlotKind.COUNT: 1_234,
    SlotKind.PLACE: 3,
    SlotKind.PERCENT: 55,
    SlotKind.TIMES: 2.5,
    SlotKind.YEAR: 2017,
    SlotKind.DECADE: 1990,
    SlotKind.MONTH: "2018-09",
    SlotKind.MINUTES: 141,
    SlotKind.NAMES: ["Crime", "Drama", "Thriller"],
}
_NAMES, _COUNT = Slot(SlotKind.NAMES), Slot(SlotKind.COUNT)
READ = {
    SlotKind.STARS: "★4.5",
    SlotKind.MEAN: "★4.0",
    SlotKind.COUNT: "1,234",
    SlotKind.PLACE: "3",
    SlotKind.PERCENT: "55 %",
    SlotKind.TIMES: "2.5 times",
    SlotKind.YEAR: "2017",
    SlotKind.DECADE: "1990s",
    SlotKind.MONTH: "Sep 2018",
    SlotKind.MINUTES: "2 h 21 min",
    SlotKind.NAMES: "Crime, Drama and Thriller",
}


@pytest.mark.parametrize("form", ALL, ids=lambda form: str(form.id))
def test_every_form_is_told_with_all_that_its_template_names(form: Form) -> None:
    text = form.text({name: EXAMPLES[slot.kind] for name, slot in form.slots.items()})

    named = {name for _, name, _, _ in Formatter().parse(form.template) if name}
    assert named <= form.slots.keys()
    assert text
    assert not {"{", "}", "None"} & set(text.split())
    for name in named & {n for n, slot in form.slots.items() if slot.kind in READ}:
        assert READ[form.slots[name].kind].lower() in text.lower(), name


@pytest.mark.parametrize("form", ALL, ids=lambda form: str(form.id))
def test_a_form_prints_its_template_with_every_slot_in_its_place(form: Form) -> None:
    slots = {name: EXAMPLES[slot.kind] for name, slot in form.slots.items()}

    plain = form.template.format(**{name: slot.text(slots[name]) for name, slot in form.slots.items()})
    assert form.text(slots) == plain[0].upper() + plain[1:]
    assert form.is_personal_evidence == (form.is_personal and not form.is_neutral)


def test_a_template_may_have_a_percent_sign_and_begin_with_a_slot() -> None:
    form = Form("popular.share", "{names}: 5 % of {count}, {names}", {"names": _NAMES, "count": _COUNT}, "")

    assert form.text({"names": ["crime"], "count": 1_200}) == "Crime: 5 % of 1,200, crime"
    with pytest.raises(KeyError):
        form.text({"names": ["crime"]})


@pytest.mark.parametrize("form", ALL, ids=lambda form: str(form.id))
def test_a_claim_speaks_of_every_slot_of_the_template(form: Form) -> None:
    hidden = {name for name, slot in form.slots.items() if slot.kind in (SlotKind.TITLE, SlotKind.MOVIE_ID)}
    claimed = {name for _, name, _, _ in Formatter().parse(form.claim) if name}

    named = {name for _, name, _, _ in Formatter().parse(form.template) if name}
    assert named - hidden <= claimed <= form.slots.keys()
    assert form.claim.endswith(".")


def test_ids_are_distinct_and_every_code_ends_in_a_form_without_a_claim_for_both_signs() -> None:
    assert len(FORMS) == len(ALL)
    for code in ReasonCode:
        last = [form for form in ALL if form.code is code][-1]
        assert (last.slots, last.is_neutral, last.sign) == ({}, True, Sign.EITHER), code


def test_a_title_that_ends_in_a_digit_stays_apart_from_the_stars() -> None:
    cited: dict[str, SlotValue] = {"rating": 4.0, "title": "Apollo 13", "movie_id": 150}

    told = FORMS["liked_similar.fans"].text({**cited, "both": 73, "fans": 150})
    assert told == "You gave ★4 to Apollo 13: 73 of its 150 fans like this too"
    assert FORMS["taste_content.cast"].text({**cited, "people": ["Tom Hanks"]}) == (
        "With Tom Hanks, as in Apollo 13: ★4 from you"
    )


@pytest.mark.parametrize(
    ("slot", "value", "text"),
    [
        (Slot(SlotKind.COUNT, "person", "people"), 1, "1 person"),
        (Slot(SlotKind.COUNT, "person", "people"), 0, "0 people"),
        (Slot(SlotKind.MINUTES), 120, "2 h"),
        (Slot(SlotKind.MINUTES), 45, "45 min"),
        (Slot(SlotKind.NAMES), ["Crime"], "Crime"),
        (Slot(SlotKind.NAMES), ["Crime", "Drama"], "Crime and Drama"),
        (Slot(SlotKind.MEAN), 3.96, "★4.0"),
    ],
)
def test_values_read_as_english(slot: Slot, value: SlotValue, text: str) -> None:
    assert slot.text(value) == text


def test_a_number_where_a_title_belongs_is_an_error() -> None:
    with pytest.raises(TypeError):
        Slot(SlotKind.TITLE).text(13)
