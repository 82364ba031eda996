package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/** The card, or the key service, whose certificate was verified last, in this session. */
final class Peer {
    /** Role of a key service, and of one that keeps the keys, which counts as one. */
    static final byte SERVICE = 3;
    static final byte SERVICE_ESCROW = 4;

    /** Its device key; of no peer once the role is not there. */
    final byte[] point = new byte[P256.POINT];
    /** Role (0: no peer) and card id. */
    private final byte[] holder =
            JCSystem.makeTransientByteArray((short) (1 + Authority.ID), JCSystem.CLEAR_ON_DESELECT);

    /** Takes the holder of a certificate at the array's beginning that was verified. */
    void set(byte[] certificate) {
        Util.arrayCopyNonAtomic(certificate, Certificate.POINT, point, (short) 0, P256.POINT);
        Util.arrayCopyNonAtomic(certificate, Certificate.ID, holder, (short) 1, Authority.ID);
        holder[0] = certificate[Certificate.ROLE];
    }

    /** Refuses another role or card id than the peer's, 6A80, and any without a peer, 6985. */
    void require(byte role, byte[] id, short offset) {
        if (holder[0] == 0) {
            Refusal.state();
        }
        byte held = holder[0] == SERVICE_ESCROW ? SERVICE : holder[0];
        Apdu.requireData(held == role && Util.arrayCompare(holder, (short) 1, id, offset, Authority.ID) == 0);
    }

    /** What it is as the origin of a key: 01 a key service, 02 one that keeps the keys. */
    byte origin() {
        return (byte) (holder[0] - SERVICE + 1);
    }

    /** Forgets the peer. */
    void clear() {
        holder[0] = 0;
    }
}
