"""Whether an error names a next step, in English or in Japanese."""

from __future__ import annotations

import re

_VERBS = (
    "Add|Ask|Check|Choose|Clear|Close|Decrypt|Delete|Empty|Free|Get|Give|Insert|Issue|Leave|"
    "Load|Look|Make|Move|Remove|Run|See|Set|Start|Take|Try|Type|Use|Wait|Write"
)
_ENGLISH = re.compile(
    rf"""
    (?:^|[.?:]\ )                               # the last sentence, or what follows its colon:
    (?:
        (?:(?:Then|First),?\ )?(?i:{_VERBS})\b      # it asks to do something
      | (?:To|If|For)\ [^.]+?,\ (?i:{_VERBS})\b     # the same, with what for or when
      | It\ must\ contain\b                        # says what to write there
      | `[a-z]+\ [^`]+`\ (?:lists|sets|shows)\b     # or says what a command would do
    )
    (?:[^.?]|[.](?!\ |$))*[.]?$                 # a point inside of a name does not end it
    """,
    re.VERBOSE,
)
_JAPANESE = re.compile(
    r"(?:ください|`[a-z]+ [^`]+` で[^。]*(?:でき|られ)ます|もう一度実行すると、[^。]+)。?$"
)


def names_next_step(sentence: str) -> bool:
    """Whether what is said ends by asking to run, give or do something."""
    japanese = re.search(r"[\u3040-\u30ff\u4e00-\u9fff]{2}.*。", sentence) is not None
    return bool((_JAPANESE if japanese else _ENGLISH).search(sentence))
