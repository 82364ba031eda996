"""Two originals and three backups, played at random against the rules, with power cuts."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from tests.bench import Stage
from tests.faults.keys import Sealed
from tests.model import rules
from tests.model.choices import (
    BACKUPS,
    LIVELY_STEPS,
    ORIGINALS,
    Ending,
    aged,
    ages,
    backups,
    cards,
    components,
    endings,
    failures,
    flow_steps,
    four_failures,
    kits,
    modes,
    originals,
    places,
)
from tests.model.rules import Backup, Block, Group, Original
from tests.model.subject import (
    Failure,
    Outcome,
    component_named,
    group_id,
    names_of,
)
from tests.model.table import Seen, SeenBlock, SeenReceipt, SeenTicket, Table
from tests.trust.service import public_key

from twincard.card.report import CardReport, ImportState, Mode, PolicyFlags
from twincard.card.session import Card
from twincard.iso.status import WrongStateError
from twincard.keys.key_type import KeyType


class Duplications(Table):
    """Every command of duplication to every card, with anything that was ever seen on a wire."""

    @initialize(
        mode=st.sampled_from(Mode),
        forbids=st.booleans(),
        allowed=st.sampled_from([1, 2, 1, 2, 0]),
        erases=st.booleans(),
        withholds=st.booleans(),
        divided=st.sampled_from([False, True, False]),
        keyed=st.sampled_from([True, True, True, True, False]),
        openings=st.lists(
            st.tuples(backups, originals, four_failures, flow_steps, endings),
            min_size=2,
            max_size=4,
        ),
    )
    def begin(
        self,
        mode: Mode,
        forbids: bool,
        allowed: int,
        erases: bool,
        withholds: bool,
        divided: bool,
        keyed: bool,
        openings: list[tuple[str, str, list[Failure | None], int, Ending]],
    ) -> None:
        """Cards with a complete group; `divided`: one of each kind in another group.

        Certified ones, in host-blind mode, of which some forbid base mode.
        """
        forbids = forbids and mode is Mode.HOST_BLIND
        policy = PolicyFlags.ERASE_GROUP if erases else PolicyFlags.NONE
        policy |= PolicyFlags.BASE_MODE_FORBIDDEN if forbids else PolicyFlags.NONE
        withholds = withholds and allowed > 0
        policy |= PolicyFlags.PUBLIC_KEY_WITHHELD if withholds else PolicyFlags.NONE
        self.bench.in_mode(mode).at(Stage.COMPLETE, backups=allowed, policy=policy)
        self.allowed, self.mode = allowed, mode
        modes = frozenset({mode} if forbids else {mode, Mode.BASE})
        group = Group("a", names_of("a"))
        for name in ORIGINALS:
            self._take(
                Original(
                    name=name,
                    group=group,
                    modes=modes,
                    allowed=allowed,
                    erases_group=erases,
                    withholds=withholds,
                )
            )
        for name in BACKUPS:
            self._take(Backup(name=name, group=group, modes=modes))
        if divided:
            for name in ("original2", "backup3"):
                self.clear_group(name, None)
                self.join(name, "b")
        if keyed:
            for name in ORIGINALS:
                self.generate(name, None)
        for opening in openings:
            self.duplicate(*opening)

    @rule(name=originals, failure=failures)
    def generate(self, name: str, failure: Failure | None) -> None:
        """A new key, never seen before."""
        card = self._original(name)

        def outcome(report: CardReport) -> Outcome:
            return rules.generate(card, report.key.digest if report.key else b"")

        self._send("generate", name, lambda it: it.usage.generate(KeyType.P_256), outcome, failure)
        key = self.cards[name].state.key
        if key is not None and key != card.key:
            assert key not in self.sealed
            self._see_key(self.cards[name], key)

    @rule(name=backups, original=originals, mode=modes, delivered=st.booleans(), failure=failures)
    def ask(
        self, name: str, original: str, mode: Mode, delivered: bool, failure: Failure | None
    ) -> None:
        """A ticket, open or new."""
        self._ask(name, original, mode, delivered, failure)

    def _ask(
        self, name: str, original: str, mode: Mode, delivered: bool, failure: Failure | None
    ) -> SeenTicket | None:
        card, original_id = self._backup(name), self.cards[original].card_id

        def outcome(report: CardReport) -> Outcome:
            nonce = report.import_.nonce if report.import_ else None
            return rules.get_ticket(card, original, mode, nonce or b"", delivered=delivered)

        answer = self._send(
            "ticket",
            name,
            lambda it: it.duplication.ticket(original_id, mode, void_delivered=delivered),
            outcome,
            failure,
        )
        ticket = self._backup(name).ticket
        if answer is None or ticket is None:
            return None
        assert (answer.backup_id, answer.original_id) == (self.cards[name].card_id, original_id)
        self._note(ticket, answer.encoded)
        self.tickets.append(Seen(ticket, answer))
        return self.tickets[-1]

    @precondition(lambda self: self.tickets)
    @rule(age=ages, name=st.none() | originals, failure=failures)
    def export(self, age: int, name: str | None, failure: Failure | None) -> None:
        """Any ticket to the original that it names, or to any other."""
        ticket = aged(self.tickets, age)
        self._export(ticket, name or ticket.said.original, failure)

    def _export(self, ticket: SeenTicket, name: str, failure: Failure | None) -> SeenBlock | None:
        card = self._original(name)
        answer = self._send(
            "export",
            card.name,
            lambda it: it.duplication.export_key(ticket.carried),
            lambda _: rules.export(card, ticket.said),
            failure,
        )
        if answer is None or card.key is None:
            return None
        block = Block(ticket.said, card.key)
        self._note(block, answer.encoded)
        self.blocks.append(Seen(block, answer))
        return self.blocks[-1]

    @precondition(lambda self: self.blocks)
    @rule(age=ages, name=st.none() | backups, failure=failures)
    def import_key(self, age: int, name: str | None, failure: Failure | None) -> None:
        """Any block to the backup whose ticket it is for, or to any other."""
        block = aged(self.blocks, age)
        self._import(block, name or block.said.ticket.backup, failure)

    def _import(self, block: SeenBlock, name: str, failure: Failure | None) -> None:
        card = self._backup(name)
        answer = self._send(
            "import",
            card.name,
            lambda it: it.duplication.import_key(block.carried),
            lambda _: rules.import_key(card, block.said),
            failure,
        )
        self._note_receipt(card.name, answer)

    @precondition(lambda self: self.receipts)
    @rule(age=ages, name=st.none() | originals, failure=failures)
    def confirm(self, age: int, name: str | None, failure: Failure | None) -> None:
        """Any receipt to the original of its ticket, or to the other."""
        receipt = aged(self.receipts, age)
        self._confirm(receipt, name or receipt.said.ticket.original, failure)

    def _confirm(self, receipt: SeenReceipt, name: str, failure: Failure | None) -> None:
        card = self._original(name)
        self._send(
            f"confirm {receipt.said.kind.name.lower()}",
            card.name,
            lambda it: it.duplication.confirm(receipt.carried),
            lambda _: rules.confirm(card, receipt.said),
            failure,
        )

    @rule(name=backups, failure=failures)
    def cancel(self, name: str, failure: Failure | None) -> None:
        """The open ticket becomes void."""
        card = self._backup(name)
        answer = self._send(
            "cancel",
            name,
            lambda it: it.duplication.cancel(),
            lambda _: rules.cancel(card),
            failure,
        )
        self._note_receipt(name, answer)

    @rule(name=backups)
    def read_receipt(self, name: str) -> None:
        """The receipt again, which the end of the card's life does not take away."""
        self._read_receipt(name)

    def _read_receipt(self, name: str) -> SeenReceipt | None:
        card = self._backup(name)
        receipt = rules.receipt_of(card)
        expected = receipt if isinstance(receipt, type) else card
        answer = self._send(
            "receipt", name, lambda it: it.duplication.receipt(), lambda _: expected, None
        )
        return self._note_receipt(name, answer)

    @rule(name=originals, failure=failures)
    def abandon(self, name: str, failure: Failure | None) -> None:
        """The pending slot is spent."""
        card = self._original(name)
        self._send(
            "abandon",
            name,
            lambda it: it.duplication.abandon(),
            lambda _: rules.abandon(card),
            failure,
        )

    @rule(
        name=backups,
        original=originals,
        failing=four_failures,
        steps=flow_steps,
        ending=endings,
    )
    def duplicate(
        self,
        name: str,
        original: str,
        failing: list[Failure | None],
        steps: int,
        ending: Ending,
    ) -> None:
        """As many steps of the flow as wanted, as a user goes on: each again where power failed."""
        backup, mode = self._backup(name), self.mode
        if backup.ticket is not None and backup.state is not ImportState.VOID:
            original, mode = backup.ticket.original, backup.ticket.mode
        ticket = self._ask(name, original, mode, True, failing[0]) or self._ask(
            name, original, mode, True, None
        )
        if ticket is None or steps == 1:
            return
        block = self._export(ticket, original, failing[1]) or self._export(ticket, original, None)
        if block is None or steps == 2:
            return
        if ending is Ending.ABANDON:
            self.abandon(original, failing[2])
            return
        if ending is Ending.CANCEL:
            self.cancel(name, failing[2])
        else:
            self._import(block, name, failing[2])
        receipt = self._read_receipt(name)
        if receipt is None or steps == 3:
            return
        self._confirm(receipt, original, failing[3])
        self._confirm(receipt, original, None)

    @precondition(lambda self: self.steps > LIVELY_STEPS)
    @rule(name=cards, failure=failures)
    def terminate(self, name: str, failure: Failure | None) -> None:
        """The end of a card's life."""
        card = self.cards[name].state
        self._send(
            "terminate", name, lambda it: it.terminate(), lambda _: rules.terminate(card), failure
        )

    @rule(
        name=cards,
        change=st.sampled_from(["begin", "set", "clear component", "clear"]),
        kit=kits,
        place=places,
        component=components,
        failure=failures,
    )
    def change_group(
        self,
        name: str,
        change: str,
        kit: str,
        place: int,
        component: str,
        failure: Failure | None,
    ) -> None:
        """One step with a group."""
        if change == "begin":
            self.begin_group(name, kit, failure)
        elif change == "set":
            self.set_component(name, place, component, failure)
        elif change == "clear component":
            self.clear_component(name, place, failure)
        else:
            self.clear_group(name, failure)

    @rule(name=cards, kit=kits)
    def join(self, name: str, kit: str) -> None:
        """A card gets a whole group, where it can."""
        self.begin_group(name, kit, None)
        for place, component in enumerate(names_of(kit)):
            self.set_component(name, place, component, None)

    def begin_group(self, name: str, kit: str, failure: Failure | None) -> None:
        """A group with the id of a kit."""
        card = self.cards[name].state
        self._send(
            "begin group",
            name,
            lambda it: it.group.begin(rules.PLACES, group_id(kit)),
            lambda _: rules.begin_group(card, kit),
            failure,
        )

    def set_component(self, name: str, place: int, component: str, failure: Failure | None) -> None:
        """A component in any place."""
        card = self.cards[name].state
        self._send(
            "set component",
            name,
            lambda it: it.group.set_component(component_named(component, place)),
            lambda _: rules.set_component(card, place, component),
            failure,
        )

    def clear_component(self, name: str, place: int, failure: Failure | None) -> None:
        """One component is wiped."""
        card = self.cards[name].state
        self._send(
            "clear component",
            name,
            lambda it: it.group.clear_component(place + 1),
            lambda _: rules.clear_component(card, place),
            failure,
        )

    def clear_group(self, name: str, failure: Failure | None) -> None:
        """The group is wiped."""
        card = self.cards[name].state
        self._send(
            "clear group",
            name,
            lambda it: it.group.clear(),
            lambda _: rules.clear_group(card),
            failure,
        )

    @rule(backup=backups)
    def mistake_the_role(self, backup: str) -> None:
        """What the other kind of card does is refused in every state."""
        self._refused(backup, lambda it: it.usage.generate(KeyType.P_256))
        self._refused(backup, lambda it: it.duplication.abandon())

    @rule(
        name=originals,
        delivered=st.booleans(),
        ending=st.sampled_from([None, Ending.IMPORT, Ending.CANCEL]),
        failure=failures,
    )
    def ask_service(
        self, name: str, delivered: bool, ending: Ending | None, failure: Failure | None
    ) -> None:
        """A ticket for the key service, open or new; perhaps it is used, or made void, at once."""
        card = self._original(name)
        service_id = self.service.service_id

        def outcome(report: CardReport) -> Outcome:
            number = (card.drawn + 1).to_bytes(2, "big")
            return rules.ask_service(card, number, delivered=delivered)

        answer = self._send(
            "ask service",
            name,
            lambda it: it.duplication.service_ticket(service_id, delivered=delivered),
            outcome,
            failure,
        )
        request = self._original(name).request
        if answer is None or request is None:
            return
        assert answer.nonce[:2] == request.nonce
        if answer.encoded not in [seen.encoded for _, seen in self.requests]:
            self.requests.append((request, answer))
        if ending is Ending.CANCEL:
            self.cancel_service(name, None)
        elif ending is Ending.IMPORT:
            self.take_from_service(0, None)

    @precondition(lambda self: self.requests)
    @rule(age=ages, failure=failures)
    def take_from_service(self, age: int, failure: Failure | None) -> None:
        """A new pair for any ticket that the service ever saw, to the card that drew it."""
        said, ticket = aged(self.requests, age)
        card = self._original(said.backup)
        pair = ec.generate_private_key(ec.SECP256R1())
        public = public_key(pair)
        block = self.service.export(self._read_request(ticket, said.backup), pair)
        self.sealed[public.digest] = Sealed.to(public)

        def send(it: Card) -> object:
            it.device.verify_certificate(self.service.certificate)
            return it.duplication.import_key(block)

        self._send(
            "take from service",
            said.backup,
            send,
            lambda _: rules.take_from_service(card, said, public.digest),
            failure,
        )

    @rule(name=originals, failure=failures)
    def cancel_service(self, name: str, failure: Failure | None) -> None:
        """The open ticket for the service becomes void."""
        card = self._original(name)
        self._send(
            "cancel service",
            name,
            lambda it: it.duplication.cancel(),
            lambda _: rules.cancel_service(card),
            failure,
        )

    def _refused(self, name: str, send: Callable[[Card], object]) -> None:
        self._send("role", name, send, lambda _: WrongStateError, None)
