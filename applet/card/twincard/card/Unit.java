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
    final Chip chip;
    final Log log;
    final Cmac cmac;
    final Authority authority;
    final KeyGroup group;
    final DecipherKey key;

    Unit(Core core) {
        Ram shared = core.ram;
        ram = shared;
        work = shared.work;
        aux = shared.aux;
        secret = shared.secret;
        hash = shared.hash;
        flags = shared.flags;
        words = shared.words;
        chip = core.chip;
        log = core.log;
        cmac = core.cmac;
        authority = core.authority;
        group = core.group;
        key = core.key;
    }
}
