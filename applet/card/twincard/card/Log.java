package twincard.card;

/** Where security events are noted; the base keeps no log. */
class Log {
    /** Notes an event with so many bytes about it, inside the transaction that makes it happen. */
    void note(byte event, byte[] detail, short offset, short length) {}
}
