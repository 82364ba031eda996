"""Pairs of whatever chips: issued as strictly as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from twincard.card.report import Features
from twincard.flows.events import Listener, ignore
from twincard.flows.issue.pair import (
    Blank,
    IssuedPair,
    IssueEvent,
    Modes,
    Profile,
    issue_pair,
)
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.component import Component


def issue_as_able(
    original: Blank,
    backup: Blank,
    profile: Profile,
    components: Sequence[Component] = (),
    issuer: IssuerSigningKey | None = None,
    *,
    on_event: Listener[IssueEvent] = ignore,
) -> IssuedPair:
    """`issue_pair`, which allows chips that lack something to do without, and no others."""
    able = original.card.features & backup.card.features
    if Features.HOST_BLIND not in able and profile.modes is Modes.HOST_BLIND:
        profile = replace(profile, modes=Modes.EITHER)
    plain = Features.SCP03 not in able
    return issue_pair(original, backup, profile, components, issuer, plain=plain, on_event=on_event)
