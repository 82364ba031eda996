"""What to type, command by command; a test sees that each line is one that the program takes."""

from __future__ import annotations

_PAIR = "--original sim:alice --backup sim:alice-backup"

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("Everything there is, on simulated cards that are thrown away afterwards:", "demo"),
        ("Two simulated cards, one of which will be the other's backup:", "sim new alice"),
        ("", "sim new alice-backup"),
    ),
    "demo": (("With files of your own, copies of which are encrypted:", "demo letter.pdf"),),
    "sim new": (("A simulated card that is then called sim:alice:", "sim new alice"),),
    "sim list": (("All simulated cards:", "sim list"),),
    "sim remove": (("Without being asked:", "sim remove alice --yes"),),
    "sim serve": (
        ("Into the first reader of vpcd that is free:", "sim serve alice"),
        ("Into a reader of another machine:", "sim serve alice --vpcd [fd00::1]:35963"),
    ),
    "readers": (("What is put in and taken out, as JSON:", "readers --watch --json"),),
    "card info": (("A card in the first PC/SC reader:", "card info -r pcsc:0"),),
    "card accept": (
        (
            "A card that came by post, before a PIN is set:",
            "card accept -r pcsc:0 --issuer-public-key issuer.pub",
        ),
        (
            "The same where the issuer says that its key and backup are made:",
            "card accept -r pcsc:0 --issuer-public-key issuer.pub --duplicated",
        ),
    ),
    "card check": (
        (
            "The yearly drill with a backup from its safe:",
            "card check -r sim:alice-backup --public-key alice.pem documents",
        ),
    ),
    "card pin": (("Old and new PIN are asked for:", "card pin -r sim:alice"),),
    "card unblock": (("PUK and new PIN are asked for:", "card unblock -r sim:alice"),),
    "card scp03-keys": (
        (
            "Another key for the issuer:",
            "card scp03-keys -r sim:alice --new-transport-key-file new.transport-key",
        ),
    ),
    "card log": (
        ("What happened to a card, kept:", "card log -r sim:alice --save january.json"),
        (
            "What happened since, and whether anything is missing:",
            "card log -r sim:alice --since january.json --save february.json",
        ),
    ),
    "card report": (
        ("What to send in of a card of a new kind:", "card report -r pcsc:0 -o report.txt"),
    ),
    "card load": (
        ("What is in a CAP file, without a card:", "card load twincard.cap --dry-run"),
        (
            "A card with keys of its maker, which get new ones:",
            "card load twincard.cap -r pcsc:0 --management-keys maker.keys "
            "--new-management-keys my.keys",
        ),
    ),
    "card contents": (("What is on a card:", "card contents -r pcsc:0 --management-keys my.keys"),),
    "card unload": (
        ("The applet off a card again:", "card unload -r pcsc:0 --management-keys my.keys"),
    ),
    "card terminate": (("A card that is to be thrown away:", "card terminate -r sim:alice"),),
    "group new": (
        ("Three files:", "group new --out components"),
        (
            "A printed page for each of five holders, and no files:",
            "group new --size 5 --out components --pdf --no-files",
        ),
    ),
    "group split": (
        (
            "Five papers, any three of which are enough:",
            "group split --shares 5 --threshold 3 components/component-1.txt",
        ),
    ),
    "group join": (
        ("From files:", "group join -o component-1.txt share-1.txt share-3.txt share-4.txt"),
        (
            "From words that are typed:",
            "group join -o component-1.txt --number 1 --size 3 --kcv 1A2B3C",
        ),
    ),
    "issuer new": (("The key that certifies all cards of an office:", "issuer new office.key"),),
    "issuer show": (("What `card info` says of who certified it:", "issuer show office.key.pub"),),
    "issue": (
        (
            "A pair, with the issuer's component; PIN and PUK are asked for:",
            f"issue {_PAIR} --component 1=components/component-1.txt",
        ),
    ),
    "duplicate": (
        (
            "With two components from files:",
            f"duplicate {_PAIR} --component 2=component-2.txt --component 3=component-3.txt",
        ),
        ("With components that their holders type:", f"duplicate {_PAIR}"),
    ),
    "public-key": (("For others to encrypt to:", "public-key -r sim:alice -o alice.pem"),),
    "certificate": (
        (
            "For a mail program:",
            "certificate -r sim:alice --name Alice --mail alice@example.org -o alice.crt",
        ),
    ),
    "csr": (("For an authority:", "csr -r sim:alice --name Alice -o alice.csr"),),
    "encrypt": (("To two keys:", "encrypt --to alice.pem --to bob.crt letter.txt"),),
    "decrypt": (
        ("With the backup:", "decrypt -r sim:alice-backup letter.txt.p7m"),
        ("To standard output:", "decrypt -r sim:alice letter.txt.p7m -o -"),
    ),
    "transcode": (("For Bob:", "transcode -r sim:alice --to bob.pem letter.txt.p7m"),),
    "recover": (
        (
            "All files in a folder, when the original is lost:",
            "recover --from sim:alice-backup --new sim:alice-2 documents",
        ),
    ),
    "chips": (
        ("All chips that were tested:", "chips --all"),
        ("As JSON:", "chips --json"),
    ),
    "schema": (("Of one command:", "schema card info"),),
    "completion": (("For bash:", "completion bash"),),
}
"""By the command's name: sentences, and the words after `twincard`."""
