"""The first page."""

from flask.typing import ResponseReturnValue

from records.tables import Operator
from views.console.frame import answer, needs, pages


@pages.get("")
@needs("viewer")
def overview(me: Operator) -> ResponseReturnValue:
    """What there is to see."""
    return answer(me, "console/overview.html")
