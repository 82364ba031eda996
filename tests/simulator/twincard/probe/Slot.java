package twincard.probe;

/** Something that the probe refers to by a field that changes. */
final class Slot {
    byte[] content = new byte[4];
    short uses;
}
