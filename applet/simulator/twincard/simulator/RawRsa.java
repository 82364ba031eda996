package twincard.simulator;

import javacardx.crypto.Cipher;

/**
 * RSA without padding as cards do it: the input and the output are as long as the modulus.
 *
 * <p>jCardSim refuses an input of that length at offset 0 (it compares the length less the offset), and it strips
 * leading zeros from what it decrypts.
 */
final class RawRsa {
    private RawRsa() {}

    static byte[] doFinal(Cipher cipher, byte[] in, short inOff, short inLen) {
        byte[] shifted = new byte[inLen + 1];
        System.arraycopy(in, inOff, shifted, 1, inLen);
        byte[] raw = new byte[inLen + 1];
        short length = Outputs.run(target -> cipher.doFinal(shifted, (short) 1, inLen, target, (short) 0), raw);
        byte[] result = new byte[inLen];
        System.arraycopy(raw, 0, result, inLen - length, length);
        return result;
    }
}
