"""Make the example data from the public sets: `python -m bot.demo.make_data [FOLDER]`.

FOLDER holds grounding_dev.jsonl and train_texts.jsonl (default: shared/data beside the checkout). The same input gives
the same bytes. Only what may be shipped is read: see ATTRIBUTION.md, which this writes too.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bot.demo.attribution import attribution

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
DEFAULT_INPUT = HERE.parents[2] / "shared" / "data"

DIALOGUE_SETS = ("begin_wow", "q2_wow")
SUMMARY_SETS = ("summedits_sales_email", "summedits_sales_call", "summedits_qmsumm", "summedits_scitldr")
SHIPPABLE = DIALOGUE_SETS + SUMMARY_SETS
LICENCES = {"begin_wow": "CC BY 4.0", "q2_wow": "MIT"} | dict.fromkeys(SUMMARY_SETS, "Apache-2.0")
SYSTEMS = {"dodeca": "dodecaDialogue", "memnet": "MemNet"}  # the two systems of q2; the other sets name none
SUMMARY_TITLES = {
    "summedits_sales_email": "Sales e-mail",
    "summedits_sales_call": "Sales call",
    "summedits_qmsumm": "Meeting transcript",
    "summedits_scitldr": "Paper abstract",
}

PER_SENTENCE = 5  # outputs on one knowledge sentence
PER_DOCUMENT = 8  # summaries of one document, half of them wrong
LONGEST_SOURCE = 3000  # characters of a document that is summarised: two of the meetings are longer than a card needs
PASSAGE_LENGTH = 900  # characters of one passage of a summarised document
HELD = 20  # outputs that wait for a person
OWN_PASSAGE_IN = 4  # every fourth dialogue answer brings its passage, the others rely on the index
ABOUT_THE_OTHER = re.compile(
    r"\b(your|favou?rite|(are|have|did|would|were) you|you (like|love|enjoy|prefer|ever|listen|watch|play"
    r"|read|do|think|ski|own|use|work|want|support|write|guys|only|still|plan|see|wanted|really))\b",
    re.IGNORECASE,
)
NO_SUBJECTS = frozenset(
    "about after also been being between both could does during each ever first from have into know like long made make"
    " many more most much only other over really some such than that their them then there these they thi those time"
    " very wa well were what when where which while will with world would year name called known used".split()
)
NO_ANSWER = ("i'm not sure", "im not sure", "i am not sure", "i don't know", "no idea")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of grounding_dev.jsonl."""

    id: str
    source_set: str
    question: str
    context: str
    output: str
    label: int  # 1: not grounded


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a knowledge sentence stands."""

    file: str
    title: str
    heading: str
    sentence: str


def main(arguments: Sequence[str]) -> int:
    """Write the data; 1 and a sentence when the input is not there."""
    folder = Path(arguments[0]) if arguments else DEFAULT_INPUT
    if not (folder / "grounding_dev.jsonl").is_file() or not (folder / "train_texts.jsonl").is_file():
        sys.stderr.write(f"{folder} does not hold grounding_dev.jsonl and train_texts.jsonl, so nothing was made.\n")
        return 1
    for name, content in make(folder).items():
        path = DATA / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sys.stdout.write(f"{name}: {len(content):,} bytes\n")
    return 0


def make(folder: Path) -> dict[str, bytes]:
    """All files by name, relative to the data folder."""
    choices = tomllib.loads((HERE / "choices.toml").read_text("utf-8"))
    rows = [row for row in _rows(folder / "grounding_dev.jsonl") if row.source_set in SHIPPABLE]
    places = _places(choices, rows)
    outputs = [*_dialogues(rows, places), *_summaries(rows)]
    _hold(outputs)
    outputs.sort(key=lambda output: _order(output["output_id"]))

    files = _theme_documents(choices, places) | _text_documents(choices, folder / "train_texts.jsonl")
    files["outputs.jsonl"] = "".join(json.dumps(output, ensure_ascii=False) + "\n" for output in outputs)
    counts = Counter((output["source_set"], output["label"]) for output in outputs)
    files["ATTRIBUTION.md"] = attribution(counts, LICENCES)
    return {name: text.encode("utf-8") for name, text in sorted(files.items())}


def _rows(path: Path) -> Iterable[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            yield Row(**{name: raw[name] for name in Row.__slots__})


def _order(name: str) -> str:
    """A shuffle that is the same everywhere."""
    return hashlib.sha256(name.encode("utf-8")).hexdigest()


# Documents


def _opening(text: str) -> str:
    return " ".join(text.lower().split())


def _places(choices: dict[str, Any], rows: Sequence[Row]) -> dict[str, Place]:
    """The place of each chosen knowledge sentence, by its text in lower case."""
    spellings: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.source_set in DIALOGUE_SETS:
            spellings[_opening(row.context)].add(" ".join(row.context.split()))
    places: dict[str, Place] = {}
    for theme in choices["theme"]:
        for heading, openings in theme["topics"].items():
            for opening in openings:
                (found,) = [text for text in spellings if text.startswith(opening)]
                # Parts of the sets are in lower case; the spelling with the most capitals is the one people wrote.
                best = max(sorted(spellings[found]), key=lambda text: sum(map(str.isupper, text)))
                places[found] = Place(
                    file=theme["file"], title=theme["title"], heading=heading, sentence=best[0].upper() + best[1:]
                )
    return places


def _theme_documents(choices: dict[str, Any], places: dict[str, Place]) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for theme in choices["theme"]:
        parts = [f"# {theme['title']}"]
        for heading in theme["topics"]:
            sentences = [p.sentence for p in places.values() if (p.file, p.heading) == (theme["file"], heading)]
            parts += [f"## {heading}", " ".join(sentences)]
        texts[f"documents/{theme['file']}"] = parts
    return {name: "\n\n".join(parts) + "\n" for name, parts in texts.items()}


def _text_documents(choices: dict[str, Any], path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as lines:
        passages = [(raw["source"], " ".join(raw["sentences"])) for raw in map(json.loads, lines)]
    texts: dict[str, str] = {}
    for text in choices["text"]:
        parts = [f"# {text['title']}"]
        for section in text["sections"]:
            (start,) = [
                at
                for at, (source, passage) in enumerate(passages)
                if source == text["source"] and passage.startswith(section["opens"])
            ]
            parts += [f"## {section['heading']}", *(p for _, p in passages[start : start + section["passages"]])]
        texts[f"documents/{text['file']}"] = "\n\n".join(parts) + "\n"
    return texts


# Outputs


def _dialogues(rows: Sequence[Row], places: dict[str, Place]) -> list[dict[str, Any]]:
    """Answers to questions whose knowledge sentence stands in a document."""
    answers = [row for row in rows if row.source_set in DIALOGUE_SETS and _opening(row.context) in places]
    by_sentence: dict[str, list[Row]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for row in sorted(answers, key=lambda row: _order(row.id)):
        key = (_opening(row.question), _opening(tidy(row.output)))
        if key not in seen and _reads_alone(row, places[_opening(row.context)]):
            seen.add(key)
            by_sentence[_opening(row.context)].append(row)
    return [
        _dialogue(row, places[sentence], _better_answer(row, answers))
        for sentence, found in sorted(by_sentence.items())
        for row in _alternating(found)[:PER_SENTENCE]
    ]


def _reads_alone(row: Row, place: Place) -> bool:
    """Whether a person who sees only the last turn and the answer can make sense of them.

    The question names something that the source speaks of. Questions about the taste or the life of the one who is
    asked are left out: no source can ground their answers.
    """
    question, answer = row.question.split(), row.output.split()
    return (
        "?" in row.question
        and "?" not in row.output
        and 4 <= len(question) <= 45
        and 5 <= len(answer) <= 60
        and not ABOUT_THE_OTHER.search(row.question)
        and bool(_subjects(row.question) & _subjects(f"{place.heading} {place.sentence}"))
    )


def _subjects(text: str) -> set[str]:
    """The stems of the words that can be a subject: four letters or more, without a plural's s."""
    return {word.removesuffix("s") for word in re.findall(r"[^\W\d_]{4,}", text.lower())} - NO_SUBJECTS


