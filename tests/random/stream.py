"""A seeded stream of commands that follows the card's answers."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from random import Random

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from tests.random.corpus import GET_CHALLENGE, SELECT_APPLET, change, corpus, unblock, verify
from tests.random.worlds import Scene

from twincard.iso.command import EXTENDED_ANSWER, Command
from twincard.iso.ins import Ins

BLOCKED = 0x6983
_SHORT = 255


class Stream:
    """Commands for one card; `next` gives the APDU to send, `answered` takes what came of it."""

    def __init__(self, random: Random, scene: Scene, card_id: bytes) -> None:
        self._random = random
        self._scene = scene
        self._card_id = card_id
        self._valid = corpus(scene)
        self._queue: deque[bytes] = deque()
        self._authenticating = False
        self.harmless = {
            command.short() for command in (change(scene.specimen), unblock(scene.specimen))
        }
        """APDUs that leave the PIN as it was, though they set it."""
        self._actions, self._weights = zip(
            (self._send_valid, 40),
            (self._mutate, 40),
            (self._chain, 12),
            (self._shuffle_header, 12),
            (self._noise, 4),
            (self._extend, 8),
            (self._get_response, 6),
            (self._verify, 6),
            (self._authenticate, 2),
            (self._select, 0.5),
            strict=True,
        )

    def next(self) -> bytes:
        """One APDU, not always a well-formed one."""
        if not self._queue:
            self._random.choices(self._actions, self._weights)[0]()
        return self._queue.popleft()

    def answered(self, apdu: bytes, data: bytes, sw: int) -> None:
        """Go on from the card's answer."""
        if self._authenticating and apdu == GET_CHALLENGE.short():
            self._authenticating = False
            if len(data) == 16:
                self._queue.appendleft(self._proof(data))
        elif sw == BLOCKED:
            self._queue.appendleft(unblock(self._scene.specimen).short())
        elif sw >> 8 == 0x61 and self._random.random() < 0.7:
            self._queue.appendleft(bytes.fromhex("00C00000") + self._byte())

    def command(self) -> Command:
        """A valid command, or an altered one, that is not part of a chain."""
        command = self._pick()
        if self._random.random() < 0.5:
            command = self._altered(command)
        return replace(command, cla=command.cla & 0x80)

    def _byte(self) -> bytes:
        return self._random.randbytes(1)

    def _pick(self) -> Command:
        return self._random.choice(self._valid)

    def _put(self, command: Command) -> None:
        """Short where it fits, else chained or extended."""
        if command.fits_short:
            self._queue.append(command.short())
        elif self._random.random() < 0.5:
            self._queue.append(command.extended())
        else:
            self._queue.extend(part.short() for part in command.chain())

    def _send_valid(self) -> None:
        self._put(self._pick())

    def _mutate(self) -> None:
        self._put(self._altered(self._pick()))

    def _altered(self, command: Command) -> Command:
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            change = self._random.choice((self._alter_header, self._alter_data, self._resize))
            command = change(command)
        return command

    def _alter_header(self, command: Command) -> Command:
        field = self._random.choice(("cla", "ins", "p1", "p2", "p1", "p2"))
        value = self._random.choice((0, 1, 2, 8, 0x10, 0x7F, 0x80, 0xFF, self._byte()[0]))
        return replace(command, **{field: value})  # type: ignore[arg-type]

    def _alter_data(self, command: Command) -> Command:
        if not command.data:
            return replace(command, data=self._random.randbytes(self._random.randrange(40)))
        data = bytearray(command.data)
        place = self._random.choice((0, 1, 2, 3, self._random.randrange(len(data))))
        data[place % len(data)] = self._random.choice((0, 0x7F, 0x80, 0xFF, self._byte()[0]))
        return replace(command, data=bytes(data))

    def _resize(self, command: Command) -> Command:
        data, where = command.data, self._random.randrange(len(command.data) + 1)
        choice = self._random.randrange(4)
        if choice == 0:
            return replace(command, data=data[:where])
        if choice == 1:
            return replace(command, data=data + self._random.randbytes(self._random.randrange(40)))
        if choice == 2:
            return replace(command, data=data[:where] + data[where + 1 :])
        return replace(command, answer=self._random.choice((0, 1, 2, 16, 64, 65, 128, 256)))

    def _chain(self) -> None:
        """In parts of any size; sometimes broken off, interrupted, changed or endless."""
        command = self._pick()
        parts, rest = [], command.data or self._random.randbytes(600)
        while rest:
            size = self._random.randint(1, min(_SHORT, len(rest)))
            parts.append(replace(command, cla=command.cla | 0x10, data=rest[:size]))
            rest = rest[size:]
        if self._random.random() < 0.7:
            parts[-1] = replace(parts[-1], cla=command.cla)
        if self._random.random() < 0.3:
            place = self._random.randrange(len(parts))
            parts[place] = self._alter_header(parts[place])
        apdus = [part.short() for part in parts]
        if self._random.random() < 0.2:
            apdus.insert(self._random.randrange(len(apdus)), self._pick_short())
        if self._random.random() < 0.1:
            apdus = apdus[:1] * self._random.randint(2, 20)
        self._queue.extend(apdus)

    def _pick_short(self) -> bytes:
        command = self._pick()
        return replace(command, data=command.data[:_SHORT]).short()

    def _shuffle_header(self) -> None:
        ins = self._random.choice(list(Ins))
        p1, p2 = self._random.choices((0, 0, 0, 1, 2, 3, 0x80, 0xB8, 0xFF, self._byte()[0]), k=2)
        data = self._random.choice((b"", self._random.randbytes(self._random.randrange(1, _SHORT))))
        answer = self._random.choice((0, 1, 256))
        self._queue.append(Command.of(ins, p1, p2, data, answer).short())

    def _noise(self) -> None:
        self._queue.append(self._random.randbytes(self._random.randrange(0, 24)))

    def _extend(self) -> None:
        command = self._random.choice((self._pick, self._pick, self._long))()
        answer = self._random.choice((0, 1, 255, 256, 257, 1000, 0x7FFF, 0x8000, EXTENDED_ANSWER))
        self._queue.append(replace(command, answer=answer).extended())

    def _long(self) -> Command:
        size = self._random.choice((255, 256, 271, 272, 273, 1023, 1024, 1025, 4000, 0x8000))
        return replace(self._pick(), data=self._random.randbytes(size))

    def _get_response(self) -> None:
        self._queue.append(bytes.fromhex("00C00000") + self._byte())

    def _verify(self) -> None:
        self._put(verify(self._scene.specimen))

    def _authenticate(self) -> None:
        self._authenticating = True
        self._queue.append(GET_CHALLENGE.short())

    def _proof(self, challenge: bytes) -> bytes:
        mac = CMAC(AES(self._scene.specimen.transport_key.reveal()))
        mac.update(b"twincard/issuer/1" + self._card_id + challenge)
        return Command(0x00, 0x82, data=mac.finalize()).short()

    def _select(self) -> None:
        self._put(SELECT_APPLET)
