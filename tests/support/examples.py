"""A command to copy, run as it stands but for what tells the status of its answer."""

SAYS_STATUS = r"\n%{http_code}"


def command_of(command: str) -> str:
    """The same command, which also prints the status that it was answered with."""
    return f"curl() {{ command curl -sS -w '{SAYS_STATUS}' \"$@\"; }}\n{command}"


def status_of(said: str) -> int:
    return int(said.rpartition("\n")[2])
