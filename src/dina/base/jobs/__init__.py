"""Long work with progress: imports, exports, publications; it goes on without the page that asked for it."""

from dina.base.jobs.job import Failed, Job, JobKind, Stopped
from dina.base.jobs.store import enqueue

__all__ = ["Failed", "Job", "JobKind", "Stopped", "enqueue"]
