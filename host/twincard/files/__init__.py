"""CMS files: encrypted to cards and to other people, streamed in constant memory.

``encrypt`` needs public keys only; ``decrypt`` and ``transcode`` need something that holds the
private key, an Opener or a Transcoder. Everything here raises FilesError, or lets through what
the holder of the key raises.
"""

from twincard.files.decryption import Decrypted, decrypt, decrypt_from_archive
from twincard.files.encryption import encrypt, encrypt_to_archive
from twincard.files.errors import (
    AlgorithmRejectedError,
    AlteredError,
    FilesError,
    NotAuthenticatedError,
    NotCmsError,
    NotForThisKeyError,
    OutputError,
    RecipientRejectedError,
    SourceError,
    TooLargeError,
    UnsupportedError,
)
from twincard.files.output import FileOutput, Output, SpooledOutput
from twincard.files.recipients import (
    AES256_WRAP_SHARED_INFO,
    ArchiveOpener,
    ArchiveRecipient,
    ArchiveWrapper,
    EcRecipient,
    IssuerAndSerial,
    KdfHash,
    KeyHolder,
    KeyIdentifier,
    OpenableRecipient,
    Opener,
    Recipient,
    RecipientIdentifier,
    RecipientInfo,
    RsaAlgorithm,
    RsaRecipient,
    Transcoder,
    UnsupportedRecipient,
)
from twincard.files.transcoding import read_recipients, replace_recipients, transcode
from twincard.files.wrapping import wrap_key

__all__ = [
    "AES256_WRAP_SHARED_INFO",
    "AlgorithmRejectedError",
    "AlteredError",
    "ArchiveOpener",
    "ArchiveRecipient",
    "ArchiveWrapper",
    "Decrypted",
    "EcRecipient",
    "FileOutput",
    "FilesError",
    "IssuerAndSerial",
    "KdfHash",
    "KeyHolder",
    "KeyIdentifier",
    "NotAuthenticatedError",
    "NotCmsError",
    "NotForThisKeyError",
    "OpenableRecipient",
    "Opener",
    "Output",
    "OutputError",
    "Recipient",
    "RecipientIdentifier",
    "RecipientInfo",
    "RecipientRejectedError",
    "RsaAlgorithm",
    "RsaRecipient",
    "SourceError",
    "SpooledOutput",
    "TooLargeError",
    "Transcoder",
    "UnsupportedError",
    "UnsupportedRecipient",
    "decrypt",
    "decrypt_from_archive",
    "encrypt",
    "encrypt_to_archive",
    "read_recipients",
    "replace_recipients",
    "transcode",
    "wrap_key",
]
