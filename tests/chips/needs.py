"""What tests of the bench need of a chip beyond what they ask the bench for.

With `--chip` a test whose id begins so is skipped on chips that lack it.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from twincard.card.report import Features

_BLIND = Features.HOST_BLIND
_EXTENDED = Features.EXTENDED_LENGTH
_SCP03 = Features.SCP03
_SCP11B = Features.SCP11B
EVERYTHING = Features((1 << len(Features)) - 1)
NEEDS: dict[str, Features] = {
    "tests/flows/test_channel.py": _SCP11B,
    "tests/flows/test_issue_certified.py": _BLIND,
    "tests/flows/test_issue_downgrade.py": _BLIND,
    # The full build's issue certifies, and says so in policy and steps.
    "tests/flows/test_issue.py::test_a_pair_is_issued_with_one_component_and_its_files": _BLIND,
    "tests/flows/test_issue.py::test_issue_is_repeated_after_an_interruption": _BLIND,
    "tests/flows/test_issue.py::test_an_interrupted_issue_may_be_repeated": _BLIND,
    "tests/flows/test_issue.py::test_issued_cards_that_are_not_as_asked_for": _BLIND,
    # They hold every feature, command or size against a chip that lacks nothing.
    "tests/card/test_installation.py::test_select_tells_version_and_features": EVERYTHING,
    "tests/card/test_success_paths.py::test_every_command_succeeds": _BLIND,
    # Only the full build has a second key.
    "tests/card/test_security_environment.py::test_the_environment_for_signatures": Features.LOG,
    "tests/card/test_transport.py::test_an_import_gathers_1160_bytes": EVERYTHING,
    "tests/card/test_receiving.py::test_lengths_may_be_extended": _EXTENDED,
    # Secure channels, through which some of these send all that a card may be sent.
    "tests/card/test_channels.py::test_secure_messaging_is_the_same_for_another_host[as_issuer": _SCP03,  # noqa: E501
    "tests/card/test_channels.py::test_secure_messaging_is_the_same_for_another_host[as_user": _SCP11B,  # noqa: E501
    "tests/card/test_channels.py::test_a_plain_command_ends_the_secure_channel": _SCP03,
    "tests/card/test_kept_report.py::test_no_command_that_keeps_the_report": _BLIND,
    "tests/card/test_kept_report.py::test_it_is_asked_once": _BLIND,
    "tests/card/test_kept_report.py::test_what_was_said_in_the_clear_is_not_kept_in_a_channel[SCP11b": _SCP11B,  # noqa: E501
    "tests/card/test_kept_report.py::test_what_was_said_in_the_clear_is_not_kept_in_a_channel[SCP03": _SCP03,  # noqa: E501
    # The issuer's authority without a channel takes its word for it (--plain).
    "tests/flows/test_duplicate.py::test_an_abandoned_export_spends_the_slot": _SCP03,
    # In base mode an original that asks for a key is refused in another way.
    "tests/flows/test_source_duplicate.py::test_a_backup_hands_out_nothing": _BLIND,
    "tests/card/test_transport.py::test_extended_parts": _EXTENDED,
    "tests/card/test_transport.py::test_a_long_command_in_one_piece": _EXTENDED,
    "tests/card/test_transport.py::test_a_short_command_may_be_sent_extended": _EXTENDED,
    "tests/card/test_transport.py::test_an_answer_in_pieces_of_any_size": _EXTENDED,
    "tests/card/test_transport.py::test_a_key_block_in_pieces": _EXTENDED,
    "tests/card/test_use_of_key.py::test_whatever_byte_is_altered_the_answer_is_the_same[RSA": _EXTENDED,  # noqa: E501
    "tests/card/test_use_of_key.py::test_rsa_cryptograms_that_nobody_made": _EXTENDED,
    # They are written for the key block of a P-256 key, and for the number of its writes.
    "tests/faults/test_duplication.py::test_a_second_backup_gets_the_key_once": Features.P_256,
    "tests/faults/test_duplication.py::test_exactly_one_backup_gets_the_key_when": Features.P_256,
}


def skip_where_unable(items: Iterable[pytest.Item], able: Features) -> None:
    """Mark the tests that a chip with these features cannot run."""
    for item in items:
        for beginning, needed in NEEDS.items():
            missing = needed & ~able
            if item.nodeid.startswith(beginning) and missing:
                reason = f"these chips lack {missing.name or 'something'}"
                item.add_marker(pytest.mark.skip(reason=reason))
