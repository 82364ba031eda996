package twincard.card;

import javacard.framework.Util;

/** NIST SP 800-108 in counter mode with AES-256-CMAC: Ti = CMAC(K, i ‖ label ‖ 00 ‖ context ‖ bits). */
final class Kdf {
    private final Cmac cmac;
    /** Counter, 00, bits. */
    private final byte[] number;

    Kdf(Cmac cmac, Ram ram) {
        this.cmac = cmac;
        this.number = ram.number;
    }

    /** Derives {@code blocks} times 16 bytes; the output may not overlap the 32-byte key. */
    void derive(byte[] key, short keyOffset, byte[] label, byte[] context, short contextOffset, short contextLength,
            byte blocks, byte[] out, short outOffset) {
        Util.setShort(number, (short) 2, (short) (blocks * 128));
        number[1] = 0;
        for (byte i = 1; i <= blocks; i++) {
            number[0] = i;
            cmac.init(key, keyOffset);
            cmac.update(number, (short) 0, (short) 1);
            cmac.update(label, (short) 0, (short) label.length);
            cmac.update(number, (short) 1, (short) 1);
            cmac.update(context, contextOffset, contextLength);
            cmac.update(number, (short) 2, (short) 2);
            cmac.finish(out, outOffset);
            outOffset += Cmac.MAC;
        }
    }
}
