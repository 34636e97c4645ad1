"""What can go wrong with an input, as exceptions that say which file, what is wrong and what to do."""

from __future__ import annotations


class ExtractionError(Exception):
    """Root of everything ``extract`` raises on purpose.

    ``exit_code`` is the exit status of the command line for this error.
    """

    exit_code = 1

    def __init__(self, file_name: str, problem: str, advice: str) -> None:
        super().__init__(f"{file_name}: {problem}; {advice}")
        self.file_name = file_name
        self.problem = problem
        self.advice = advice

    def __reduce__(self) -> tuple[type[ExtractionError], tuple[str, str, str]]:
        """Survive the trip between processes."""
        return type(self), (self.file_name, self.problem, self.advice)


class UnreadableDocument(ExtractionError):
    """The bytes are damaged, empty or hold nothing that can be read."""

    exit_code = 3


class EncryptedDocument(ExtractionError):
    """The document needs a password."""

    exit_code = 4


class UnsupportedFormat(ExtractionError):
    """The bytes are of a format gongkai does not read."""

    exit_code = 5


class NotADisclosure(ExtractionError):
    """The document was read, but it is no budget or final account of a department."""

    exit_code = 6


class LimitExceeded(ExtractionError):
    """The document is larger than the limits in force allow."""

    exit_code = 7