def _alternating(rows: Sequence[Row]) -> list[Row]:
    """Right and wrong in turn, the rarer label of the sets (right) first."""
    right = [row for row in rows if row.label == 0]
    wrong = [row for row in rows if row.label == 1]
    return [row for pair in zip_longest(right, wrong) for row in pair if row is not None]


def _better_answer(row: Row, answers: Sequence[Row]) -> str | None:
    """What people found grounded among the other answers to the same question; None when there is nothing."""
    if row.label == 0:
        return None
    found = [
        tidy(other.output)
        for other in answers
        if other.label == 0
        and (_opening(other.question), _opening(other.context)) == (_opening(row.question), _opening(row.context))
        and "?" not in other.output
        and not _opening(tidy(other.output)).startswith(NO_ANSWER)
        and _opening(tidy(other.output)) != _opening(tidy(row.output))
    ]
    return max(sorted(found), key=len, default=None)


def tidy(text: str) -> str:
    """Close the gaps that the dialogue sets' tokenisers left: "i ' m not sure ." becomes "i'm not sure."."""
    text = re.sub(r"(\w) ' (s|m|t|re|ve|ll|d)\b", r"\1'\2", " ".join(text.split()))
    text = re.sub(r"(\w) ?(n't|'(?:s|m|re|ve|ll|d))\b", r"\1\2", text)
    text = re.sub(r'" ([^"]*?) "', r'"\1"', text)
    text = re.sub(r"\$ (\d)", r"$\1", text)
    return re.sub(r" +([,.!?;:])", r"\1", text)


