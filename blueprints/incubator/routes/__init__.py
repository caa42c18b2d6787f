"""The incubator over HTTP, a file for each noun, all on one blueprint."""

from __future__ import annotations

from ...core.doors import Slice

bp = Slice("incubator", "blueprints.incubator", url_prefix="/incubator")
