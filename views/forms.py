"""The forms: what is asked, and the sentence when an answer will not do. Input is always kept."""

import re
from typing import Any, ClassVar

from flask import request
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import (
    BooleanField,
    Field,
    FileField,
    RadioField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import AnyOf

from matching import characters
from matching.addresses import canonical
from matching.names import company_name
from matching.sentences import Refused
from matching.text import message_text
from views.i18n import say


def _l(words: str) -> Any:
    """Words translated when they are shown: forms are made before there is a reader."""
    return lazy_gettext(words)


Choices = list[tuple[str, Any]]
ROLES: Choices = [
    ("customer", _l("The customer: they will use it themselves")),
    ("partner", _l("A partner: they set it up for a customer, or for their own company")),
]


_NOT_IN_HTML = re.compile(
    rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|{characters.no_character.pattern}"
)


class Form(FlaskForm):  # type: ignore[misc]
    """CSRF is checked for every unsafe request before any form is looked at."""

    class Meta:
        csrf = False

        def wrap_formdata(self, _form: FlaskForm, formdata: Any) -> Any:
            """Form fields alone: neither files nor JSON are ever answers here."""
            posted = formdata is _Auto and request.method == "POST"
            return request.form if posted else formdata if formdata is not _Auto else None

    def validate(self, extra_validators: Any = None) -> bool:
        """What is refused is shown again, but for what no page can hold."""
        valid = bool(super().validate(extra_validators))
        for field in self:
            if not valid and isinstance(field.data, str):
                field.data = _NOT_IN_HTML.sub("", field.data)
        return valid


class _Checked(StringField):
    """Text under a rule that answers the clean value, or refuses with a sentence."""

    rule: ClassVar[Any]
    clean: str = ""

    def pre_validate(self, _form: Any) -> None:
        try:
            self.clean = self.rule(self.data or "")
        except Refused as refused:
            raise ValidationError(say(refused.sentence)) from None


class AddressField(_Checked):
    rule = staticmethod(canonical)


class CompanyNameField(_Checked):
    rule = staticmethod(company_name)


class MessageField(_Checked):
    rule = staticmethod(message_text)


class ReasonField(MessageField):
    """A message that cannot be left out."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if not self.clean:
            raise ValidationError(str(_l("Say why; it is kept with what you do.")))


class Choice(RadioField):
    """A radio group in which nothing is preselected; its sentence says what to do about it."""

    def __init__(self, label: Any, choices: Choices, sentence: Any, **bound: Any) -> None:
        known = AnyOf([value for value, _label in choices], message=sentence)
        options = [SelectChoice(value, words) for value, words in choices]
        super().__init__(label, choices=options, validators=[known], validate_choice=False, **bound)


class PurposeForm(Form):
    purpose = Choice(
        _l("Who is this order for?"),
        [
            ("partner_for_customer", _l("For a customer of ours")),
            ("partner_own_use", _l("For our own company")),
        ],
        _l("Say whether this order is for a customer or for your own company."),
    )


class CompanyForm(Form):
    admin_email = AddressField(_l("Administrator's email address"))
    i_am_admin = BooleanField(_l("I am the administrator"))
    company_name = CompanyNameField(_l("Company name"))
    organization = StringField(_l("Organization"))
    seen = StringField()

    def name_and_address(self) -> tuple[str, str]:
        """The clean values, after validate()."""
        return self.company_name.clean, self.admin_email.clean


class OrganizationForm(Form):
    organization = StringField(_l("Organization"))
    seen = StringField()


class AdministratorForm(Form):
    message = MessageField(_l("Your message to the administrators"))


class OwnDecisionForm(Form):
    decision = Choice(
        _l("You administer this organization. What should happen?"),
        [
            ("add", _l("Add them as full administrator")),
            ("accept", _l("Accept the subscription, do not add them")),
        ],
        _l("Choose whether to add this person as an administrator."),
    )


class HandOverForm(Form):
    contact_email = AddressField(_l("Their email address"))
    contact_role = Choice(
        _l("Who are they?"), ROLES, _l("Say whether they are the customer or a partner.")
    )


class ReviewForm(Form):
    confirm = BooleanField(_l("I have checked this, and it is right"))

    def validate_confirm(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(_l("Tick the box to confirm what is written above.")))


class FreshLinkForm(Form):
    number = StringField(_l("Order number"))
    contact_email = AddressField(_l("Your email address"))

    def validate_number(self, field: Field) -> None:
        if not (field.data or "").strip():
            raise ValidationError(str(_l("Type the order number; it is in the mail.")))


class PartnerForm(Form):
    contact_email = AddressField(_l("Your email address"))


class Because(Form):
    """Whatever an operator changes has a reason; an action that asks for more extends this."""

    why = ReasonField(_l("Reason"))


class SameAnswersForm(Form):
    number = StringField(_l("Number of the other order"))

    def validate_number(self, field: Field) -> None:
        field.data = _NOT_IN_HTML.sub("", field.data or "").strip()
        if not field.data:
            raise ValidationError(str(_l("Type the number of the order whose answers to take.")))


class HandOverFor(Because):
    contact_email = AddressField(_l("The new contact's email address"))
    contact_role = Choice(
        _l("Who are they?"), ROLES, _l("Say whether they are the customer or a partner.")
    )


class ReopenForm(Because):
    expires_on = StringField(_l("Open until (2027-01-31)"))


class MoveForm(Because):
    ref = StringField(_l("The organization's ref"))


class UploadForm(Form):
    """What is sent through it is read by views/console/receiving.py, and never held here."""

    organizations = FileField(_l("Organizations"))
    users = FileField(_l("Users"))
    subscriptions = FileField(_l("Subscriptions"))


class LiftForm(Because):
    discard = BooleanField(_l("Give up what waits: it was sent before"))


class RoleForm(Because):
    role = Choice(
        _l("Role"),
        [("viewer", _l("Viewer: looks")), ("operator", _l("Operator: looks and acts"))],
        _l("Say what they may do."),
    )


class OperatorForm(RoleForm):
    contact_email = AddressField(_l("Email address"))


class TokenForm(Because):
    token_name = StringField(_l("Name"))
    orders = BooleanField(_l("Orders: place, amend, cancel, make links for portals"))
    directory = BooleanField(_l("Directory: sync organizations, users, subscriptions"))
    read = BooleanField(_l("Read: look at orders, ask for matches"))


class WebhookForm(Because):
    url = StringField(_l("Address (https://...)"))


class DecisionForm(Form):
    decision = Choice(
        _l("Your answer"),
        [
            ("add", _l("Add them as full administrator")),
            ("accept", _l("Accept the subscription, do not add the person")),
            ("decline", _l("Decline")),
            ("report", _l("Report as suspicious")),
        ],
        _l("Choose one of the four answers."),
    )
    note = MessageField(_l("A note to them (optional)"))


class QuestionForm(Form):
    decision = Choice(
        _l("Your answer"),
        [
            ("yes", _l("Yes, this order is ours")),
            ("no", _l("No, it is not ours")),
            ("report", _l("Report as suspicious")),
        ],
        _l("Choose one of the three answers."),
    )
    note = MessageField(_l("A note to them (optional)"))


class ConfirmForm(Form):
    confirm = Choice(
        _l("Your answer"),
        [("yes", _l("Yes, I will administer it")), ("no", _l("No, this is not for me"))],
        _l("Choose one of the two answers."),
    )


class DisputeForm(Form):
    confirm = BooleanField(_l("This is not ours: stop this order"))

    def validate_confirm(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(_l("Tick the box to stop this order.")))


def refused(form: Form) -> int:
    """The status of a page that shows a form: 422 when something in it was refused."""
    return 422 if form.errors else 200


def first(value: str | None) -> str | None:
    """What a field shows before it is answered; a form that was sent speaks for itself."""
    return value if request.method == "GET" else None
