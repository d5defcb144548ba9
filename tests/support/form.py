"""A form of a page, filled in as a person does it: only with what the page offers."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bs4 import Tag

from tests.support.page_rules import words

if TYPE_CHECKING:
    from tests.support.page_client import Page

LINE_END = re.compile(r"\r\n|\r|\n")
BUTTONS = "button:not([type=button], [type=reset]), input[type=submit]"


class Form:
    """`page.form().fill(company_name="Acme").submit("Continue")` ends at the page that follows."""

    def __init__(self, page: "Page", element: Tag) -> None:
        self.page = page
        self.element = element
        self.forged: dict[str, str] = {}

    def fill(self, **fields: str | bool) -> "Form":
        """Type text, choose a radio or an option by its value, tick a box with True or False."""
        for name, value in fields.items():
            controls = [c for c in self._controls() if c.get("name") == name]
            assert controls, f"{self.page.way}: no field {name!r}, only {sorted(self.values)}"
            self._set(name, controls, value)
        return self

    def choose(self, label: str) -> "Form":
        """Choose the radio button or tick the box whose label begins with `label`."""
        found = [
            control
            for control in self._controls()
            if control.get("type") in ("radio", "checkbox")
            and any(text.startswith(label) for text in self._labels(control))
        ]
        assert len(found) == 1, f"{self.page.way}: {len(found)} choices say {label!r}"
        if found[0]["type"] == "radio":
            return self.fill(**{str(found[0]["name"]): str(found[0].get("value", "on"))})
        found[0]["checked"] = ""
        return self

    def forge(self, **fields: str) -> "Form":
        """Send values the page does not offer, as somebody with their own tools would."""
        self.forged.update(fields)
        return self

    @property
    def values(self) -> dict[str, str]:
        """What would be sent now, without a button; of a repeated name, the last."""
        return dict(self._entries(None))

    @property
    def buttons(self) -> list[str]:
        """What the buttons say."""
        return [_says(button) for button in self._buttons()]

    def submit(
        self, button: str | None = None, *, status: int = 200, fragment: bool = False
    ) -> "Page":
        """Press the button with that text or value, by default the first one, as Enter does."""
        pressed = self._pressed(button)
        entries = self._entries(pressed)
        says = {**self.element.attrs, **(pressed.attrs if pressed is not None else {})}
        method = str(says.get("formmethod", says["method"])).upper()
        action = str(says.get("formaction", says["action"]))
        if method == "GET":
            return self.page.submit(
                method, f"{action.partition('?')[0]}?{urlencode(entries)}", None, status, fragment
            )
        return self.page.submit(method, action, entries, status, fragment)

    def _controls(self) -> list[Tag]:
        inside = self.element.select("input, select, textarea, button")
        own: list[Tag] = [control for control in inside if "form" not in control.attrs]
        if "id" in self.element.attrs:
            own += self.page.select(f'[form="{self.element["id"]}"]')
        return [control for control in own if not _is_disabled(control)]

    def _buttons(self) -> list[Tag]:
        return [c for c in self._controls() if c.css.match(BUTTONS)]

    def _pressed(self, button: str | None) -> Tag | None:
        offered = self._buttons()
        if button is None:
            return offered[0] if offered else None
        found = [b for b in offered if button in (_says(b), b.get("value"))]
        assert len(found) == 1, (
            f"{self.page.way}: {len(found)} buttons {button!r} in {self.buttons}"
        )
        return found[0]

    def _labels(self, control: Tag) -> list[str]:
        around = control.find_parent("label")
        labels = self.page.select(f'label[for="{control["id"]}"]') if control.get("id") else []
        return [words(label) for label in [*labels, *([around] if around else [])]]

    def _set(self, name: str, controls: list[Tag], value: str | bool) -> None:
        first = controls[0]
        kind = str(first.get("type", first.name))
        if kind == "checkbox":
            assert isinstance(value, bool), f"{name} is a box to tick: say True or False"
            first.attrs.pop("checked", None)
            if value:
                first["checked"] = ""
        elif kind in ("radio", "select"):
            offered = controls if kind == "radio" else first.select("option")
            values = [str(choice.get("value", words(choice))) for choice in offered]
            assert value in values, f"{self.page.way}: {name} offers {values}, not {value!r}"
            mark = "checked" if kind == "radio" else "selected"
            for choice, its_value in zip(offered, values, strict=True):
                choice.attrs.pop(mark, None)
                if its_value == value:
                    choice[mark] = ""
        elif first.name == "textarea":
            first.string = str(value)
        else:
            assert kind not in ("hidden", "submit", "button"), f"nobody types into {name}: forge it"
            first["value"] = str(value)

    def _entries(self, pressed: Tag | None) -> list[tuple[str, str]]:
        entries: list[tuple[str, str]] = []
        for control in self._controls():
            name, value = str(control.get("name", "")), _value(control, pressed)
            if name and value is not None and name not in self.forged:
                entries.append((name, LINE_END.sub("\r\n", value)))
        return entries + list(self.forged.items())


def _says(button: Tag) -> str:
    return words(button) if button.name == "button" else str(button.get("value", ""))


def _is_disabled(control: Tag) -> bool:
    return "disabled" in control.attrs or control.find_parent("fieldset", disabled=True) is not None


def _value(control: Tag, pressed: Tag | None) -> str | None:
    """What a control adds to the form's data; None when nothing."""
    kind = str(control.get("type", control.name))
    if control.name == "button" or kind in ("submit", "button", "reset", "image"):
        return str(control.get("value", "")) if control is pressed else None
    if kind in ("radio", "checkbox"):
        return str(control.get("value", "on")) if "checked" in control.attrs else None
    if kind == "select":
        options = control.select("option")
        chosen = [o for o in options if "selected" in o.attrs] or options[:1]
        return str(chosen[-1].get("value", words(chosen[-1]))) if chosen else None
    if kind == "textarea":
        return control.get_text()
    return str(control.get("value", ""))
