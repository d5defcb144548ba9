"""Would this order make a duplicate?"""

from provisioning import reports
from views.api import shapes
from views.api.operation import Call, Reply, operation
from views.visit import settings


@operation(
    "POST",
    "/matches",
    summary="What the wizard would offer for a company name and an administrator, and why.",
    scopes=("orders", "read"),
    body=shapes.Question,
    answers={200: shapes.Matches},
)
def match(call: Call) -> Reply:
    asked = call.body
    found = reports.match(asked.company_name, asked.admin_email, settings(), asked.limit)
    return Reply(200, dict(found))
