"""What to type, command by command: for --help and the man pages.

A test sees that each line is one that the program takes.
"""

from __future__ import annotations

from collections.abc import Mapping

from twincard.ground.language import N_

_PAIR = "--original sim:alice --backup sim:alice-backup"

EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "": (
        (N_("The whole story, on simulated cards that are thrown away afterwards:"), "demo"),
        (N_("Two simulated cards, one of which will be the other's backup:"), "sim new alice"),
        ("", "sim new alice-backup"),
    ),
    "demo": ((N_("With files of your own, copies of which are encrypted:"), "demo letter.pdf"),),
    "sim new": (
        (N_("A simulated card that is then called sim:alice:"), "sim new alice"),
        (N_("A blank one, to rehearse `card load`:"), "sim new alice --blank"),
    ),
    "sim cap": (
        (N_("A file that blank simulated cards take:"), "sim cap twincard.cap"),
        (
            "",
            "card load twincard.cap -r sim:alice --default-keys --new-management-keys "
            "alice.management-keys",
        ),
    ),
    "sim list": ((N_("All simulated cards:"), "sim list"),),
    "sim remove": ((N_("Without being asked:"), "sim remove alice --yes"),),
    "sim serve": (
        (N_("Into the first reader of vpcd that is free:"), "sim serve alice"),
        (N_("Into a reader of another machine:"), "sim serve alice --vpcd [fd00::1]:35963"),
    ),
    "readers": ((N_("What is put in and taken out, as JSON:"), "readers --watch --json"),),
    "card info": ((N_("A card in the first PC/SC reader:"), "card info -r pcsc:0"),),
    "card accept": (
        (
            N_("A card that came by post, before a PIN is set:"),
            "card accept -r pcsc:0 --issuer-public-key issuer.pub",
        ),
        (
            N_("The same where the issuer says that its key and backup are made:"),
            "card accept -r pcsc:0 --issuer-public-key issuer.pub --duplicated",
        ),
    ),
    "card check": (
        (
            N_("The yearly drill with a backup from its safe:"),
            "card check -r sim:alice-backup --public-key alice.pem documents",
        ),
    ),
    "card pin": ((N_("Old and new PIN are asked for:"), "card pin -r sim:alice"),),
    "card unblock": ((N_("PUK and new PIN are asked for:"), "card unblock -r sim:alice"),),
    "card scp03-keys": (
        (
            N_("Another key for the issuer:"),
            "card scp03-keys -r sim:alice --new-transport-key-file new.transport-key",
        ),
    ),
    "card log": (
        (N_("Save what happened to a card:"), "card log -r sim:alice --save january.json"),
        (
            N_("What happened since, and whether anything is missing:"),
            "card log -r sim:alice --since january.json --save february.json",
        ),
    ),
    "card report": (
        (N_("A report on a card, to send to the project:"), "card report -r pcsc:0 -o report.txt"),
    ),
    "card load": (
        (N_("What is in a CAP file, without a card:"), "card load twincard.cap --dry-run"),
        (
            N_("A card with keys of its maker, which get new ones:"),
            "card load twincard.cap -r pcsc:0 --management-keys maker.keys "
            "--new-management-keys my.keys",
        ),
    ),
    "card contents": (
        (N_("What is on a card:"), "card contents -r pcsc:0 --management-keys my.keys"),
    ),
    "card unload": (
        (N_("Remove the applet from a card:"), "card unload -r pcsc:0 --management-keys my.keys"),
    ),
    "card terminate": ((N_("A card that is to be thrown away:"), "card terminate -r sim:alice"),),
    "group new": (
        (N_("Three files:"), "group new --out components"),
        (
            N_("A printed page for each of five holders, and no files:"),
            "group new --size 5 --out components --pdf --no-files",
        ),
    ),
    "group split": (
        (
            N_("Five papers, any three of which are enough:"),
            "group split --shares 5 --threshold 3 components/component-1.txt",
        ),
    ),
    "group join": (
        (N_("From files:"), "group join -o component-1.txt share-1.txt share-3.txt share-4.txt"),
        (
            N_("From words that are typed:"),
            "group join -o component-1.txt --number 1 --size 3 --kcv 1A2B3C",
        ),
    ),
    "group clear": (
        (N_("A component that was mistyped, on both cards:"), "group clear -r sim:alice 2"),
        ("", "group clear -r sim:alice-backup 2"),
        (N_("All components, since one was exposed:"), "group clear -r sim:alice"),
    ),
    "issuer new": (
        (N_("The key that certifies all cards of an office:"), "issuer new office.key"),
    ),
    "issuer show": (
        (
            N_("The SHA-256 by which `card info` names the issuer of a card:"),
            "issuer show office.key.pub",
        ),
    ),
    "issue": (
        (
            N_("A pair, with the issuer's component; PIN and PUK are asked for:"),
            f"issue {_PAIR} --component 1=components/component-1.txt",
        ),
    ),
    "duplicate": (
        (
            N_("With two components from files:"),
            f"duplicate {_PAIR} --component 2=component-2.txt --component 3=component-3.txt",
        ),
        (N_("With components that their holders type:"), f"duplicate {_PAIR}"),
    ),
    "public-key": ((N_("For others to encrypt to:"), "public-key -r sim:alice -o alice.pem"),),
    "certificate": (
        (
            N_("For a mail program:"),
            "certificate -r sim:alice --name Alice --mail alice@example.org -o alice.crt",
        ),
    ),
    "csr": ((N_("For an authority:"), "csr -r sim:alice --name Alice -o alice.csr"),),
    "encrypt": ((N_("To two keys:"), "encrypt --to alice.pem --to bob.crt letter.txt"),),
    "decrypt": (
        (N_("With the backup:"), "decrypt -r sim:alice-backup letter.txt.p7m"),
        (N_("To standard output:"), "decrypt -r sim:alice letter.txt.p7m -o -"),
    ),
    "transcode": ((N_("For Bob:"), "transcode -r sim:alice --to bob.pem letter.txt.p7m"),),
    "recover": (
        (
            N_("All files in a folder, when the original is lost:"),
            "recover --from sim:alice-backup --new sim:alice-2 documents",
        ),
    ),
    "chips": (
        (N_("All chips that were tested:"), "chips --all"),
        (N_("As JSON:"), "chips --json"),
    ),
    "schema": ((N_("Of one command:"), "schema card info"),),
    "completion": ((N_("For bash:"), "completion bash"),),
}
"""By the command's name: sentences, and the words after `twincard`."""
