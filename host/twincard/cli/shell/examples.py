"""Examples of each command, for --help and the man pages.

A test checks that the program accepts each line.
"""

from __future__ import annotations

from collections.abc import Mapping

from twincard.ground.language import N_

_PAIR = "--original sim:alice --backup sim:alice-backup"

EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "": (
        (N_("Set up a pair of cards step by step:"), "start"),
        (N_("Run the demo on temporary simulated cards:"), "demo"),
        (N_("Create two simulated cards, for an original and its backup:"), "sim new alice"),
        ("", "sim new alice-backup"),
    ),
    "start": (
        (N_("Answer the questions at the prompt:"), "start"),
        (
            N_("Use simulated cards and the defaults; only PIN and PUK are asked for:"),
            "start --name alice --yes",
        ),
    ),
    "sheet": (
        (
            N_("Write a page to print, with the names of the holders:"),
            f"sheet {_PAIR} --holder Alice --holder Bob --holder Carol -o sheet.txt",
        ),
    ),
    "demo": ((N_("Include a copy of your own file:"), "demo letter.pdf"),),
    "sim new": (
        (N_("Create a simulated card named sim:alice:"), "sim new alice"),
        (N_("Create a card without the applet, to rehearse `card load`:"), "sim new alice --blank"),
    ),
    "sim cap": ((N_("Write a CAP file for blank simulated cards:"), "sim cap twincard.cap"),),
    "sim list": ((N_("List all simulated cards:"), "sim list"),),
    "sim remove": ((N_("Destroy a card without confirmation:"), "sim remove alice --yes"),),
    "sim serve": (
        (N_("Use the first free vpcd reader:"), "sim serve alice"),
        (N_("Use a reader of another machine:"), "sim serve alice --vpcd [fd00::1]:35963"),
    ),
    "readers": ((N_("Report insertions and removals as JSON:"), "readers --watch --json"),),
    "card info": ((N_("Show the card in the first PC/SC reader:"), "card info -r pcsc:0"),),
    "card accept": (
        (
            N_("Check a card that came by post:"),
            "card accept -r pcsc:0 --issuer-public-key issuer.pub",
        ),
        (
            N_("Check a card whose issuer has already made the key and its backup:"),
            "card accept -r pcsc:0 --issuer-public-key issuer.pub --duplicated",
        ),
    ),
    "card check": (
        (
            N_("Test a backup from its safe once a year:"),
            "card check -r sim:alice-backup --public-key alice.pem documents",
        ),
    ),
    "card pin": (
        (N_("Change the PIN; prompts ask for the old and the new one:"), "card pin -r sim:alice"),
    ),
    "card unblock": (
        (
            N_("Set a new PIN; prompts ask for the PUK and the new PIN:"),
            "card unblock -r sim:alice",
        ),
    ),
    "card scp03-keys": (
        (
            N_("Replace the transport key with the one in a file:"),
            "card scp03-keys -r sim:alice --new-transport-key-file new.transport-key",
        ),
    ),
    "card log": (
        (N_("Save the log of a card:"), "card log -r sim:alice --save january.json"),
        (
            N_("Check that the log continues the saved one, and save it again:"),
            "card log -r sim:alice --since january.json --save february.json",
        ),
    ),
    "card report": (
        (N_("Write a report to send to the project:"), "card report -r pcsc:0 -o report.txt"),
    ),
    "card load": (
        (
            N_("Rehearse with a blank simulated card:"),
            "card load twincard.cap -r sim:alice --default-keys --new-management-keys my.keys",
        ),
        (
            N_("Show the contents of a CAP file, without a card:"),
            "card load twincard.cap --dry-run",
        ),
        (
            N_("Load the applet and replace the manufacturer's keys:"),
            "card load twincard.cap -r pcsc:0 --management-keys maker.keys "
            "--new-management-keys my.keys",
        ),
    ),
    "card contents": (
        (N_("List the contents of a card:"), "card contents -r pcsc:0 --management-keys my.keys"),
    ),
    "card unload": (
        (N_("Delete the applet from a card:"), "card unload -r pcsc:0 --management-keys my.keys"),
    ),
    "card terminate": (
        (N_("Erase a card before you throw it away:"), "card terminate -r sim:alice"),
    ),
    "group new": (
        (N_("Write three files:"), "group new --out components"),
        (
            N_("Print a page for each of five holders, and write no files:"),
            "group new --size 5 --out components --pdf --no-files",
        ),
    ),
    "group split": (
        (
            N_("Make five shares, any three of which are enough:"),
            "group split --shares 5 --threshold 3 components/component-1.txt",
        ),
    ),
    "group join": (
        (
            N_("Restore a component from files:"),
            "group join -o component-1.txt share-1.txt share-3.txt share-4.txt",
        ),
        (
            N_("Restore a component from typed words:"),
            "group join -o component-1.txt --number 1 --size 3 --kcv 36CB71",
        ),
        (
            N_("Restore a component from QR codes, with a scanner:"),
            "group join -o component-1.txt --scan",
        ),
    ),
    "group verify": (
        (
            N_("Check the files of a whole group:"),
            "group verify component-1.txt component-2.txt component-3.txt",
        ),
        (
            N_("Type a printed mailer, and compare its KCV with the one in the minutes:"),
            "group verify --kcv 36CB71",
        ),
        (N_("Check the QR code of a mailer with a scanner:"), "group verify --scan"),
        (N_("Check the QR code in a picture:"), "group verify mailer.png"),
    ),
    "group clear": (
        (N_("Clear a mistyped component on both cards:"), "group clear -r sim:alice 2"),
        ("", "group clear -r sim:alice-backup 2"),
        (N_("Clear all components because one was exposed:"), "group clear -r sim:alice"),
    ),
    "issuer new": (
        (N_("Generate the key that certifies all cards of an office:"), "issuer new office.key"),
    ),
    "issuer show": (
        (
            N_("Show the SHA-256 to compare with `card info`:"),
            "issuer show office.key.pub",
        ),
    ),
    "issue": (
        (
            N_("Issue a pair with the issuer's component; prompts ask for PIN and PUK:"),
            f"issue {_PAIR} --component 1=components/component-1.txt",
        ),
        (
            N_("Generate PIN and PUK, and write them as letters to print:"),
            f"issue {_PAIR} --component 1=components/component-1.txt --pin-letters letters",
        ),
    ),
    "duplicate": (
        (
            N_("Read two components from files:"),
            f"duplicate {_PAIR} --component 2=component-2.txt --component 3=component-3.txt",
        ),
        (N_("Let the holders type their components:"), f"duplicate {_PAIR}"),
        (N_("Let the holders scan their components:"), f"duplicate {_PAIR} --scan"),
    ),
    "public-key": (
        (
            N_("Save the public key for others to encrypt to:"),
            "public-key -r sim:alice -o alice.pem",
        ),
    ),
    "certificate": (
        (
            N_("Make a certificate for a mail program:"),
            "certificate -r sim:alice --name Alice --mail alice@example.org -o alice.crt",
        ),
    ),
    "csr": (
        (
            N_("Make a request for a certification authority:"),
            "csr -r sim:alice --name Alice -o alice.csr",
        ),
    ),
    "contact add": (
        (N_("Add a person with a certificate:"), "contact add Bob bob.crt"),
        (
            N_("Also write the key onto your card:"),
            "contact add Bob bob.crt --onto sim:alice",
        ),
    ),
    "contact list": (
        (N_("List the address book:"), "contact list"),
        (N_("List the keys on a card:"), "contact list -r sim:alice"),
    ),
    "contact show": ((N_("Show a SHA-256 to compare on the telephone:"), "contact show Bob"),),
    "contact remove": ((N_("Remove a person:"), "contact remove Bob"),),
    "encrypt": (
        (N_("Encrypt to two keys:"), "encrypt --to alice.pem --to bob.crt letter.txt"),
        (N_("Encrypt to a person in the address book:"), "encrypt --to Bob letter.txt"),
        (N_("Encrypt for a mail program:"), "encrypt --to bob.crt --for-mail letter.txt"),
        (N_("Encrypt a folder:"), "encrypt --to alice.pem documents"),
        (N_("Encrypt standard input:"), "encrypt --to alice.pem - -o backup.tar.p7m"),
        (
            N_("Encrypt for decades, with symmetric keys only:"),
            "encrypt --archive -r sim:alice contract.pdf",
        ),
    ),
    "sign": (
        (N_("Sign a file, and keep letter.txt.p7s with it:"), "sign -r sim:alice letter.txt"),
        (
            N_("Make a signed message, with a time-stamp:"),
            "sign -r sim:alice --attached --timestamp https://tsa.example.org letter.txt",
        ),
    ),
    "verify": (
        (
            N_("Verify letter.txt with letter.txt.p7s, by somebody whose certificate you have:"),
            "verify --signer alice.crt letter.txt",
        ),
        (
            N_("Take a file out of a signed message, by anybody whom an authority certified:"),
            "verify --trust authority.pem letter.txt.p7m -o letter.txt",
        ),
    ),
    "decrypt": (
        (N_("Decrypt with the backup:"), "decrypt -r sim:alice-backup letter.txt.p7m"),
        (N_("Decrypt to standard output:"), "decrypt -r sim:alice letter.txt.p7m -o -"),
        (N_("Decrypt standard input to standard output:"), "decrypt -r sim:alice - -o -"),
        (
            N_("Decrypt files of two cards:"),
            "decrypt -r sim:alice -r sim:bob letter.txt.p7m plan.txt.p7m",
        ),
        (N_("Decrypt a folder:"), "decrypt -r sim:alice documents.tar.p7m"),
    ),
    "inspect": (
        (N_("Show the recipients of a file:"), "inspect letter.txt.p7m"),
        (
            N_("Ask whether the card in a reader is one of them:"),
            "inspect letter.txt.p7m -r pcsc:0",
        ),
    ),
    "recipients add": (
        (
            N_("Let Bob open a file too:"),
            "recipients add letter.txt.p7m --to Bob -r sim:alice",
        ),
    ),
    "recipients remove": (
        (
            N_("Remove Bob from a file:"),
            "recipients remove letter.txt.p7m --to Bob -r sim:alice",
        ),
    ),
    "transcode": (
        (N_("Re-encrypt a file for Bob:"), "transcode -r sim:alice --to bob.pem letter.txt.p7m"),
        (
            N_("Turn a file that you received into an archive file:"),
            "transcode -r sim:alice --archive letter.txt.p7m",
        ),
    ),
    "mail seal": (
        (
            N_("Write a message with a file attached:"),
            "mail seal --to alice.crt --sender bob@example.org --to-address alice@example.org "
            "--subject Plans --text letter.txt --attach plan.pdf -o message.eml",
        ),
        (N_("Encrypt a message that another program made:"), "mail seal --to alice.crt draft.eml"),
        (
            N_("The same, and sign it with a card:"),
            "mail seal --to alice.crt --sign -r sim:bob draft.eml",
        ),
    ),
    "mail open": (
        (
            N_("Show a message, and save its attachments:"),
            "mail open -r sim:alice message.eml --save attachments",
        ),
    ),
    "mail send": (
        (
            N_("Send a message; the password is asked for:"),
            "mail send --server mail.example.org:587 --user bob message.eml",
        ),
    ),
    "recover": (
        (
            N_("Move all files in a folder after the original is lost:"),
            "recover --from sim:alice-backup --new sim:alice-2 documents",
        ),
        (
            N_("List first what would be moved:"),
            "recover --from sim:alice-backup --new sim:alice-2 --dry-run documents",
        ),
    ),
    "chips": (
        (N_("List all tested chips:"), "chips --all"),
        (N_("Print the chips as JSON:"), "chips --json"),
    ),
    "schema": ((N_("Print the schema of one command:"), "schema card info"),),
    "completion": ((N_("Print the script for bash:"), "completion bash"),),
}
"""By the command's name: sentences, and the words after `twincard`."""
