"""The commands of `twincard`: the name, one sentence and the home of each, in order of use.

A command's module is imported when the command is called, or asked for its help; the list of
commands needs none of them. The sentence is the first of the command's docstring.
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
    "demo": Leaf(N_("Tell the whole story on simulated cards."), "demo:demo"),
    "readers": Leaf(
        N_("List the simulated cards and the PC/SC readers."), "reader.readers:readers"
    ),
    "sim": Branch(
        N_("Simulated cards: the real applet, without a chip."),
        {
            "new": Leaf(
                N_("Make a simulated card, with a transport key of its own in a file beside it."),
                "reader.sim:new",
            ),
            "cap": Leaf(
                N_(
                    "Write a CAP file without code, with which `card load` is rehearsed on "
                    "simulated cards."
                ),
                "reader.sim:cap",
            ),
            "list": Leaf(N_("List the simulated cards."), "reader.sim:list_"),
            "remove": Leaf(
                N_("Destroy a simulated card, and with it the keys on it."), "reader.sim:remove"
            ),
            "serve": Leaf(
                N_(
                    "Put a simulated card into a virtual reader of pcscd, until Ctrl-C takes it "
                    "out."
                ),
                "reader.serve:serve",
            ),
        },
    ),
    "group": Branch(
        N_("Key groups: the components that their holders keep."),
        {
            "new": Leaf(
                N_("Draw the components of a new key group, a file or a printed mailer each."),
                "group.new:new",
            ),
            "split": Leaf(
                N_("Share a component out in SLIP-39 words: a holder may then lose a paper."),
                "group.shares:split",
            ),
            "join": Leaf(
                N_(
                    "Make a component whole again, from share files or from words that are typed "
                    "blind."
                ),
                "group.shares:join",
            ),
            "clear": Leaf(
                N_(
                    "Clear components on a card that holds no key yet, such as an exposed or a "
                    "wrong one."
                ),
                "group.clear:clear",
            ),
        },
    ),
    "issuer": Branch(
        N_("The issuer's signing key, which certifies cards."),
        {
            "new": Leaf(
                N_("Draw a signing key: FILE, for the issuer alone, and FILE.pub, for everybody."),
                "key.issuer:new",
            ),
            "show": Leaf(
                N_("Show an issuer's public key and its SHA-256, as `card info` names it."),
                "key.issuer:show",
            ),
        },
    ),
    "card": Branch(
        N_("One card: its state, its PIN, its end."),
        {
            "load": Leaf(
                N_("Load the applet onto a card and install it, through GlobalPlatform SCP03."),
                "card.load:load",
            ),
            "contents": Leaf(
                N_("List the packages and applets on a card, with its management keys."),
                "card.contents:contents",
            ),
            "info": Leaf(
                N_("Show what a card says about itself. No PIN is needed."), "card.info:info"
            ),
            "accept": Leaf(
                N_(
                    "Check a card that you were given, before you set a PIN of your own. No PIN is "
                    "needed."
                ),
                "card.accept:accept",
            ),
            "pin": Leaf(N_("Change the PIN."), "card.pin:pin"),
            "unblock": Leaf(N_("Set a new PIN with the PUK."), "card.pin:unblock"),
            "check": Leaf(
                N_(
                    "Try whether a card, such as a backup from its safe, still opens what it "
                    "should."
                ),
                "card.check:check",
            ),
            "log": Leaf(
                N_(
                    "Show the card's last 16 events, and check that they are what it noted. No PIN "
                    "is needed."
                ),
                "card.log:log",
            ),
            "report": Leaf(
                N_(
                    "Describe a card for a report to the project: chip, features, times. No PIN is "
                    "needed."
                ),
                "card.report:report",
            ),
            "scp03-keys": Leaf(
                N_(
                    "Replace the transport key of a card: the SCP03 keys are then those of the new "
                    "file."
                ),
                "card.scp03_keys:scp03_keys",
            ),
            "unload": Leaf(
                N_("Delete the applet and its package from a card, and every key on it."),
                "card.contents:unload",
            ),
            "terminate": Leaf(
                N_("Wipe every secret on a card and end its life, for good."),
                "card.terminate:terminate",
            ),
        },
    ),
    "issue": Leaf(N_("Issue a pair of cards: an original and its backup."), "pair.issue:issue"),
    "duplicate": Leaf(
        N_("Hand the original's key to its backup, once."), "pair.duplicate:duplicate"
    ),
    "public-key": Leaf(
        N_("Print the card's public key in PEM. No PIN is needed."), "key.public_key:public_key"
    ),
    "certificate": Leaf(
        N_("Make a certificate for the card's key, keep it on the card, and print it."),
        "key.certificate:certificate",
    ),
    "csr": Leaf(
        N_(
            "Print a request to certify the card's signature key, which is made where there is "
            "none."
        ),
        "key.certificate:csr",
    ),
    "encrypt": Leaf(
        N_("Encrypt files, each into FILE.p7m; no card is needed."), "file.encrypt:encrypt"
    ),
    "decrypt": Leaf(N_("Decrypt files with a card, original or backup."), "file.decrypt:decrypt"),
    "transcode": Leaf(N_("Give encrypted files to another key."), "file.transcode:transcode"),
    "recover": Leaf(N_("Move encrypted files to a new card."), "pair.recover:recover"),
    "chips": Leaf(
        N_("What real chips can do, what they lack, and how long it would take them."),
        "chip.chips:chips",
    ),
    "schema": Leaf(N_("Print the JSON Schema of what --json prints."), "shell.schema:schema"),
    "completion": Leaf(
        N_("Print the script with which a shell completes commands, options, readers and files."),
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
