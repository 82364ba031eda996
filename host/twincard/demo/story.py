"""The story of the demo: two cards, a loss, and every file back.

Each chapter calls the flows that the commands call, and checks whatever it claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.filesize import decimal

from twincard.cms.errors import NotForThisKeyError
from twincard.cms.framing.output import FileOutput
from twincard.cms.recipients.infos import Recipient
from twincard.demo import pairs
from twincard.demo.cast import Actor, Cast
from twincard.demo.documents import JAPANESE, MAIL, digests, files_below, write_documents
from twincard.demo.narrator import Narrator
from twincard.demo.openssl import OpenSsl, SoftwareKey
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import SUFFIX, encrypt_file
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.flows.recover.recovery import recover_files
from twincard.ground.language import N_, _
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.component import read_component
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.simulator.folder import list_cards, remove_card
from twincard.simulator.shared_program import one_program

_THIS_COMPUTER = N_("computer")


@dataclass(frozen=True)
class Places:
    """Folders of the demo's files."""

    documents: Path
    encrypted: Path
    by_backup: Path
    by_new_original: Path
    holders: Path
    software: Path

    @classmethod
    def below(cls, folder: Path) -> Places:
        """Make them."""
        names = ("documents", "encrypted", "opened-by-backup", "opened-by-new-original")
        places = cls(*(folder / name for name in (*names, "holders", "software")))
        for path in (places.documents, places.software):
            path.mkdir(parents=True)
        return places


