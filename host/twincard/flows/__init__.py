"""Flows over two cards, or a card and files: issue, duplicate, recover. No printing or prompts.

Everything here may be interrupted anywhere and called again with the same arguments: what is left
to do is read from the cards and the files. Progress is reported as FlowEvents to a listener,
`on_event`. A refusal is a ProtocolError or a CardError, failed communication a TransportError, an
unusable file a FilesError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.flows.authority import NoIssuerChannelError, take_authority
    from twincard.flows.certify.certificate import (
        CertificateOnCardError,
        MadeCertificate,
        certify_decipher_key,
        certify_signature_key,
        read_certificate,
        request_certificate,
        store_certificate,
    )
    from twincard.flows.check.drill import (
        CheckEvent,
        CheckOutcome,
        CheckSummary,
        FileCheck,
        KeyCheck,
        check_files,
        check_key,
    )
    from twincard.flows.check.log import (
        CardLog,
        LogError,
        LogState,
        Signer,
        read_log,
    )
    from twincard.flows.duplicate.abandon import Cancelled, abandon, cancel
    from twincard.flows.duplicate.duplication import (
        Duplicated,
        DuplicationEvent,
        DuplicationStep,
        duplicate_key,
    )
    from twincard.flows.errors import ComponentMissingError, ProtocolError
    from twincard.flows.events import BytesEvent, FlowEvent, Listener
    from twincard.flows.files.archive import (
        CardArchive,
        archive_file,
        encrypt_archive_file,
    )
    from twincard.flows.files.change import (
        LastRecipientError,
        add_recipients,
        remove_recipients,
    )
    from twincard.flows.files.decrypt import decrypt_file, transcode_file
    from twincard.flows.files.encrypt import Source, StreamSource, encrypt_file, encrypt_folder
    from twincard.flows.files.mine import own_recipients
    from twincard.flows.files.opener import (
        CardChecker,
        CardHolder,
        CardOpener,
        CardRecipient,
        CardTranscoder,
        PinProvider,
    )
    from twincard.flows.files.sign import (
        NoSignatureKeyError,
        card_signer,
        encrypt_signed,
        sign_file,
        verify_file,
    )
    from twincard.flows.files.time_stamping import TimeStampUrlError, time_stamper
    from twincard.flows.files.unpacking import FolderOutput
    from twincard.flows.identity import UntrustedCardError, identify, protect
    from twincard.flows.issue.pair import (
        Blank,
        IssuedPair,
        IssueEvent,
        IssueStep,
        Modes,
        NoHostBlindModeError,
        OtherIssuerError,
        Profile,
        issue_pair,
    )
    from twincard.flows.recover.outcomes import (
        FoundCount,
        FoundKind,
        PlanEvent,
        RecoveredFile,
        RecoverEvent,
        RecoverOutcome,
        RecoverySummary,
    )
    from twincard.flows.recover.recovery import recover_files
    from twincard.ground.file_metadata import MetadataLoss

__all__ = [
    "Blank",
    "BytesEvent",
    "Cancelled",
    "CardArchive",
    "CardChecker",
    "CardHolder",
    "CardLog",
    "CardOpener",
    "CardRecipient",
    "CardTranscoder",
    "CertificateOnCardError",
    "CheckEvent",
    "CheckOutcome",
    "CheckSummary",
    "ComponentMissingError",
    "Duplicated",
    "DuplicationEvent",
    "DuplicationStep",
    "FileCheck",
    "FlowEvent",
    "FolderOutput",
    "FoundCount",
    "FoundKind",
    "IssueEvent",
    "IssueStep",
    "IssuedPair",
    "KeyCheck",
    "LastRecipientError",
    "Listener",
    "LogError",
    "LogState",
    "MadeCertificate",
    "MetadataLoss",
    "Modes",
    "NoHostBlindModeError",
    "NoIssuerChannelError",
    "NoSignatureKeyError",
    "OtherIssuerError",
    "PinProvider",
    "PlanEvent",
    "Profile",
    "ProtocolError",
    "RecoverEvent",
    "RecoverOutcome",
    "RecoveredFile",
    "RecoverySummary",
    "Signer",
    "Source",
    "StreamSource",
    "TimeStampUrlError",
    "UntrustedCardError",
    "abandon",
    "add_recipients",
    "archive_file",
    "cancel",
    "card_signer",
    "certify_decipher_key",
    "certify_signature_key",
    "check_files",
    "check_key",
    "decrypt_file",
    "duplicate_key",
    "encrypt_archive_file",
    "encrypt_file",
    "encrypt_folder",
    "encrypt_signed",
    "identify",
    "issue_pair",
    "own_recipients",
    "protect",
    "read_certificate",
    "read_log",
    "recover_files",
    "remove_recipients",
    "request_certificate",
    "sign_file",
    "store_certificate",
    "take_authority",
    "time_stamper",
    "transcode_file",
    "verify_file",
]

__getattr__ = exports(__name__)
