"""CMS files: encrypted to cards and to other people, streamed in constant memory.

``encrypt`` needs public keys only; ``decrypt`` and ``transcode`` need something that holds the
private key, an Opener or a Transcoder. All functions raise FilesError, and pass on what the holder
of the key raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.cms.decryption import Decrypted, decrypt
    from twincard.cms.encryption import EncryptedOutput, encrypt, encrypt_to_archive
    from twincard.cms.errors import (
        AlgorithmRejectedError,
        AlteredError,
        FilesError,
        NotAuthenticatedError,
        NotCmsError,
        NotForThisKeyError,
        NotVerifiedError,
        OutputError,
        OutputExistsError,
        RecipientRejectedError,
        SourceError,
        TimeStampError,
        TooLargeError,
        UnsupportedError,
        UntrustedError,
    )
    from twincard.cms.framing.bytes_output import BytesOutput
    from twincard.cms.framing.message import DATA_CONTENT, SIGNED_CONTENT, MessageKind
    from twincard.cms.framing.output import FileOutput, Output, SpooledOutput
    from twincard.cms.framing.source import Progress, Readable, Writable
    from twincard.cms.inspection import InspectedRecipient, Inspection, inspect
    from twincard.cms.recipients.certificates import (
        AmbiguousCertificatesError,
        CertificateDateError,
        RecipientCertificate,
        UnsuitableCertificateError,
    )
    from twincard.cms.recipients.identifiers import (
        IssuerAndSerial,
        KeyIdentifier,
        RecipientIdentifier,
    )
    from twincard.cms.recipients.infos import (
        AES256_WRAP_SHARED_INFO,
        ArchiveKeeper,
        ArchiveRecipient,
        ArchiveWrapper,
        EcRecipient,
        KdfHash,
        KeyHolder,
        NamedKey,
        OpenableRecipient,
        Opener,
        OtherKeyRecipient,
        PublicKeyRecipient,
        Recipient,
        RecipientInfo,
        RsaAlgorithm,
        RsaRecipient,
        Transcoder,
        UnsupportedRecipient,
    )
    from twincard.cms.recipients.other_keys import (
        OtherAlgorithm,
        OtherKey,
        OtherPublicKey,
        RecipientKey,
    )
    from twincard.cms.recipients.wrapping import wrap_for_card_key, wrap_key
    from twincard.cms.signed.signed_output import SignedOutput
    from twincard.cms.signed.signing import (
        ContentSigner,
        TimeStamper,
        WrongSignerError,
        sign,
        sign_detached,
    )
    from twincard.cms.signed.time_stamps import TimeStampRequest
    from twincard.cms.signed.trust import Trust
    from twincard.cms.signed.verification import Signature, TimeStamp, verify, verify_detached
    from twincard.cms.signed.verified_output import VerifiedOutput
    from twincard.cms.transcoding import (
        change_recipients,
        keep_for_archive,
        read_recipients,
        replace_recipients,
        transcode,
    )

__all__ = [
    "AES256_WRAP_SHARED_INFO",
    "DATA_CONTENT",
    "SIGNED_CONTENT",
    "AlgorithmRejectedError",
    "AlteredError",
    "AmbiguousCertificatesError",
    "ArchiveKeeper",
    "ArchiveRecipient",
    "ArchiveWrapper",
    "BytesOutput",
    "CertificateDateError",
    "ContentSigner",
    "Decrypted",
    "EcRecipient",
    "EncryptedOutput",
    "FileOutput",
    "FilesError",
    "InspectedRecipient",
    "Inspection",
    "IssuerAndSerial",
    "KdfHash",
    "KeyHolder",
    "KeyIdentifier",
    "MessageKind",
    "NamedKey",
    "NotAuthenticatedError",
    "NotCmsError",
    "NotForThisKeyError",
    "NotVerifiedError",
    "OpenableRecipient",
    "Opener",
    "OtherAlgorithm",
    "OtherKey",
    "OtherKeyRecipient",
    "OtherPublicKey",
    "Output",
    "OutputError",
    "OutputExistsError",
    "Progress",
    "PublicKeyRecipient",
    "Readable",
    "Recipient",
    "RecipientCertificate",
    "RecipientIdentifier",
    "RecipientInfo",
    "RecipientKey",
    "RecipientRejectedError",
    "RsaAlgorithm",
    "RsaRecipient",
    "Signature",
    "SignedOutput",
    "SourceError",
    "SpooledOutput",
    "TimeStamp",
    "TimeStampError",
    "TimeStampRequest",
    "TimeStamper",
    "TooLargeError",
    "Transcoder",
    "Trust",
    "UnsuitableCertificateError",
    "UnsupportedError",
    "UnsupportedRecipient",
    "UntrustedError",
    "VerifiedOutput",
    "Writable",
    "WrongSignerError",
    "change_recipients",
    "decrypt",
    "encrypt",
    "encrypt_to_archive",
    "inspect",
    "keep_for_archive",
    "read_recipients",
    "replace_recipients",
    "sign",
    "sign_detached",
    "transcode",
    "verify",
    "verify_detached",
    "wrap_for_card_key",
    "wrap_key",
]

__getattr__ = exports(__name__)