class Story:
    """The chapters in order, and what they pass on."""

    def __init__(self, narrator: Narrator, cast: Cast, folder: Path, key_type: KeyType) -> None:
        self._narrator = narrator
        self._cast = cast
        self._key_type = key_type
        self._places = Places.below(folder)
        self._digests: dict[Path, str] = {}
        self._openssl = OpenSsl.find()
        self._signing_key = IssuerSigningKey.draw()
        self._software_key = SoftwareKey.make(self._places.software, key_type)

    def run(self, given: Sequence[Path]) -> int:
        """Run all chapters, also with copies of the files `given`; gives the number of files.

        Raises CheckFailedError at the first check that fails, and whatever the product raises.
        """
        with one_program():
            return self._told(given)

    def _told(self, given: Sequence[Path]) -> int:
        pair, public_key = self._issue_and_duplicate()
        self._encrypt(public_key, given)
        self._lose(pair.original)
        self._open_all(pair.backup, self._places.by_backup, _("The backup opens everything"))
        new = self._issue_again()
        self._recover(pair.backup, new.original)
        self._open_all(
            new.original, self._places.by_new_original, _("The new original opens everything")
        )
        self._ask_openssl(_("Bob can still read it"))
        return len(self._digests)

    def _issue_and_duplicate(self) -> tuple[pairs.Pair, PublicKey]:
        tell = self._narrator
        tell.chapter(_("A key group of three components"))
        tell.tell(_("Three holders get 32 random bytes each. Alone, none of them can do anything."))
        paths = pairs.make_group(tell, self._places.holders / "first")
        components = [read_component(path) for path in paths]

        tell.chapter(_("An original and a backup are issued"))
        office = pairs.Office(self._signing_key, components[0])
        pair = pairs.issue(tell, self._cast, "alice", pairs.KEEP_GROUP, office)
        impostor = pairs.issue_another_backup(tell, self._cast, pair, office)

        tell.chapter(_("The original generates the key pair and hands it to the backup"))
        tell.tell(
            _("Host-blind: even a terminal that knows all components cannot open the key block.")
        )
        public_key = pairs.duplicate_pair(tell, pair, components, self._key_type)

        tell.chapter(_("Exactly once: a second backup is refused"))
        tell.tell(
            _(
                "An impostor has a second backup card, all three components and every PIN,\n"
                "and the original was issued to keep its key group."
            )
        )
        pairs.refuse_second_backup(tell, pair, impostor, components[1:])
        impostor.leave()
        return pair, public_key

    def _encrypt(self, public_key: PublicKey, given: Sequence[Path]) -> None:
        tell = self._narrator
        tell.chapter(_("Documents are encrypted; no card is needed for that"))
        documents, encrypted = self._places.documents, self._places.encrypted
        with tell.step(_(_THIS_COMPUTER), _("documents are written and hashed with SHA-256")):
            write_documents(documents, given)
            self._digests = digests(documents)
        for group in sorted({path.parts[0] for path in self._digests}):
            tell.detail(self._describe(group))
        recipient = Recipient.of(public_key)
        # Bob has no card; openssl stands for the program that he uses.
        both = [recipient, self._software_key.recipient()]
        with tell.step(
            _(_THIS_COMPUTER),
            _("{count} files are encrypted; the mail also to Bob").format(count=len(self._digests)),
        ):
            for path in self._digests:
                target = encrypted / (str(path) + SUFFIX)
                target.parent.mkdir(parents=True, exist_ok=True)
                to = both if path == MAIL else [recipient]
                encrypt_file(documents / path, FileOutput(target), to)
        tell.check(_("every file has an encrypted copy"), self._all_encrypted())
        self._ask_openssl(_("Bob reads the mail"))

    def _lose(self, original: Actor) -> None:
        tell = self._narrator
        tell.chapter(_("The original is lost"))
        original.leave()
        with tell.step(original.name, _("the card is destroyed, with its key")):
            remove_card(original.name)
        tell.check(
            _("card {name} no longer exists").format(name=original.name),
            original.name not in list_cards(),
        )

    def _open_all(self, holder: Actor, folder: Path, title: str) -> None:
        tell = self._narrator
        tell.chapter(title)
        with tell.step(
            holder.name,
            _("opens {count} files, one operation each").format(count=len(self._digests)),
        ):
            for path in self._digests:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                source = self._places.encrypted / (str(path) + SUFFIX)
                decrypt_file(holder.card, source, FileOutput(target))
        with tell.step(_(_THIS_COMPUTER), _("their SHA-256 hashes are computed")):
            opened = digests(folder)
        tell.check(
            _("all {count} files are unchanged, bit for bit").format(count=len(opened)),
            opened == self._digests,
        )
        tell.check(_("{name} is among them").format(name=JAPANESE.name), JAPANESE in opened)

    def _issue_again(self) -> pairs.Pair:
        tell = self._narrator
        tell.chapter(_("A new original is issued, with a backup of its own"))
        paths = pairs.make_group(tell, self._places.holders / "second")
        components = [read_component(path) for path in paths]
        office = pairs.Office(self._signing_key, components[0])
        pair = pairs.issue(tell, self._cast, "alice-2", pairs.ERASE_GROUP, office)
        pairs.duplicate_pair(tell, pair, components, self._key_type)
        return pair

    def _recover(self, backup: Actor, original: Actor) -> None:
        tell = self._narrator
        tell.chapter(_("Every file moves to the new original"))
        tell.tell(
            _(
                "The old backup wraps each file's key for the new card, which confirms that "
                "it can\n"
                "open it. No computer sees the key, and the file's content is not touched."
            )
        )
        with tell.step(
            _("both cards"),
            _("TRANSCODE on the old card and CHECK on the new one, {count} times").format(
                count=len(self._digests)
            ),
        ):
            summary = recover_files(backup.card, original.card, self._places.encrypted)
        outcomes = summary.counts
        tell.check(
            _("{count} files moved, none left behind").format(
                count=outcomes.get(RecoverOutcome.MOVED, 0)
            ),
            outcomes == {RecoverOutcome.MOVED: len(self._digests)},
        )
        tell.check(_("the old backup can no longer open any of them"), not self._opens_any(backup))

    def _opens_any(self, holder: Actor) -> bool:
        for path in self._digests:
            source = self._places.encrypted / (str(path) + SUFFIX)
            target = self._places.software / "nothing"
            try:
                # After 32 files that it cannot open, the card requires its PIN again.
                decrypt_file(holder.card, source, FileOutput(target), pin=holder.pin)
            except NotForThisKeyError:
                continue
            return True
        return False

    def _ask_openssl(self, title: str) -> None:
        tell = self._narrator
        if self._openssl is None:
            tell.tell(_("  SKIPPED: openssl 3 is not installed, so it cannot check the CMS."))
            return
        message = self._places.encrypted / (str(MAIL) + SUFFIX)
        name = self._openssl.version
        described = self._openssl.describe(message)
        tell.check(
            _("{name} reads the mail as AuthEnvelopedData, AES-256-GCM").format(name=name),
            "authEnvelopedData" in described and "aes-256-gcm" in described,
        )
        output = self._places.software / MAIL.name
        opened = self._openssl.decrypt(message, self._software_key, output)
        same = opened and output.read_bytes() == (self._places.documents / MAIL).read_bytes()
        output.unlink(missing_ok=True)
        tell.check(
            _("{title}: {name} decrypts it with a software key").format(title=title, name=name),
            same,
        )

    def _all_encrypted(self) -> bool:
        wanted = {Path(str(path) + SUFFIX) for path in self._digests}
        return set(files_below(self._places.encrypted)) == wanted

    def _describe(self, group: str) -> str:
        paths = [path for path in self._digests if path.parts[0] == group]
        size = decimal(sum((self._places.documents / path).stat().st_size for path in paths))
        return (
            f"{paths[0]}, {size}"
            if len(paths) == 1
            else _("{group}/: {count} files, {size}").format(
                group=group, count=len(paths), size=size
            )
        )
