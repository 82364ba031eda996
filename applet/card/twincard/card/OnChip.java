package twincard.card;

/** What works with the chip and in the shared memory alone, at hand as fields. */
abstract class OnChip {
    final Chip chip;
    final Ram ram;
    final byte[] work;
    final byte[] aux;
    final byte[] secret;
    final byte[] hash;
    final byte[] flags;
    final short[] words;

    OnChip(Chip engines, Ram shared) {
        chip = engines;
        ram = shared;
        work = shared.work;
        aux = shared.aux;
        secret = shared.secret;
        hash = shared.hash;
        flags = shared.flags;
        words = shared.words;
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
