package twincard.card;

/** What nearly every class of the card works with, at hand as fields; those made after an object are null in it. */
abstract class CardPart extends OnChip {
    final Parts parts;
    final Log log;
    final DuplicationMode duplicationMode;
    /** Persistent, for ciphertext only: the key block that comes in or goes out. */
    final byte[] store;
    final Cmac cmac;
    /** Null where the chip has none; likewise the next. */
    final Rsa rsa;
    final Ecdh ecdh;
    final Authority authority;
    final KeyGroup group;
    final OwnKey key;

    CardPart(Core core) {
        super(core.chip, core.ram);
        parts = core.parts;
        log = core.log;
        duplicationMode = core.duplicationMode;
        store = core.store;
        cmac = core.cmac;
        rsa = core.rsa;
        ecdh = core.ecdh;
        authority = core.authority;
        group = core.group;
        key = core.key;
    }
}
