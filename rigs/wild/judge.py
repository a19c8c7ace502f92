"""Compares what became of one made-up file with what was predicted. Reads no warehouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rigs.wild.files import WildFile


def judge(
    file: WildFile, rules: Sequence[str], has_text: Callable[[str, str | None], bool]
) -> list[str]:
    """What is not as predicted, one line each.

    ``rules`` are the reasons for which something of the file was refused, one a record;
    ``has_text`` answers whether a marker, and a stretch beside it, stand in the text of a record.
    """
    wrong = [
        f"refused by {rule}, which was not predicted"
        for rule in dict.fromkeys(rules)
        if rule not in file.allowed
    ]
    refused = [record for record in file.records if record.kept is False]
    if len(rules) < len(refused):
        predicted = sorted({rule for record in refused for rule in record.rules})
        wrong.append(
            f"{len(refused)} records should be refused ({', '.join(predicted)}), {len(rules)} were"
        )
    for record in file.records:
        if record.kept is not True or record.marker is None:
            continue
        if not has_text(record.marker, None):
            wrong.append(f"record {record.marker} was to be kept and is in no article")
        elif record.exact is not None and not has_text(record.marker, record.exact):
            wrong.append(f"record {record.marker} is kept, its text differs from what was written")
    return wrong
