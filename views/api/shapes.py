"""The shapes of what is sent and answered; the rules behind them stand where they always do."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from provisioning import intake
from provisioning.directory_rows import LARGEST
from provisioning.intake import LONGEST, LONGEST_NUMBER

MOST_LINES = 500
PAGE, MOST_IN_PAGE = 50, 200

Number = Annotated[
    str,
    StringConstraints(
        pattern=f"^{intake.NUMBER.pattern}$", min_length=1, max_length=LONGEST_NUMBER
    ),
]
Ref = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_][A-Za-z0-9._:@+-]{0,99}$")]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@/\s]+@[^@/\s]+$", max_length=254),
    Field(examples=["a@b.example"]),
]
Day = Annotated[
    str,
    StringConstraints(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    Field(examples=["2027-01-31"]),
]
Text = Annotated[str, StringConstraints(max_length=LONGEST)]
Named = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
Language = Annotated[str, StringConstraints(max_length=35)]
Role = Literal["customer", "partner"]
Kind = Literal["customer", "partner"]
Origin = Literal["trial", "online", "partner", "direct"]
SubscriptionStatus = Literal["active", "pending", "expired", "cancelled"]
Status = Literal["placed", "launched", "waiting", "provisioned", "expired", "cancelled", "stopped"]


class Given(BaseModel):
    """What is sent: nothing in it may be of another kind, or unknown."""

    model_config = ConfigDict(extra="forbid", strict=True)


class OrderLine(Given):
    sku: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    product: Text = ""
    quantity: Annotated[int, Field(ge=1, le=LARGEST)] = 1
    starts_on: Day | None = None
    ends_on: Day | None = None


Lines = Annotated[list[OrderLine], Field(min_length=1, max_length=MOST_LINES)]


class NewOrder(Given):
    """An order to be placed; `expires_on` empty: after the usual days."""

    number: Number
    contact_email: Email
    lines: Lines
    contact_role: Role = "customer"
    contact_name: Text = ""
    language: Language = ""
    company_name: Text = ""
    partner_name: Text = ""
    expires_on: Day | None = None


class OrderChange(Given):
    """What is to be otherwise; what is not named stays."""

    contact_email: Email | None = None
    contact_role: Role | None = None
    contact_name: Text | None = None
    language: Language | None = None
    lines: Lines | None = None


class Cancellation(Given):
    why: Text = ""


class Nothing(Given):
    """An empty object, or no body at all."""


class Question(Given):
    company_name: Named
    admin_email: Email
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class OrganizationFields(Given):
    """What is not named stays as it is stored; `managed_by` empty: by nobody."""

    name: Named
    kind: Kind
    origin: Origin
    created_on: Day
    last_active_on: Day | None = None
    unlisted: bool | None = None
    managed_by: Annotated[str, StringConstraints(max_length=100)] | None = None


class UserFields(Given):
    full_admin: bool
    name: Text = ""


class SubscriptionFields(Given):
    product: Named
    quantity: Annotated[int, Field(ge=0, le=LARGEST)]
    status: SubscriptionStatus
    starts_on: Day | None = None
    ends_on: Day | None = None


class OrganizationLine(OrganizationFields):
    ref: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class UserLine(UserFields):
    organization_ref: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    email: Email


# --- parts of addresses ------------------------------------------------------------------------


class OrderPath(Given):
    number: Number


class OrganizationPath(Given):
    ref: Ref


class UserPath(OrganizationPath):
    email: Email


class SubscriptionPath(OrganizationPath):
    number: Ref


def _whole(text: Any) -> Any:
    plain = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if plain else text


class OrderQuery(Given):
    status: Status | None = None
    after: Number | None = None
    limit: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=MOST_IN_PAGE)] = PAGE


# --- answers -----------------------------------------------------------------------------------


class Line(BaseModel):
    sku: str
    product: str
    quantity: int
    starts_on: str | None
    ends_on: str | None


class Request(BaseModel):
    kind: Literal["access", "confirm", "first_admin", "dispute"]
    status: str
    organization: str


class Event(BaseModel):
    at: str
    who: str
    what: str
    why: str


class Mapping(BaseModel):
    organization: str
    decided_by: str
    decided_at: str
    why: str


class Order(BaseModel):
    """An order, where it stands, and how it came there."""

    number: str
    status: Status
    step: str
    contact_email: str
    contact_role: Role
    purpose: str | None
    company_name: str
    admin_email: str | None
    organization: str | None
    partner_organization: str | None
    placed_at: str
    expires_at: str
    mapping: Mapping | None
    lines: list[Line]
    requests: list[Request]
    history: list[Event]


class OrderInShort(BaseModel):
    number: str
    status: Status
    contact_role: Role
    company_name: str
    organization: str | None
    placed_at: str
    expires_at: str


class OrderPage(BaseModel):
    """Orders in the order in which they were placed."""

    orders: list[OrderInShort]


class Link(BaseModel):
    """Where to send the contact's browser; good once, until then."""

    url: str
    expires_at: str


class Candidate(BaseModel):
    ref: str
    name: str
    tier: str
    evidence: list[str]
    activity: str


class Matches(BaseModel):
    """Who the address is, and what the wizard would offer, in its order."""

    standing: Literal["full_admin", "user", "unknown"]
    candidates: list[Candidate]


class Organization(OrganizationFields):
    ref: str


class User(BaseModel):
    organization_ref: str
    email: str
    full_admin: bool
    name: str


class Subscription(SubscriptionFields):
    organization_ref: str
    number: str


class LineResult(BaseModel):
    """What became of one line: stored, or why it was refused."""

    line: int
    status: Literal["stored", "refused"]
    detail: str | None = None
    pointer: str | None = None


class FaultShape(BaseModel):
    pointer: str
    detail: str


class ProblemShape(BaseModel):
    """A refusal (RFC 9457); `type` tells them apart and never changes."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultShape] = Field(default_factory=list)
