"""Enhanced status codes (RFC 3463): what they say of the address they come back for."""

# There is no such mailbox, or no longer; its host or domain does not exist, or takes no mail.
# Anything else that is permanent ends the message alone: a full mailbox, a message that is too
# large, a policy, a block list.
_DEAD = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4")


def condemns(status: str) -> bool:
    """Whether nothing that is sent to the address will arrive."""
    return status in _DEAD
