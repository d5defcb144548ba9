"""Several programs as one: they start together, and none of them outlives the others."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from types import FrameType

import click

SECONDS_TO_END = 15
_PR_SET_PDEATHSIG = 1


def run_together(
    programs: Mapping[str, Sequence[str]], when_started: Callable[[Event], None]
) -> int:
    """Run programs until a signal or until one of them ends; 0 after a signal, else 1.

    `when_started` is called once with an event that says whether to stop already.
    """
    stop = Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {
        number: signal.signal(number, on_signal)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in programs.items():
            children[name] = start(command)
        when_started(stop)
        return _watch(children, stop)
    finally:
        end(list(children.values()))
        for number, handler in before.items():
            signal.signal(number, handler)


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A program that is told to end when whoever has started it is killed."""
    # A group of its own: Ctrl-C reaches us alone, and we end each child once and in order.
    return subprocess.Popen(  # noqa: S603
        command, start_new_session=True, stdin=subprocess.DEVNULL, preexec_fn=_end_with_parent
    )


def _end_with_parent() -> None:
    """Where the system can, have the child told when we are killed and cannot tell it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _watch(children: Mapping[str, subprocess.Popen[bytes]], stop: Event) -> int:
    while not stop.wait(0.2):
        for name, child in children.items():
            code = child.poll()
            if code is not None:
                click.echo(f"{name} has ended (exit code {code}): stopping everything.", err=True)
                return 1
    return 0


def end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask each to end, and see that it does."""
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
