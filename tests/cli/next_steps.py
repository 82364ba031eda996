"""Whether an error names a next step, in English or in Japanese."""

from __future__ import annotations

import re

_VERBS = (
    "Check|Choose|Clear|Close|Free|Get|Give|Insert|Issue|Load|Look|Make|Move|Remove|Run|Set|"
    "Start|Take|Try|Type|Use|Wait"
)
_ENGLISH = re.compile(
    rf"""
    `[a-z]+\ [^`]+`                     # a command to run
  | --[a-z][a-z-]+                      # an option to give
  | (?<=[.?:]\ )(?:(?i:{_VERBS}))\b     # a sentence that asks to do something
  | (?<=^)(?:{_VERBS})\b                # the same, alone
  | ,\ (?:use|run|take|give)\ the\b     # "To …, run the command again."
  | \bmust\ contain\b                   # what to give instead
    """,
    re.VERBOSE,
)
_JAPANESE = re.compile(
    r"`[a-z]+ [^`]+`|--[a-z][a-z-]+|ください|もう一度実行すると|する必要があります"
)


def names_next_step(sentence: str) -> bool:
    """Whether a sentence says what to run, give or do after what went wrong."""
    japanese = re.search(r"[\u3040-\u30ff\u4e00-\u9fff]{2}.*。", sentence) is not None
    return bool((_JAPANESE if japanese else _ENGLISH).search(sentence))
