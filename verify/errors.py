"""Every error that a user or an author can meet. The message says what was wrong, where, and what to do."""


class VerifyError(Exception):
    """Base of all errors that this package raises on purpose."""


class UsageError(VerifyError):
    """The call was wrong: an unknown id, a bad option, an unreadable file. Correct the call and repeat it."""


class StatementError(VerifyError):
    """A statement is malformed: correct the theorem module that declares it."""


class InstanceError(VerifyError):
    """A raw instance does not give each parameter a value of its sort: correct the check that supplies it."""


class QuantityError(VerifyError):
    """A quantity is unknown, or was called with arguments that it does not take."""


class DiscoveryError(VerifyError):
    """A theorem module could not be imported or declares the same id as another one."""


class ConjectureError(UsageError):
    """A conjecture file cannot be used as it is. The message: ``FILE:LINE: what is wrong; what to do``."""


class WorkerError(VerifyError):
    """A worker process died, ran out of memory or met a defect of this package: what was finished is kept."""
