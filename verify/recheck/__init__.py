"""An independent checker of certificates, written from docs/certificates.md alone.

It shares no code with the kernel that makes the certificates, and trusts nothing that a report says.
"""

from .load import Rejected, ReportError
from .load import digest as certificate_sha256
from .load import digest as statement_sha256
from .replay import Finding, replay
from .verdict import Entry, Recheck, recheck_report, supported_level

__all__ = [
    "Entry", "Finding", "Recheck", "Rejected", "ReportError", "certificate_sha256", "recheck_report", "replay",
    "statement_sha256", "supported_level",
]  # fmt: skip
