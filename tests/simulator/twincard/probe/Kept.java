package twincard.probe;

/** Keeps what it is given, in its constructor. */
final class Kept {
    final byte[] array;

    Kept(byte[] array) {
        this.array = array;
    }
}
