"""How a form is answered: every answer follows from one number, the plainest from zero."""

from dataclasses import dataclass

from tests.trust import world
from tests.trust.browsing import Form
from tests.trust.snapshot import OrderRow


@dataclass
class Dice:
    """A number that answers several questions, one after the other."""

    value: int

    def take(self, sides: int) -> int:
        self.value, side = divmod(self.value, sides)
        return side


def filled(form: Form, dice: Dice, owner: str, order: OrderRow | None) -> dict[str, str]:
    """What is sent: what the page keeps, and an answer to each of its questions."""
    fields = dict(form.kept)
    for name in form.texts:
        fields[name] = _text(name, dice, owner, order)
    for name, values in form.choices.items():
        # On the company step a list is only offered beside the questions.
        beside = name == "organization" and "company_name" in form.texts
        if values and not (beside and dice.take(2)):
            fields[name] = values[dice.take(len(values))]
    for name in form.ticks:
        if dice.take(8) != 7 if name == "confirm" else dice.take(4) == 3:
            fields[name] = "y"
    for name, values in form.buttons.items():
        fields[name] = values[dice.take(len(values))]
    return fields


def _text(name: str, dice: Dice, owner: str, order: OrderRow | None) -> str:
    own = owner.partition(" ")[0]
    if name == "admin_email":
        likely = [world.NORA, world.CAROL, world.DORA, own]
        others = own in (*world.PARTNERS, world.ALICE)
        choices = (likely * 4 if others else likely[::-1] * 2) + list(world.PEOPLE)
        return choices[dice.take(len(choices))]
    if name == "company_name":
        stored = order.company_name if order else ""
        choices = ["Acme", stored or "Acme"] * 2 + list(world.COMPANIES)
        return choices[dice.take(len(choices))]
    if name == "contact_email":
        return [own, own, *world.PEOPLE][dice.take(2 + len(world.PEOPLE))]
    if name == "number":
        return f"7001{dice.take(3)}"
    return ("", "Please.")[dice.take(2)]
