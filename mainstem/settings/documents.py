"""What is answered from, and how it is read."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from ..trust import NeedsTrust, paths_inside, weights_inside


class DocumentSettings(BaseSettings):
    """What is answered from, and how it is read."""

    docs: Annotated[list[Path], NeedsTrust(paths_inside, "if outside of the folder")] = Field(
        default_factory=list[Path], description='Files and folders to answer from, as a JSON list: ["./papers"].'
    )
    embeddings: Annotated[str | None, NeedsTrust(weights_inside, "if it names a server or a folder outside")] = Field(
        default=None,
        description="The model whose embeddings also find passages: wordllama, a folder that model2vec saved, or "
        "openai:NAME, of the server that OPENAI_BASE_URL names. Unset: by words alone.",
    )
    max_file_mb: float = Field(
        default=50.0, gt=0, description="Larger files are named and skipped when indexing (megabytes)."
    )
    document_timeout: float = Field(
        default=60.0,
        gt=0,
        description="Seconds of the processor's time that reading one document may take; one that takes longer is "
        "named and skipped until it changes.",
    )
    query_timeout: float = Field(
        default=10.0, gt=0, description="Seconds that one SQL query over your tables may take."
    )
