package twincard.simulator;

/** The operations of the frame protocol; see the package description. */
enum Op {
    RESET(0x01, false),
    APDU(0x02, false),
    INSTALL(0x20, false),
    REMOVE(0x21, false),
    KEEP(0x22, false),
    KEPT(0x23, false),
    SNAPSHOT(0x10, true),
    RESTORE(0x11, true),
    CUT(0x12, true),
    WRITES(0x13, true),
    SIZES(0x14, true),
    FAULTS(0x15, true),
    DROP(0x16, true),
    IMAGE(0x17, true),
    OPERATIONS(0x18, true),
    PEAKS(0x19, true),
    ENGINES(0x1A, true);

    final int code;
    /** Whether it is refused outside the laboratory. */
    final boolean laboratory;

    Op(int code, boolean laboratory) {
        this.code = code;
        this.laboratory = laboratory;
    }

    static Op of(int code) throws CardException {
        for (Op op : values()) {
            if (op.code == code) {
                return op;
            }
        }
        throw new CardException(Failure.WRONG_USE, String.format("There is no operation %02X.", code));
    }
}
