"""How methods of finding a company are compared: what each shows first for the labelled cases."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench import cases
from bench.cases import Case, Entry

SHOWN = 5


class Point(NamedTuple):
    """One setting of a method; `chosen`: the one that it is shown in."""

    method: str
    unrelated: float
    recall: float
    chosen: bool


class Answer(NamedTuple):
    """What is shown for a case, in its order; `open` says of how many of them without a click."""

    entries: list[Entry]
    closed: frozenset[Entry] = frozenset()


Method = Callable[[Case], Answer]


@dataclass
class Figures:
    """Sums over cases. `cases`: those in which the directory holds the company."""

    cases: int = 0
    found: int = 0
    first: int = 0
    at_once: int = 0  # found without opening a group
    asked: int = 0
    others: int = 0
    others_closed: int = 0

    def add(self, case: Case, shown: Answer) -> None:
        right = [entry in case.matches for entry in shown.entries]
        at_once = [entry not in shown.closed for entry in shown.entries]
        self.asked += 1
        self.others += sum(a and not r for r, a in zip(right, at_once, strict=True))
        self.others_closed += sum(not a and not r for r, a in zip(right, at_once, strict=True))
        if case.matches:
            self.cases += 1
            self.found += any(right)
            self.first += bool(right and right[0])
            self.at_once += any(r and a for r, a in zip(right, at_once, strict=True))

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, f) + getattr(other, f) for f in self.__dataclass_fields__))

    @property
    def recall(self) -> float:
        return self.found / self.cases

    @property
    def unrelated(self) -> float:
        return self.others / self.asked


Results = dict[str, Figures]  # by kind


class Contest:
    """What each method, by name and setting, shows for each of the cases in one directory."""

    def __init__(
        self,
        asked: Sequence[Case],
        entries: Sequence[Entry],
        methods: Mapping[str, Mapping[str, Method]],
    ) -> None:
        self._shown: dict[str, dict[str, dict[Case, Answer]]] = {}
        unknown = {case: cases.undecided(case, entries) for case in asked}
        for name, settings in methods.items():
            for how, ask in settings.items():
                by_case = self._shown.setdefault(name, {}).setdefault(how, {})
                for case in asked:
                    entries_shown, closed = ask(case)
                    kept = [entry for entry in entries_shown if entry not in unknown[case]]
                    by_case[case] = Answer(kept[:SHOWN], closed)

    def compared(self, asked: Sequence[Case]) -> tuple[dict[str, Results], list[Point], str]:
        """By method the results of its best setting, a point a setting, and which are best."""
        results: dict[str, Results] = {}
        points: list[Point] = []
        chosen: list[str] = []
        for name, settings in self._shown.items():
            tried = {how: _results(by_case, asked) for how, by_case in settings.items()}
            best = max(tried, key=lambda how: _merit(total(tried[how])))
            results[name] = tried[best]
            chosen += [f"{name} ({best})"] if len(tried) > 1 else []
            for how, by_kind in tried.items():
                figures = total(by_kind)
                points.append(Point(name, figures.unrelated, figures.recall, how == best))
        return results, points, "; ".join(chosen)


def _results(shown: Mapping[Case, Answer], asked: Sequence[Case]) -> Results:
    by_kind: Results = defaultdict(Figures)
    for case in asked:
        by_kind[case.kind].add(case, shown[case])
    return by_kind


def _merit(figures: Figures) -> tuple[int, int, int]:
    return figures.first, figures.found, -figures.others


def total(results: Results) -> Figures:
    return sum(results.values(), Figures())


def beaten(results: dict[str, Results], by: str) -> list[str]:
    """In which kinds another method finds, or ranks first, more than one of them."""
    return [
        f"{kind}: {name}"
        for name, by_kind in results.items()
        for kind, figures in by_kind.items()
        if figures.found > results[by][kind].found or figures.first > results[by][kind].first
    ]
