package twincard.card;

/** What nearly every class of the card works with, at hand as fields; those made after an object are null in it. */
abstract class Unit {
    final Ram ram;
    final byte[] work;
    final byte[] aux;
    final byte[] secret;
    final byte[] hash;
    final byte[] flags;
    final short[] words;
    final Parts parts;
    final Log log;
    final Blindness blindness;
    /** Persistent, for ciphertext only: the key block that comes in or goes out. */
    final byte[] store;
    final Chip chip;
    final Cmac cmac;
    /** Null where the chip has none; likewise the next. */
    final Rsa rsa;
    final Ecdh ecdh;
    final Authority authority;
    final KeyGroup group;
    final OwnKey key;

    Unit(Core core) {
        Ram shared = core.ram;
        ram = shared;
        work = shared.work;
        aux = shared.aux;
        secret = shared.secret;
        hash = shared.hash;
        flags = shared.flags;
        words = shared.words;
        parts = core.parts;
        log = core.log;
        blindness = core.blindness;
        store = core.store;
        chip = core.chip;
        cmac = core.cmac;
        rsa = core.rsa;
        ecdh = core.ecdh;
        authority = core.authority;
        group = core.group;
        key = core.key;
    }

    /** Refuses another P1 with 6A86. */
    final void requireP1(byte wanted) {
        if (flags[Ram.P1] != wanted) {
            Refusal.parameters();
        }
    }

    /** Refuses another P2 with 6A86. */
    final void requireP2(byte wanted) {
        if (flags[Ram.P2] != wanted) {
            Refusal.parameters();
        }
    }

    /** P1 and P2 are both zero. */
    final void requireNoParameters() {
        requireP1((byte) 0);
        requireP2((byte) 0);
    }
}
