"""Decision models of others: DMN 1.1 to 1.5 in, evaluated with the formula language, DMN 1.5 out."""

from .documents import compile_documents
from .drafts import Draft
from .drafts_scorecard import drafts_of
from .evaluate import evaluate, evaluate_all
from .export import Export, export_table
from .export_scorecard import export_scorecard
from .model import Model, compile_drg
from .read import Reading, read_dmn
from .tree import Bkm, Decision, Drg, InputData, Item, Service
from .write import write_dmn

__all__ = [
    "Bkm",
    "Decision",
    "Draft",
    "Drg",
    "Export",
    "InputData",
    "Item",
    "Model",
    "Reading",
    "Service",
    "compile_documents",
    "compile_drg",
    "drafts_of",
    "evaluate",
    "evaluate_all",
    "export_scorecard",
    "export_table",
    "read_dmn",
    "write_dmn",
]
