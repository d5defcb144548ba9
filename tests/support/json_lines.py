"""For schemathesis, which knows no JSON lines: a body of text is sent as it is."""

import schemathesis


@schemathesis.serializer("application/jsonl")
def as_it_is(_context, value):
    return value.encode(errors="replace") if isinstance(value, str) else repr(value).encode()
