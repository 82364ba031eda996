"""The commands of `twincard`, in order of use: name, summary and module of each.

The module of a command is imported only when the command runs or shows its help. The summary is the
first sentence of the command's docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twincard.ground.language import N_


@dataclass(frozen=True)
class Leaf:
    """A command: its sentence, and the function that carries it out."""

    summary: str
    home: str
    """Below `twincard.cli`, such as "card.info:info"."""


@dataclass(frozen=True)
class Branch:
    """A group of commands."""

    summary: str
    commands: Mapping[str, Leaf]


COMMANDS: Mapping[str, Leaf | Branch] = {
    "start": Leaf(N_("Set up a pair of cards step by step. Begin here."), "start.command:start"),
    "demo": Leaf(N_("Demonstrate backup, loss and recovery on simulated cards."), "demo:demo"),
    "readers": Leaf(N_("List simulated cards and PC/SC readers."), "reader.readers:readers"),
    "sim": Branch(
        N_("Manage simulated cards, which run the real applet without a chip."),
        {
            "new": Leaf(
                N_("Create a simulated card, and a file with its transport key."),
                "reader.sim:new",
            ),
            "cap": Leaf(
                N_("Write a CAP file without code, to rehearse `card load` on simulated cards."),
                "reader.sim:cap",
            ),
            "list": Leaf(N_("List simulated cards."), "reader.sim:list_"),
            "remove": Leaf(
                N_("Destroy a simulated card and every key on it."), "reader.sim:remove"
            ),
            "serve": Leaf(
                N_("Insert a simulated card into a virtual pcscd reader until Ctrl-C."),
                "reader.serve:serve",
            ),
        },
    ),
    "group": Branch(
        N_("Manage the components of a key group."),
        {
            "new": Leaf(
                N_(
                    "Generate the components of a new key group, as files, printed mailers or both."
                ),
                "group.new:new",
            ),
            "split": Leaf(
                N_("Split a component into SLIP-39 shares, so that losing one sheet does no harm."),
                "group.shares:split",
            ),
            "join": Leaf(
                N_("Restore a component from share files or from typed words."),
                "group.shares:join",
            ),
            "verify": Leaf(
                N_("Check components and shares, from files, typed or scanned. No card is needed."),
                "group.verify:verify",
            ),
            "clear": Leaf(
                N_("Clear exposed or wrong components on a card that has no key yet."),
                "group.clear:clear",
            ),
        },
    ),
    "issuer": Branch(
        N_("Manage the issuer's signing key, which certifies cards."),
        {
            "new": Leaf(
                N_("Generate a signing key in FILE, and its public key in FILE.pub."),
                "key.issuer:new",
            ),
            "show": Leaf(
                N_("Show an issuer's public key, and the SHA-256 that `card info` shows for it."),
                "key.issuer:show",
            ),
        },
    ),
    "card": Branch(
        N_("Inspect and manage a single card."),
        {
            "load": Leaf(
                N_("Load the applet onto a card through GlobalPlatform SCP03, and install it."),
                "card.load:load",
            ),
            "contents": Leaf(
                N_("List the packages and applets on a card, using its management keys."),
                "card.contents:contents",
            ),
            "info": Leaf(N_("Show the state of a card. No PIN is needed."), "card.info:info"),
            "accept": Leaf(
                N_(
                    "Check a card that you received, before you set your own PIN. No PIN is needed."
                ),
                "card.accept:accept",
            ),
            "pin": Leaf(N_("Change the PIN."), "card.pin:pin"),
            "unblock": Leaf(N_("Set a new PIN with the PUK."), "card.pin:unblock"),
            "check": Leaf(
                N_("Test whether a card, such as a backup kept in a safe, can still decrypt."),
                "card.check:check",
            ),
            "log": Leaf(
                N_("Show the last 16 events of a card and verify its log. No PIN is needed."),
                "card.log:log",
            ),
            "report": Leaf(
                N_(
                    "Describe a card for the project: chip, features and timings. No PIN is needed."
                ),
                "card.report:report",
            ),
            "scp03-keys": Leaf(
                N_("Replace the transport key of a card, and the SCP03 keys derived from it."),
                "card.scp03_keys:scp03_keys",
            ),
            "unload": Leaf(
                N_("Delete the applet and its package from a card, with every key in it."),
                "card.contents:unload",
            ),
            "terminate": Leaf(
                N_("Erase every secret on a card, and disable the card permanently."),
                "card.terminate:terminate",
            ),
        },
    ),
    "issue": Leaf(N_("Issue a pair of cards: an original and its backup."), "pair.issue:issue"),
    "duplicate": Leaf(
        N_("Copy the key of the original to its backup."), "pair.duplicate:duplicate"
    ),
    "sheet": Leaf(
        N_("Print a sheet to keep with the backup, with its card id and instructions."),
        "pair.sheet:sheet",
    ),
    "public-key": Leaf(
        N_("Print the public key of a card in PEM format. No PIN is needed."),
        "key.public_key:public_key",
    ),
    "certificate": Leaf(
        N_("Make a certificate for the card's key, store it on the card and print it."),
        "key.certificate:certificate",
    ),
    "csr": Leaf(
        N_("Print a certificate signing request (CSR) for the card's signature key."),
        "key.certificate:csr",
    ),
    "contact": Branch(
        N_("Manage the address book: other people's public keys and certificates."),
        {
            "add": Leaf(
                N_("Add a person to the address book, or give them a new key."),
                "contact.book:add",
            ),
            "list": Leaf(
                N_("List the people in the address book, or the keys on a card."),
                "contact.book:list_",
            ),
            "show": Leaf(
                N_("Show a person's key, its SHA-256, and the certificate or public key in PEM."),
                "contact.book:show",
            ),
            "remove": Leaf(
                N_("Remove a person from the address book, or a key from a card."),
                "contact.book:remove",
            ),
        },
    ),
    "encrypt": Leaf(
        N_("Encrypt files, each into FILE.p7m. No card is needed."), "file.encrypt:encrypt"
    ),
    "decrypt": Leaf(N_("Decrypt files with an original or a backup."), "file.decrypt:decrypt"),
    "inspect": Leaf(
        N_("Show to whom a file is encrypted, and how. No card and no PIN is needed."),
        "file.inspect:inspect_",
    ),
    "recipients": Branch(
        N_("Change who can open encrypted files; their content stays as it is."),
        {
            "add": Leaf(
                N_("Let others open files that your card opens, in place."),
                "file.recipients:add",
            ),
            "remove": Leaf(
                N_("Remove recipients from files, in place. No PIN is needed."),
                "file.recipients:remove",
            ),
        },
    ),
    "sign": Leaf(
        N_("Sign files with the signature key of a card, each into FILE.p7s."), "file.sign:sign"
    ),
    "verify": Leaf(N_("Verify the signature of a file. No card is needed."), "file.verify:verify"),
    "transcode": Leaf(
        N_("Re-encrypt files to another key, without decrypting their content."),
        "file.transcode:transcode",
    ),
    "mail": Branch(
        N_("Seal, open and send S/MIME mail."),
        {
            "seal": Leaf(
                N_("Make an S/MIME message that only its recipients can read. No card is needed."),
                "mail.seal:seal",
            ),
            "open": Leaf(
                N_(
                    "Show an S/MIME message: fields, text and attachments, and whether it is "
                    "authentic."
                ),
                "mail.open:open_",
            ),
            "send": Leaf(
                N_("Hand a message to a mail server, through TLS only."), "mail.send:send_"
            ),
        },
    ),
    "recover": Leaf(
        N_("Move encrypted files from an old card to a new one."), "pair.recover:recover"
    ),
    "chips": Leaf(
        N_("Show what real chips can do, what they lack and how long they take."),
        "chip.chips:chips",
    ),
    "schema": Leaf(N_("Print the JSON Schema of the output of --json."), "shell.schema:schema"),
    "completion": Leaf(
        N_("Print a shell completion script."),
        "shell.completion:completion",
    ),
}


def summary(*path: str) -> str:
    """The sentence of the command, or group, with this name; raises KeyError."""
    found: Leaf | Branch = COMMANDS[path[0]]
    for name in path[1:]:
        if isinstance(found, Leaf):
            raise KeyError(name)
        found = found.commands[name]
    return found.summary
