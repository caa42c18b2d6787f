"""Plans to begin with, by kind of goal: steps with who does them, in how many days. All of it can be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from ..students.models import Intention, Way
from .models import Owner

STUDENT, MENTOR, COUNSELOR, COLLEGE, OFFICE = Owner


@dataclass(frozen=True)
class Step:
    text: Any
    owner: Owner
    days: int


@dataclass(frozen=True)
class Template:
    """One kind of goal. ``steps`` come in the order of their days."""

    key: str
    way: Way
    label: Any
    goal: Any
    steps: tuple[Step, ...]


TEMPLATES = (
    Template(
        "teacher",
        Way.WORK,
        _l("Work as a teacher"),
        _l("A teaching post in a region of my choice, signed before I graduate."),
        (
            Step(_l("Put three regions and the school stage in order"), STUDENT, 7),
            Step(_l("Write a résumé for one teaching post and hand it in to the clinic"), STUDENT, 14),
            Step(_l("See that teaching certificate and Mandarin level are there or registered for"), COUNSELOR, 14),
            Step(_l("Find three openings that fit, and talk them over"), MENTOR, 21),
            Step(_l("Prepare two trial lessons and teach one of them to a teacher of the subject"), STUDENT, 30),
            Step(_l("Ask one school of the region for a trial lesson"), COLLEGE, 45),
            Step(_l("Apply to at least five schools, and write down when each answers"), STUDENT, 45),
            Step(_l("Go through the first interview together: what went well, what to change"), MENTOR, 60),
        ),
    ),
    Template(
        "work",
        Way.WORK,
        _l("Other work"),
        _l("A post that suits me, in a place I can live in, signed before I graduate."),
        (
            Step(_l("Name three kinds of post and what speaks for each"), STUDENT, 7),
            Step(_l("Write a résumé for one post and hand it in to the clinic"), STUDENT, 14),
            Step(_l("Find three openings that fit, and talk them over"), MENTOR, 21),
            Step(_l("Talk to one graduate of an earlier year who does this work"), MENTOR, 30),
            Step(_l("Practise an interview once"), COUNSELOR, 35),
            Step(_l("Apply to ten openings, and write down when each answers"), STUDENT, 45),
            Step(_l("Go through the answers together and choose what to go on with"), MENTOR, 60),
        ),
    ),
    Template(
        "study",
        Way.STUDY,
        _l("Further study"),
        _l("Sit the entrance examination as planned, with a second plan in hand before the results come."),
        (
            Step(_l("Settle on university and subject"), STUDENT, 7),
            Step(_l("Say what the second plan is if the result is not enough"), STUDENT, 14),
            Step(_l("Ask for a seat in a quiet room and help with what costs money"), COUNSELOR, 14),
            Step(_l("Write a résumé for the second plan and hand it in to the clinic"), STUDENT, 30),
            Step(_l("Ask how it goes, once, two weeks before the examination; then leave it alone"), MENTOR, 30),
            Step(_l("Sit the examination"), STUDENT, 45),
            Step(_l("Talk over what comes first from now on, before the results are out"), MENTOR, 60),
            Step(_l("Prepare the second round, or go on with the second plan"), STUDENT, 100),
        ),
    ),
    Template(
        "civil",
        Way.CIVIL,
        _l("Civil service"),
        _l("Sit the civil service examinations I am eligible for, with a post elsewhere as a second plan."),
        (
            Step(_l("Find the posts I am eligible for and choose one"), STUDENT, 10),
            Step(_l("Check certificates and papers against the announcement"), COUNSELOR, 14),
            Step(_l("Register before the last day, and say so"), STUDENT, 21),
            Step(_l("Say what the second plan is if the result is not enough"), STUDENT, 21),
            Step(_l("Name two people who passed last year and can be asked"), COLLEGE, 30),
            Step(_l("Sit the written examination"), STUDENT, 60),
            Step(_l("Practise the structured interview twice"), OFFICE, 90),
        ),
    ),
    Template(
        "army",
        Way.ARMY,
        _l("Army"),
        _l("Enlist this year, knowing what comes after."),
        (
            Step(_l("Talk it over at home"), STUDENT, 10),
            Step(_l("Explain terms of service, subsidies and what is paid back of a loan"), COUNSELOR, 14),
            Step(_l("Register on the enlistment site"), STUDENT, 21),
            Step(_l("Have eyes, teeth and general health looked at early"), STUDENT, 30),
            Step(_l("Name someone who has served and can be asked"), COLLEGE, 30),
            Step(_l("Say what the second plan is if the medical examination says no"), STUDENT, 45),
        ),
    ),
    Template(
        "startup",
        Way.STARTUP,
        _l("A start-up"),
        _l("Find out within three months whether it carries, and what it needs."),
        (
            Step(_l("Write on one page: for whom, what, and who pays"), STUDENT, 14),
            Step(_l("Ask ten people it is meant for, and write down what they say"), STUDENT, 30),
            Step(_l("Introduce them to the incubator and to one founder"), OFFICE, 30),
            Step(_l("Look at loans, subsidies and where a place is free"), COUNSELOR, 35),
            Step(_l("Reckon what three months cost and where the money comes from"), STUDENT, 45),
            Step(_l("Decide together: go on, change it, or a post first"), MENTOR, 90),
        ),
    ),
    Template(
        "undecided",
        Way.UNDECIDED,
        _l("Not decided yet"),
        _l("Know by the end of two months what I want to try first."),
        (
            Step(_l("Talk for half an hour about what was good in the last two years"), MENTOR, 7),
            Step(_l("Write down three things I would like to try, and one I would not"), STUDENT, 14),
            Step(_l("Talk to two graduates on different ways"), COLLEGE, 30),
            Step(_l("Spend a day with someone at work"), STUDENT, 40),
            Step(_l("Write a résumé for any one post and hand it in to the clinic"), STUDENT, 45),
            Step(_l("Choose what to try first, and make the next plan for it"), MENTOR, 60),
        ),
    ),
)
BY_KEY = {t.key: t for t in TEMPLATES}


def fitting(intention: Intention | None) -> Template:
    """The one that the intention suggests."""
    way = intention.way if intention is not None else Way.UNDECIDED
    if way is Way.WORK and intention is not None and not (intention.stage or "师" in intention.posts):
        return BY_KEY["work"]
    return next(t for t in TEMPLATES if t.way is way)
