"""What the operator publishes in the DNS, so that mail programs believe who a mail is from."""

from typing import NamedTuple

from config import Settings
from mail.signing import domain_of, published


class Record(NamedTuple):
    """A TXT record, and what it is for."""

    name: str
    text: str
    meaning: str


def needed(settings: Settings) -> list[Record]:
    """SPF, DKIM and DMARC for these settings; raises signing.CannotSign for a key that is none."""
    sender = domain_of(settings.sender)
    returns = domain_of(settings.mail_bounces) or sender
    records = [
        Record(
            returns,
            f"v=spf1 a:{settings.mail_server} -all",
            "SPF: which servers send for this domain; a provider says what to write instead of a:",
        )
    ]
    if settings.mail_dkim_key:
        name = f"{settings.mail_dkim_selector}._domainkey.{sender}"
        records.append(Record(name, published(settings), "DKIM: the key of our signatures"))
    dmarc = f"v=DMARC1; p=quarantine; rua=mailto:{settings.support_address}"
    meaning = "DMARC: what becomes of mail that says it is from this domain and fails both others"
    return [*records, Record(f"_dmarc.{sender}", dmarc, meaning)]


def gaps(settings: Settings) -> list[str]:
    """What these settings leave to be wished for, a sentence each."""
    sender, returns = domain_of(settings.sender), domain_of(settings.mail_bounces)
    found = []
    if not settings.mail_dkim_key:
        found.append("MAIL_DKIM_KEY is not set: unless the mail server signs, mails go unsigned.")
    if not returns:
        found.append("MAIL_BOUNCES is not set: what comes back goes to the sender, unread by us.")
    elif not (f".{returns}".endswith(f".{sender}") or f".{sender}".endswith(f".{returns}")):
        found.append(f"MAIL_BOUNCES is not at {sender}, as From is: SPF does nothing for DMARC.")
    if returns and not settings.mail_bounces_from:
        found.append("MAIL_BOUNCES_FROM is not set: nobody reads what comes back.")
    return found