def _dialogue(row: Row, place: Place, correction: str | None) -> dict[str, Any]:
    system = SYSTEMS.get(row.id.rsplit(":", 1)[-1], row.source_set)
    passages = []
    if int(_order(row.id), 16) % OWN_PASSAGE_IN == 0:
        passages = [_passage(place.sentence, title=place.title, heading=place.heading, position=0)]
    return {
        "output_id": _output_id(row),
        "source_set": row.source_set,
        "licence": LICENCES[row.source_set],
        "model": system,
        "model_version": row.source_set if system != row.source_set else "",
        "tags": [row.source_set, place.file.removesuffix(".md")],
        "prompt": [{"role": "user", "content": " ".join(row.question.split())}],
        "completion": tidy(row.output),
        "passages": passages,
        "hold": False,
        "label": row.label,
        "correction": correction,
        "correction_from": None
        if correction is None
        else "another answer to the same question that people found right",
        "document": place.file,
        "heading": place.heading,
    }


def _summaries(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Summaries of whole documents, which come along as passages; a wrong one is an edit of a right one."""
    by_document: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.source_set in SUMMARY_SETS and len(row.context) <= LONGEST_SOURCE:
            by_document[row.source_set, row.context].append(row)
    outputs = []
    for (source_set, _), found in sorted(by_document.items()):
        (original,) = [row for row in found if row.id.endswith("_og")]
        others = sorted((row for row in found if row is not original), key=lambda row: _order(row.id))
        right = [original, *(row for row in others if row.label == 0)][: PER_DOCUMENT // 2]
        wrong = [row for row in others if row.label == 1][: PER_DOCUMENT - len(right)]
        outputs += [_summary(row, original, SUMMARY_TITLES[source_set]) for row in right + wrong]
    return outputs


def _summary(row: Row, original: Row, title: str) -> dict[str, Any]:
    number = original.id.rsplit(":", 1)[-1].removesuffix("_og").rsplit("_", 1)[-1]
    correction = original.output if row.label == 1 else None
    return {
        "output_id": _output_id(row),
        "source_set": row.source_set,
        "licence": LICENCES[row.source_set],
        "model": "summedits",
        "model_version": row.source_set.removeprefix("summedits_"),
        "tags": [row.source_set, "summaries"],
        "prompt": [{"role": "system", "content": row.context}, {"role": "user", "content": row.question}],
        "completion": row.output,
        "passages": [
            _passage(text, title=f"{title} {number}", heading=f"Part {part}", position=position)
            for part, (position, text) in enumerate(_pieces(row.context), start=1)
        ],
        "hold": False,
        "label": row.label,
        "correction": correction,
        "correction_from": None if correction is None else "the right summary that this one was edited from",
        "document": None,
        "heading": None,
    }


def _pieces(text: str) -> list[tuple[int, str]]:
    """Paragraphs put together to pieces of about PASSAGE_LENGTH characters, each with its position in the text."""
    pieces: list[tuple[int, str]] = []
    for match in re.finditer(r"[^\n]+", text):
        start = pieces[-1][0] if pieces else 0
        if pieces and match.end() - start <= PASSAGE_LENGTH:
            pieces[-1] = (start, text[start : match.end()])
        else:
            pieces.append((match.start(), match.group()))
    return pieces


def _passage(text: str, *, title: str, heading: str, position: int) -> dict[str, Any]:
    digest = hashlib.sha256(f"{title}\n{heading}\n{text}".encode()).hexdigest()
    return {"passage_id": digest[:12], "text": text, "title": title, "heading": heading, "position": position}


def _output_id(row: Row) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", row.id)


def _hold(outputs: list[dict[str, Any]]) -> None:
    """Let HELD outputs wait for a person, half of them right."""
    for label in (0, 1):
        same = sorted((o for o in outputs if o["label"] == label), key=lambda o: _order("hold " + o["output_id"]))
        for output in same[: HELD // 2]:
            output["hold"] = True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
