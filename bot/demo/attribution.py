"""The page that says where the example data comes from."""

from __future__ import annotations

from collections.abc import Mapping

SETS = {
    "begin_wow": (
        "BEGIN, the Wizard of Wikipedia part",
        "https://github.com/google/BEGIN-dataset",
        "answers of dialogue systems to a person's last turn, beside the knowledge sentence that they were given",
        "1: people found the answer not fully attributable to the knowledge sentence; 0: fully attributable",
    ),
    "q2_wow": (
        "Q², cross annotation",
        "https://github.com/orhonovich/q-squared, third_party/data/cross_annotation.csv",
        "answers of two dialogue systems (dodecaDialogue, MemNet) beside their knowledge sentence",
        "1: people found the answer inconsistent with the knowledge sentence; 0: consistent",
    ),
    "summedits": (
        "SummEdits",
        "https://github.com/salesforce/factualNLG",
        "summaries edited by language models, verified by people (sales e-mails, sales calls, a meeting, an abstract)",
        "1: people found the summary inconsistent with the document; 0: consistent",
    ),
}

PAGE = """# Where the example data comes from

Real outputs of models with the labels that people gave them, and documents that ground them. Made by
`python -m bot.demo.make_data`; nothing here was written for Whetstone except titles and headings.

## Outputs (`outputs.jsonl`)

{sets}
## Documents (`documents/`)

| documents | source | licence |
|---|---|---|
| music, books-and-fantasy, film-and-television, sport, food-and-drink, companies-and-products, work-and-law, \
places-and-history, nature-and-health | knowledge sentences of BEGIN (https://github.com/google/BEGIN-dataset) and \
Q² (https://github.com/orhonovich/q-squared), which took them from Wizard of Wikipedia, and it from Wikipedia \
articles by their contributors | BEGIN: CC BY 4.0; Q²: MIT; Wikipedia's text: CC BY-SA |
| accounting, franchising, small-business | OpenStax, *Introduction to Business* \
(https://github.com/openstax/osbooks-introduction-business). Access for free at https://openstax.org | CC BY 4.0 |
| the-1920s, boston-massacre | OpenStax, *U.S. History* (https://github.com/openstax/osbooks-us-history). \
Access for free at https://openstax.org | CC BY 4.0 |
| pair-programming, accessible-images | 18F, the blog (https://github.com/18F/18f.gsa.gov) | CC0 1.0 |

Licence texts: CC BY 4.0 https://creativecommons.org/licenses/by/4.0/ · CC BY-SA \
https://creativecommons.org/licenses/by-sa/4.0/ · CC0 https://creativecommons.org/publicdomain/zero/1.0/ · \
Apache-2.0 https://www.apache.org/licenses/LICENSE-2.0 · MIT https://opensource.org/license/mit

## Notices

- BEGIN: Nouha Dziri, Hannah Rashkin, Tal Linzen, David Reitter, "Evaluating Groundedness in Dialogue Systems: The \
BEGIN Benchmark". Its notice: "This product includes data (specifically, conversation histories and knowledge \
snippets used as model inputs) developed at Facebook, Inc. by Emily Dinan, Stephen Roller, Kurt Shuster, Angela Fan, \
Michael Auli, and Jason Weston. [...] Copyright (c) 2021 Facebook, Inc and its affiliates. Under the CC-BY-4.0 license."
- Q²: Or Honovich and others; the repository is Copyright 2020 Or Honovich, its third-party data is a subset of \
Wizard of Wikipedia from ParlAI (https://github.com/facebookresearch/ParlAI, Facebook, Inc. and its affiliates): \
Emily Dinan, Stephen Roller, Kurt Shuster, Angela Fan, Michael Auli, Jason Weston, "Wizard of Wikipedia: \
Knowledge-Powered Conversational Agents", ICLR 2019.
- SummEdits: Philippe Laban and others, Salesforce, "LLMs as Factual Reasoners: Insights from Existing Benchmarks and \
Beyond".
- All of it comes as it is, without warranties of any kind.

## What was changed

- A part of each set was chosen: questions and answers that can be read without the turns before them, and short \
documents to summarise.
- The dialogue answers' gaps from tokenising were closed ("i ' m not sure ." reads "i'm not sure."); no word was \
changed.
- Labels are given as 0 (grounded) and 1 (not grounded) in all sets.
- Knowledge sentences were put together under titles and headings that are ours; where a set spells a sentence in \
lower case and another one with capitals, the capitals are taken, and its first letter is made a capital.
- Book and blog passages were put together under titles and headings that are ours; some lines between them may be \
missing.
- A `correction` is always a text of the same set that people found right: the summary that a wrong one was edited \
from, or another system's answer to the same question.
"""


def attribution(counts: Mapping[tuple[str, int], int], licences: Mapping[str, str]) -> str:
    """The page, with the number of rows by source set and label."""
    parts: list[str] = []
    for key, (name, address, what, meaning) in SETS.items():
        members = [source_set for source_set in licences if source_set.startswith(key)]
        rows = [
            f"| {source_set} | {counts.get((source_set, 0), 0)} | {counts.get((source_set, 1), 0)} "
            f"| {licences[source_set]} |\n"
            for source_set in members
        ]
        parts.append(
            f"**{name}** ({address}): {what}. Label {meaning}.\n\n"
            f"| source set | label 0 | label 1 | licence |\n|---|---|---|---|\n{''.join(rows)}\n"
        )
    return PAGE.format(sets="".join(parts))
