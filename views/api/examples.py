"""Examples to copy: each is a command, run as it stands with $HOMEPORT and $TOKEN set."""

from typing import NamedTuple

from matching.sentences import Sentence, sentence


class Example(NamedTuple):
    title: Sentence
    command: str
    status: int


_AUTH = '-H "Authorization: Bearer $TOKEN"'
_JSON = '-H "Content-Type: application/json"'

EXAMPLES = (
    Example(
        sentence("Place an order; sent twice by mistake, it is placed once"),
        f"""curl "$HOMEPORT/api/v1/orders" {_AUTH} {_JSON} \\
  -H "Idempotency-Key: checkout-4711" \\
  -d '{{"number": "4711", "contact_email": "nora@acme.example", "company_name": "Acme",
       "lines": [{{"sku": "MTG", "product": "Meetings", "quantity": 25}}]}}'""",
        201,
    ),
    Example(
        sentence("See where it stands"),
        f"""curl "$HOMEPORT/api/v1/orders/4711" {_AUTH}""",
        200,
    ),
    Example(
        sentence("List what waits for nobody to open it"),
        f"""curl "$HOMEPORT/api/v1/orders?status=placed&limit=20" {_AUTH}""",
        200,
    ),
    Example(
        sentence("Correct it while nobody has opened it"),
        f"""curl -X PATCH "$HOMEPORT/api/v1/orders/4711" {_AUTH} {_JSON} \\
  -d '{{"contact_email": "carol@acme.example",
       "lines": [{{"sku": "MTG", "product": "Meetings", "quantity": 30}}]}}'""",
        200,
    ),
    Example(
        sentence("Launch the wizard from a portal: send the browser to the link in the answer"),
        f"""curl -X POST "$HOMEPORT/api/v1/orders/4711/links" {_AUTH}""",
        201,
    ),
    Example(
        sentence("Cancel it"),
        f"""curl "$HOMEPORT/api/v1/orders/4711/cancel" {_AUTH} {_JSON} \\
  -d '{{"why": "Ordered twice."}}'""",
        200,
    ),
    Example(
        sentence("Store an organization"),
        f"""curl -X PUT "$HOMEPORT/api/v1/organizations/acme" {_AUTH} {_JSON} \\
  -d '{{"name": "Acme GmbH", "kind": "customer", "origin": "online",
       "created_on": "2020-03-01"}}'""",
        201,
    ),
    Example(
        sentence("Make somebody its administrator; whoever waits for that goes on"),
        f"""curl -X PUT "$HOMEPORT/api/v1/organizations/acme/users/alice@acme.example" \\
  {_AUTH} {_JSON} \\
  -d '{{"full_admin": true}}'""",
        201,
    ),
    Example(
        sentence("Store a subscription"),
        f"""curl -X PUT "$HOMEPORT/api/v1/organizations/acme/subscriptions/s-1" {_AUTH} {_JSON} \\
  -d '{{"product": "Meetings", "quantity": 25, "status": "active"}}'""",
        201,
    ),
    Example(
        sentence("Store many users, a JSON object a line"),
        """printf '%s\\n' \\
  '{"organization_ref": "acme", "email": "bob@acme.example", "full_admin": 1}' \\
  '{"organization_ref": "acme", "email": "dave@acme.example", "full_admin": 0}' |
"""
        f"""curl "$HOMEPORT/api/v1/bulk/users" {_AUTH} \\
  -H "Content-Type: application/jsonl" --data-binary @-""",
        200,
    ),
    Example(
        sentence("Would this order make a duplicate?"),
        f"""curl "$HOMEPORT/api/v1/matches" {_AUTH} {_JSON} \\
  -d '{{"company_name": "Acme", "admin_email": "carol@acme.example"}}'""",
        200,
    ),
    Example(
        sentence("Take somebody out of an organization"),
        f"""curl -X DELETE "$HOMEPORT/api/v1/organizations/acme/users/dave@acme.example" {_AUTH}""",
        204,
    ),
)
