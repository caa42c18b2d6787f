"""The nouns of mentoring: contacts, proposals, hand-overs, plans, requests up the chain, the diary."""

from .assignment import Pairing, Proposal, ProposalState, Reason, Terms
from .contact import Contact, Level, Mood
from .diary import DiaryLine, Reminded
from .handover import Consent, Handover, HandoverCause, HandoverItem, HandoverState
from .help_request import HelpRequest, HelpState
from .plan import Owner, Plan, PlanReview, PlanStep

__all__ = [
    "Consent",
    "Contact",
    "DiaryLine",
    "Handover",
    "HandoverCause",
    "HandoverItem",
    "HandoverState",
    "HelpRequest",
    "HelpState",
    "Level",
    "Mood",
    "Owner",
    "Pairing",
    "Plan",
    "PlanReview",
    "PlanStep",
    "Proposal",
    "ProposalState",
    "Reason",
    "Reminded",
    "Terms",
]
