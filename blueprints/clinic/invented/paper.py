"""The nouns of an invented résumé, and what a teacher would say of its lines."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["must-fix", "suggestion", "praise", "question"]
Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Advice:
    """What a reviewer would write on the words ``find``.

    ``instead``: the words a student who follows the advice puts there; empty takes the words
    out, ``None`` leaves them (praise, and questions that are answered by talking).
    """

    kind: Kind
    find: str
    body: str
    instead: str | None = None


@dataclass(frozen=True)
class Line:
    """One line of a résumé, without its bullet."""

    text: str
    advice: Advice | None = None


@dataclass(frozen=True)
class Entry:
    """A place and what was done there. ``period`` is as the student wrote it."""

    title: Line
    period: Line
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Section:
    title: str
    entries: tuple[Entry, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Resume:
    """A résumé as a student wrote it.

    ``facts`` are short lines under the name (phone, mail, birth month); ``layout`` is 0 for one
    column, 1 for two columns, 2 for a head with a portrait.
    """

    name: str
    objective: Line
    facts: tuple[str, ...]
    sections: tuple[Section, ...]
    target: str
    language: Language
    layout: int

    def lines(self) -> Iterator[Line]:
        """Every line that can carry advice, top to bottom."""
        yield self.objective
        for section in self.sections:
            for entry in section.entries:
                yield entry.title
                yield entry.period
                yield from entry.lines
            yield from section.lines

    @property
    def text(self) -> str:
        """All words, a line each; the order is that of a one-column page."""
        words = [self.name, *self.facts, self.objective.text]
        for section in self.sections:
            words.append(section.title)
            for entry in section.entries:
                words += [entry.title.text, entry.period.text, *(li.text for li in entry.lines)]
            words += [line.text for line in section.lines]
        return "\n".join(word for word in words if word)

    def with_lines(self, changed: dict[Line, Line]) -> "Resume":
        """The same résumé with some lines put differently; a line left empty disappears."""

        def put(line: Line) -> Line:
            return changed.get(line, line)

        def put_all(lines: tuple[Line, ...]) -> tuple[Line, ...]:
            return tuple(new for line in lines if (new := put(line)).text)

        sections = tuple(
            replace(
                section,
                lines=put_all(section.lines),
                entries=tuple(
                    Entry(put(entry.title), put(entry.period), put_all(entry.lines)) for entry in section.entries
                ),
            )
            for section in self.sections
        )
        return replace(self, objective=put(self.objective), sections=sections)
