"""The house: which room may use which, how long a module gets, no code in templates."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
LONGEST = 300


class Room(NamedTuple):
    """What may be imported, by beginnings of module names; the standard library always may."""

    rooms: set[str]
    libraries: set[str]


TEXT = {"anyascii", "rapidfuzz", "email_validator", "publicsuffixlist"}
DATABASE = {"peewee", "playhouse", "apsw", "psycopg"}
WEB = {
    "flask", "flask_babel", "flask_wtf", "itsdangerous", "wtforms", "werkzeug", "jinja2",
    "markupsafe", "babel",
}  # fmt: skip
LETTERS = {
    "flask", "flask_mail", "flask_babel", "jinja2", "markupsafe", "css_inline", "babel", "dkim",
}  # fmt: skip
BELOW_THE_PAGES = {"provisioning", "matching", "records", "config"}
EVERYTHING = BELOW_THE_PAGES | {"views", "mail", "commands"}

# The most exact name decides: mail.outbox for itself, mail for the rest of it.
HOUSE = {
    "app": Room(EVERYTHING, WEB | {"flask_mail"}),
    "commands": Room(EVERYTHING, {"flask", "click", "gunicorn", "werkzeug"}),
    "config": Room(set(), set()),
    "views": Room({"views", "mail.outbox", *BELOW_THE_PAGES}, WEB),
    "views.api": Room({"views", *BELOW_THE_PAGES}, WEB | {"pydantic"}),
    "provisioning": Room({"mail.outbox", "mail.tokens", *BELOW_THE_PAGES}, set()),
    "provisioning.journey": Room({"matching"}, set()),
    "matching": Room({"matching"}, TEXT),
    "records": Room({"records"}, DATABASE),
    "mail": Room({"mail", "records", "matching", "config"}, LETTERS),
    "mail.outbox": Room({"records"}, set()),
    "mail.tokens": Room(set(), set()),
}
# A view asks provisioning or a verb of records; it writes no query of its own.
QUERIES = {
    "select", "where", "get_or_none", "get_by_id", "get_or_create", "insert", "create",
    "insert_many", "delete_instance", "save", "execute", "execute_sql", "atomic",
}  # fmt: skip
CODE_IN_HTML = re.compile(
    r"""<style\b | \sstyle= | <script\b(?![^>]*\ssrc=) | \s(?:data-)?hx-on\b | \son[a-z]+=
    | (?:href|src|action)\s*=\s*["']?\s*javascript:""",
    re.IGNORECASE | re.VERBOSE,
)

# What leads from a row to an organization: a page gets what matching/disclosure.py shows of it.
TO_ORGANIZATIONS = {
    f"{name}{key}"
    for name in ("organization", "partner_organization", "managed_by")
    for key in ("", "_id")
} | {"offered"}


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    """(module name, file) of everything that is the product."""
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if not parts[0].startswith(".") and parts[0] not in ("tests", "bench", "instance"):
            yield ".".join(parts).removesuffix(".__init__"), path


def imported(name: str, path: Path) -> set[str]:
    """Full names of what a module imports, wherever in it the import stands."""
    found: set[str] = set()
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return found


def within(name: str, allowed: set[str]) -> bool:
    return any(f"{name}.".startswith(f"{beginning}.") for beginning in allowed)


def room_of(name: str) -> Room | None:
    fitting = [room for room in HOUSE if within(name, {room})]
    return HOUSE[max(fitting, key=len)] if fitting else None


def wrong_imports(root: Path) -> list[str]:
    """Each module of no room, and each import that its room does not allow."""
    problems = []
    ours = {name.partition(".")[0] for name, _path in modules(root)}
    for name, path in modules(root):
        room = room_of(name)
        if room is None:
            problems.append(f"{name} is in no room of the house")
            continue
        for target in sorted(imported(name, path)):
            top = target.partition(".")[0]
            allowed = room.rooms if top in ours else room.libraries | sys.stdlib_module_names
            if not within(target, allowed) and target != f"{name}.{target.rpartition('.')[2]}":
                problems.append(f"{name} imports {target}")
    return problems


def queries_in_views(root: Path) -> list[str]:
    return [
        f"{name}:{node.lineno} calls {node.func.attr}()"
        for name, path in modules(root)
        if within(name, {"views"})
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in QUERIES
    ]


def long_modules(root: Path) -> list[str]:
    lengths = {name: len(path.read_text().splitlines()) for name, path in modules(root)}
    return [f"{name} has {n} lines" for name, n in lengths.items() if n > LONGEST]


def code_in_templates(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}: {found[0].strip()}"
        for folder in ("partials", "mail")
        for path in sorted((root / folder).rglob("*.html"))
        if (found := CODE_IN_HTML.search(path.read_text()))
    ]


