"""Why each APDU of a flow is sent. One without a reason ends the measurement."""

from __future__ import annotations

from tools.bench.counting import Exchange

_REASONS = {
    "0084": ("GET CHALLENGE", "the number that the issuer's answer is bound to, against replay"),
    "0082": ("EXTERNAL AUTHENTICATE", "the issuer's authority: only he makes a card of a blank"),
    "8002": ("PERSONALISE", "role, PIN, PUK and export policy, in one command"),
    "8010": ("BEGIN GROUP", "size and id of the key group; the original draws the id"),
    "8012": ("SET COMPONENT", "one for each component: each may come from another holder"),
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
_CHAINING = 0x10


def explain(exchange: Exchange) -> tuple[str, str]:
    """The command's name, and why it is sent. KeyError when nobody has said why."""
    if exchange.header == _PUBLIC_KEY:
        return "READ PUBLIC KEY", "the key that files are given to"
    header = bytes([exchange.header[0] & ~_CHAINING]) + exchange.header[1:]
    command = header.hex().upper()
    return _REASONS.get(command) or _REASONS[command[:4]]
