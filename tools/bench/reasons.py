"""Why each APDU of a flow is sent. One without a reason ends the measurement."""

from __future__ import annotations

from tools.bench.counting import Exchange

_REASONS = {
    "8050": ("INITIALIZE UPDATE", "the card's part of the channel: its challenge and cryptogram"),
    "8082": ("EXTERNAL AUTHENTICATE", "the issuer's part: only he makes a card of a blank"),
    "8002": ("PERSONALISE", "role, PIN, PUK and export policy, in one command"),
    "8010": ("BEGIN GROUP", "size and id of the key group; the original draws the id"),
    "8012": ("SET COMPONENT", "one for each component: each may come from another holder"),
    "00A4": ("SELECT", "where a file is made or looked for"),
    "00E0": ("CREATE FILE", "room for the certificates that mail programs want"),
    "00CA00E5": ("GET DATA E5", "the device key that the issuer certifies"),
    "00CA00E6": ("GET DATA E6", "who certified the card: both must have one issuer"),
    "8004": ("CERTIFY", "says to the other card of the pair that this is a card, and which"),
    "00CA7F21": ("GET DATA 7F21", "the certificate, for the other card"),
    "002A00BE": (
        "PSO: VERIFY CERTIFICATE",
        "whom the card shares the one secret with that no host has",
    ),
    "0044": ("ACTIVATE", "ends initialisation: from here the PIN rules"),
    "00CA00E0": ("GET DATA E0", "the state report, from which the steps that are left are planned"),
    "0046": ("GENERATE KEY PAIR", "the key is made on the card; the answer is the public key"),
    "8020": ("GET TICKET", "binds the export to this one backup"),
    "8022": ("EXPORT KEY", "the wrapped key, for this ticket alone"),
    "8024": ("IMPORT KEY", "the wrapped key; the answer is the receipt"),
    "8026": ("CONFIRM EXPORT", "the receipt that closes the export for good"),
    "0022": ("MSE SET", "the key that a transcode is for; once, for any number of files"),
    "002A8086": ("PSO: DECIPHER", "the one card operation of a file"),
    "8030": ("TRANSCODE", "the one operation of a file on the old card"),
    "8032": ("CHECK", "the new card opens the same file: proved before it is replaced"),
    "00C0": ("GET RESPONSE", "the rest of an answer longer than 256 bytes"),
}
_PUBLIC_KEY = bytes.fromhex("00468100")
_CHAINING, _SECURED = 0x10, 0x04


def explain(exchange: Exchange) -> tuple[str, str]:
    """The command's name, and why it is sent. KeyError when nobody has said why."""
    if exchange.header == _PUBLIC_KEY:
        return "READ PUBLIC KEY", "the key that files are given to"
    cla = exchange.header[0]
    command = (bytes([cla & ~(_CHAINING | _SECURED)]) + exchange.header[1:]).hex().upper()
    name, reason = _REASONS.get(command) or _REASONS[command[:4]]
    return f"{name}, secured" if cla & _SECURED else name, reason
