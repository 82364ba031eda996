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
        authority = core.authority;
        group = core.group;
        key = core.key;
    }
}
