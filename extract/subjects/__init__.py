"""Fourth stage: printed codes and names of tables become entries of the classification catalogue."""

from extract.subjects.reading import SubjectReading, UnknownCode
from extract.subjects.repair import readdressed
from extract.subjects.stage import match_subjects

__all__ = ["SubjectReading", "UnknownCode", "match_subjects", "readdressed"]
