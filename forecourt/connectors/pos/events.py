"""What happens to files of sales."""

from typing import ClassVar

from forecourt.kernel.events import Event


class FileTakenIn(Event):
    """A file of the inbox was imported. `refused` sales of it are in the report beside the file."""

    name: ClassVar[str] = "pos.file_taken_in.v1"
    station: str
    posted: int
    replayed: int
    flagged: int
    refused: int


class FileRefused(Event):
    """A file of the inbox could not be taken in at all, or held sales that were not accepted."""

    name: ClassVar[str] = "pos.file_refused.v1"
    station: str
    refused: int
