"""The long work of the exchange module."""

from __future__ import annotations

from dina.base.jobs import JobKind
from dina.base.text import Text
from dina.modules.exchange.changing.job import change, preview
from dina.modules.exchange.changing.job import undo as undo_change
from dina.modules.exchange.exporting.run import export
from dina.modules.exchange.importing.check import check
from dina.modules.exchange.importing.run import run
from dina.modules.exchange.importing.staging import stage
from dina.modules.exchange.importing.undo import preview_job, undo
from dina.modules.exchange.merging.job import merge
from dina.modules.exchange.merging.job import preview as preview_merge
from dina.modules.exchange.merging.job import undo as undo_merge
from dina.modules.exchange.publishing.job import publish

JOBS = {
    "stage": JobKind(Text("Reading a file", "Lecture d’un fichier"), stage),
    "check": JobKind(Text("Checking an import", "Vérification d’une importation"), check),
    "import": JobKind(Text("Import", "Importation"), run),
    "preview-undo": JobKind(Text("Looking at what undoing would do", "Aperçu d’une annulation"), preview_job),
    "export": JobKind(Text("Export", "Exportation"), export),
    "undo": JobKind(Text("Undoing an import", "Annulation d’une importation"), undo),
    "preview-change": JobKind(
        Text("Looking at what a change would do", "Aperçu d’une modification"), preview
    ),
    "change": JobKind(Text("Change of many records", "Modification de plusieurs fiches"), change),
    "undo-change": JobKind(Text("Undoing a change", "Annulation d’une modification"), undo_change),
    "preview-merge": JobKind(Text("Looking at what a merge would do", "Aperçu d’une fusion"), preview_merge),
    "merge": JobKind(Text("Merge", "Fusion"), merge),
    "undo-merge": JobKind(Text("Undoing a merge", "Annulation d’une fusion"), undo_merge),
    "publish": JobKind(Text("Publication", "Publication"), publish),
}