def organizations_in_templates(root: Path) -> list[str]:
    templates = Environment(extensions=["jinja2.ext.i18n"])
    return [
        f"{path.relative_to(root)} reaches {name}"
        for path in sorted((root / "partials").rglob("*.html"))
        for name in sorted(_reached(templates.parse(path.read_text())) & TO_ORGANIZATIONS)
    ]


def _reached(template: nodes.Template) -> set[str]:
    """The attributes that a template looks up, by whichever way of writing it."""
    plain = {found.attr for found in template.find_all(nodes.Getattr)}
    bracketed = [found.arg for found in template.find_all(nodes.Getitem)]
    filtered = [
        given
        for found in template.find_all(nodes.Filter)
        for given in (*found.args, *(keyword.value for keyword in found.kwargs))
    ]
    texts = [node.value for node in bracketed + filtered if isinstance(node, nodes.Const)]
    return plain | {part for text in texts for part in str(text).split(".")}


CHECKS = [
    wrong_imports, queries_in_views, long_modules, code_in_templates, organizations_in_templates,
]  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_the_house_is_in_order(check):
    problems = check(ROOT)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("matching/names.py", "import flask"),
        ("matching/names.py", "def late():\n    import peewee"),
        ("matching/names.py", "from records import clock"),
        ("matching/names.py", "from ..records import clock"),
        ("records/tables.py", "import matching.rules"),
        ("records/tables.py", "from flask import g"),
        ("provisioning/journey.py", "from records import clock"),
        ("provisioning/journey.py", "import peewee"),
        ("provisioning/links.py", "from views import start"),
        ("provisioning/links.py", "from mail import letters"),
        ("mail/outbox.py", "from mail.letters import launch"),
        ("mail/delivery.py", "from provisioning import links"),
        ("views/start.py", "from peewee import fn"),
        ("views/start.py", "import app"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path, file, text):
    write(tmp_path, {file: text})
    (problem,) = wrong_imports(tmp_path)
    assert problem.startswith(file.removesuffix(".py").replace("/", ".") + " imports ")


@pytest.mark.parametrize(
    ("check", "file", "text", "found"),
    [
        (wrong_imports, "helpers/text.py", "", "helpers.text is in no room of the house"),
        (queries_in_views, "views/a.py", "Order.select()", "views.a:1 calls select()"),
        (long_modules, "config.py", "\n" * 301, "config has 301 lines"),
        (code_in_templates, "partials/a.html", '<p style="x">', "partials/a.html: style="),
        (code_in_templates, "partials/a.html", "<script>", "partials/a.html: <script"),
        (code_in_templates, "mail/a/body.html", "<p onclick=x>", "mail/a/body.html: onclick="),
        *(
            (organizations_in_templates, "partials/a.html", text, f"partials/a.html reaches {name}")
            for text, name in [
                ("{{ order.organization.name }}", "organization"),
                ("{{ order.organization_id }}", "organization_id"),
                ("{{ order['organization'].name }}", "organization"),
                ("{{ order|attr('organization') }}", "organization"),
                ("{{ orders|map(attribute='organization.name')|join }}", "organization"),
                ("{% if asked.order.partner_organization %}x{% endif %}", "partner_organization"),
                ("{% set a %}{{ f(x=chosen.managed_by.name) }}{% endset %}", "managed_by"),
                ("{% if order.offered %}x{% endif %}", "offered"),
            ]
        ),
    ],
)
def test_disorder_is_found(tmp_path, check, file, text, found):
    write(tmp_path, {file: text})
    assert check(tmp_path) == [found]


def test_what_the_house_allows_is_not_reported(tmp_path):
    allowed = {
        "app.py": "import views.start\nfrom mail import delivery",
        "views/start.py": "from . import security\nfrom provisioning import links",
        "views/security.py": "import re\nfrom flask import g",
        "provisioning/links.py": "from mail import outbox\nfrom mail.outbox import enqueue",
        "mail/outbox.py": "from records.tables import OutboxRow",
        "mail/delivery.py": "from mail import letters",
        "records/tables.py": "from records import clock\nfrom peewee import Model",
        "partials/a.html": '<p data-style="a"><script src="/static/app.js"></script></p>',
        "partials/b.html": "{{ organization.name }}{{ url_for('wizard.organization') }}"
        "{{ steps['company'] }}{{ summary(form, {'organization': 'matches'}) }}",
    }
    write(tmp_path, allowed)
    assert [check(tmp_path) for check in CHECKS] == [[]] * len(CHECKS)


def write(root: Path, files: dict[str, str]) -> None:
    """A small house, with these files in it."""
    rooms = ["app.py", "matching/rules.py", "records/clock.py", "provisioning/orders.py"]
    rooms += ["mail/letters.py", "views/start.py"]
    for file, text in {**dict.fromkeys(rooms, ""), **files}.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
