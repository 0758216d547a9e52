"""Tables for the page about a class: its limits, and what ten thousand answers need."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from hooklab.limits import DEFAULTS, Limits
from hooklab.pages.cells import table
from hooklab.texts import number, pick

FIGURES = Path(__file__).with_name("throughput.json")
ANSWERS = 10_000
CORES = (2, 8, 32, 128)
# So long a machine may work on a class over a night.
NIGHT_HOURS = 10

_MEANING = {
    "memory_mib": (
        "addresses of each process, and memory of all of them, in MiB",
        "adresses de chaque processus, et mémoire de tous ensemble, en Mio",
    ),
    "processor_seconds": (
        "processor time of each process",
        "temps de processeur de chaque processus",
    ),
    "file_mib": ("size of each file, in MiB", "taille de chaque fichier, en Mio"),
    "disk_mib": (
        "all that it writes in one check, in MiB",
        "tout ce qu’elle écrit pendant un contrôle, en Mio",
    ),
    "files": ("files that it writes in one check", "fichiers qu’elle écrit pendant un contrôle"),
    "open_files": ("open files of each process", "fichiers ouverts par processus"),
    "processes": (
        "processes and threads; root has no such limit",
        "processus et fils d’exécution ; root n’a pas cette limite",
    ),
    "check_seconds": ("wall time of one check", "durée d’un contrôle"),
    "submission_seconds": (
        "wall time of all checks of an exercise",
        "durée de tous les contrôles d’un exercice",
    ),
    "output_kib": (
        "how much of what it prints is read, in KiB",
        "ce qui est lu de ce qu’elle affiche, en Kio",
    ),
}


def limits() -> str:
    """Each limit with its default and what it bounds."""
    header = {
        "en": ("in `[limits]`", "by default", "bounds"),
        "fr": ("dans `[limits]`", "par défaut", "borne"),
    }
    rows = [
        (
            f"`{each.name}`",
            number(getattr(DEFAULTS, each.name)),
            pick(dict(zip(("en", "fr"), map(_typed, _MEANING[each.name]), strict=True))),
        )
        for each in fields(Limits)
    ]
    return table(pick(header), rows, left=(0, 2))


def ten_thousand() -> str:
    """How long so many answers take on so many cores, and how much memory these need."""
    figures = _figures()
    header = {"en": ("cores", "hours", "memory"), "fr": ("cœurs", "heures", "mémoire")}
    hours = ANSWERS * figures["processor_seconds"] / 3600
    memory = figures["memory_mib_at_the_end"] / figures["at_once"] / 1024
    unit = pick({"en": "GiB", "fr": "Gio"})
    rows = [
        (
            number(cores),
            number(hours / cores, 1),
            f"{number(cores * memory, 1)}\N{NO-BREAK SPACE}{unit}",
        )
        for cores in CORES
    ]
    return table(pick(header), rows)


def measured() -> str:
    """From what the table is computed, and how many cores make it in a night."""
    figures = _figures()
    hours = ANSWERS * figures["processor_seconds"] / 3600
    text = {
        "en": "Measured with `benchmarks/throughput.py` on `{exercise}`, behind the wall "
        "(`{tier}`): {seconds} s of a processor for each answer, and for {at_once} cores {first} "
        "MiB of memory at the beginning of {many} answers and {last} MiB at their end. {answers} "
        "answers in a night of {night} hours need {cores} cores.",
        "fr": "Mesuré avec `benchmarks/throughput.py` sur `{exercise}`, derrière le mur (`{tier}`) "
        ": {seconds} s de processeur par réponse et, pour {at_once} cœurs, {first} Mio de "
        "mémoire au début de {many} réponses et {last} Mio à la fin. Pour {answers} réponses en "
        "une nuit de {night} heures, il faut {cores} cœurs.",
    }
    return _typed(
        pick(text).format(
            exercise=figures["exercise"],
            tier=figures["tier"],
            seconds=number(figures["processor_seconds"], 1),
            at_once=figures["at_once"],
            first=number(figures["memory_mib"]),
            last=number(figures["memory_mib_at_the_end"]),
            many=number(figures["answers"]),
            answers=number(ANSWERS),
            night=NIGHT_HOURS,
            cores=number(-(-hours // NIGHT_HOURS), 0),
        )
    )


def _typed(text: str) -> str:
    """French marks stand behind a space that does not break."""
    for mark in ":;":
        text = text.replace(f" {mark}", f"\N{NO-BREAK SPACE}{mark}")
    return text


def _figures() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return found
