package twincard.card;

import javacard.framework.Util;

/**
 * A key pair of the card's own. A transaction cannot hold a key: a new one fills the spare slot, is tested, becomes the
 * key by one index, and then the slot that was the key's is cleared.
 */
class OwnKey extends CardPart {
    static final byte DECIPHER = 0;
    static final byte SIGNATURE = 1;

    final KeySlots slots;
    final byte which;
    /** The key digest, 32 bytes. */
    final byte[] digest = new byte[KeySlot.DIGEST];
    /** The id of the archive key, 16 bytes; zeros for a signature key, which has none. */
    final byte[] archiveId = new byte[KeySlot.ARCHIVE_ID];
    // Others read these, and write none of them.
    /** KeySlot.RSA_2048 or KeySlot.EC_P256. */
    byte type;
    boolean publicKept;

    /** @param which {@link #DECIPHER} or {@link #SIGNATURE} */
    OwnKey(Core core, byte which) {
        super(core);
        slots = core.slots;
        this.which = which;
    }

    protected boolean present() {
        return slots.holds(which);
    }

    /** Refuses with 6A88 where there is no key. */
    void require() {
        if (!present()) {
            Refusal.notFound();
        }
    }

    /** Whether this chip can use keys of the type. */
    boolean supports(byte type) {
        return slots.supports(type);
    }

    /** The slot in use. */
    KeySlot slot() {
        return slots.of(which);
    }

    /** Makes the spare slot the key, with digest ‖ archive id, inside the caller's transaction. */
    void replace(byte newType, boolean keepPublic, byte[] newIdentity, short offset) {
        slots.replace(which);
        type = newType;
        publicKept = keepPublic;
        Util.arrayCopy(newIdentity, offset, digest, (short) 0, KeySlot.DIGEST);
        Util.arrayCopy(newIdentity, (short) (offset + KeySlot.DIGEST), archiveId, (short) 0, KeySlot.ARCHIVE_ID);
    }

    /** Writes the public key template (ISO 7816-8, tag 7F49); returns its length. 6A88 if only the digest is kept. */
    short writePublicKey(byte[] out, short offset) {
        require();
        if (!publicKept) {
            Refusal.notFound();
        }
        short end = Template.copy(Template.publicHead(type), out, offset);
        end = slot().readPublic(type, out, end);
        return (short) (Template.copyPublicTail(type, out, end) - offset);
    }
}
