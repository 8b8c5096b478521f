"""Decision models of others: DMN 1.1 to 1.5 in, evaluated with the formula language, DMN 1.5 out."""

from .documents import compile_documents
from .evaluate import evaluate, evaluate_all
from .model import Model, compile_drg
from .read import Reading, read_dmn
from .tree import Bkm, Decision, Drg, InputData, Item, Service
from .write import write_dmn

__all__ = [
    "Bkm",
    "Decision",
    "Drg",
    "InputData",
    "Item",
    "Model",
    "Reading",
    "Service",
    "compile_documents",
    "compile_drg",
    "evaluate",
    "evaluate_all",
    "read_dmn",
    "write_dmn",
]
