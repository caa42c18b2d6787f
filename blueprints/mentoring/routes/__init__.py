"""Mentoring over HTTP, a file for each noun, all on one blueprint."""

from __future__ import annotations

from ...core.doors import Slice

bp = Slice("mentoring", "blueprints.mentoring", url_prefix="/mentoring")
mine = Slice("care", "blueprints.mentoring", url_prefix="/me")
"""The student's own pages."""
