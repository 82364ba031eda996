package twincard.card;

/** Where security events are noted; the base keeps no log. */
class Log extends CardPart {
    static final byte PERSONALISED = 0x01;
    static final byte CERTIFIED = 0x02;
    static final byte ACTIVATED = 0x03;
    static final byte TERMINATED = 0x04;
    static final byte SCP03_KEYS_REPLACED = 0x05;
    static final byte CONTACT_BY_ISSUER = 0x06;
    static final byte GROUP_BEGUN = 0x10;
    static final byte COMPONENT_SET = 0x11;
    static final byte COMPONENT_CLEARED = 0x12;
    static final byte GROUP_ERASED = 0x13;
    /** Of the decipher key; of the signature key it is the next. */
    static final byte KEY_GENERATED = 0x20;
    static final byte TICKET_DRAWN = 0x30;
    static final byte KEY_IMPORTED = 0x31;
    static final byte TICKET_VOID = 0x32;
    static final byte EXPORT_PENDING = 0x33;
    static final byte EXPORT_DONE = 0x34;
    static final byte SLOT_GIVEN_BACK = 0x35;
    static final byte EXPORT_ABANDONED = 0x36;
    static final byte PIN_BLOCKED = 0x40;
    static final byte PIN_CHANGED = 0x41;
    static final byte PIN_UNBLOCKED = 0x42;
    static final byte PUK_BLOCKED = 0x43;

    /** Bytes that an entry has for its detail. */
    static final short DETAIL = 16;

    Log(Core core) {
        super(core);
    }

    /** Notes an event with so many bytes about it, inside the transaction that makes it happen. */
    void note(byte event, byte[] detail, short offset, short length) {}

    /** The same for an event that one byte tells of. */
    void note(byte event, byte detail) {}
}
