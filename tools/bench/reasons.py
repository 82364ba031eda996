"""Why each APDU of a flow is sent. One without a reason ends the measurement."""

from __future__ import annotations

from tools.bench.counting import Exchange
from twincard.iso.ins import Ins

_REASONS = {
    Ins.INITIALIZE_UPDATE: "the card's part of the channel: its challenge and cryptogram",
    Ins.EXTERNAL_AUTHENTICATE_SCP03: "the issuer's part: only the issuer can issue a blank card",
    Ins.PERSONALISE: "role, PIN, PUK and export policy, in one command",
    Ins.BEGIN_GROUP: "size and id of the key group; the original draws the id",
    Ins.SET_COMPONENT: "one for each component: each may come from another holder",
    Ins.INTERNAL_AUTHENTICATE: "the user's channel: the card proves which card it is",
    Ins.VERIFY: "the PIN, through the channel",
    Ins.READ_BINARY: "is there a certificate? The backup needs it too, and files may name it",
    Ins.SELECT: "the place where a file is created or read",
    Ins.CREATE_FILE: "room for the certificates that mail programs need",
    Ins.CERTIFY: "proves to the other card of the pair that this is a genuine card, and which one",
    Ins.ACTIVATE: "ends initialisation: from now on the PIN gives authority",
    Ins.GENERATE_ASYMMETRIC_KEY_PAIR: "the key is made on the card; the answer is the public key",
    Ins.GET_TICKET: "binds the export to this one backup",
    Ins.EXPORT_KEY: "the wrapped key, for this ticket only",
    Ins.IMPORT_KEY: "the wrapped key; the answer is the receipt",
    Ins.CONFIRM_EXPORT: "the receipt that closes the export for good",
    Ins.MANAGE_SECURITY_ENVIRONMENT: "the target key of the transcode; once for all files",
    Ins.TRANSCODE: "the one operation per file on the old card",
    Ins.CHECK: "shows that the new card opens the same file, before it is replaced",
    Ins.GET_RESPONSE: "the rest of an answer longer than 256 bytes",
}
_BY_PARAMETERS = {
    (Ins.GET_DATA, 0x00E5): (
        "GET DATA E5",
        "the device key that the issuer certifies, and the key of the channel",
    ),
    (Ins.GET_DATA, 0x00E6): (
        "GET DATA E6",
        "who certified the card: both cards need the same issuer",
    ),
    (Ins.GET_DATA, 0x7F21): ("GET DATA 7F21", "the certificate, for the other card"),
    (Ins.GET_DATA, 0x00E0): (
        "GET DATA E0",
        "the state report, from which the remaining steps follow",
    ),
    (Ins.SELECT, 0x0400): ("SELECT", "selects the applet, which reports what the chip can do"),
    (Ins.PERFORM_SECURITY_OPERATION, 0x00BE): (
        "PSO: VERIFY CERTIFICATE",
        "the card with which this card shares a secret that no host has",
    ),
    (Ins.PERFORM_SECURITY_OPERATION, 0x8086): (
        "PSO: DECIPHER",
        "the one card operation per file",
    ),
    (Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x8100): (
        "READ PUBLIC KEY",
        "the key to which files are encrypted",
    ),
}
"""Commands that P1 and P2 distinguish."""
_CHAINING, _SECURED = 0x10, 0x04


def explain(exchange: Exchange) -> tuple[str, str]:
    """The command's name, and why it is sent. KeyError if no reason is listed."""
    cla, code, *parameters = exchange.header
    ins = Ins.sent(cla & ~(_CHAINING | _SECURED), code)
    if ins is None:
        raise KeyError(exchange.header)
    known = _BY_PARAMETERS.get((ins, int.from_bytes(parameters, "big")))
    name, reason = known or (ins.title, _REASONS[ins])
    return f"{name}, secured" if cla & _SECURED else name, reason
