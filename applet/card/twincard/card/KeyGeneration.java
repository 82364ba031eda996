package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/** GENERATE ASYMMETRIC KEY PAIR: the new pair is made and tested in the spare slot before it replaces the old. */
final class KeyGeneration {
    private static final short LENGTH = 5;
    private static final byte[] HEAD = {Tag.CONTROL_REFERENCE, 0x03, (byte) 0x80, 0x01};

    private final Ram ram;
    private final DecipherKey key;
    private final Export export;

    KeyGeneration(Ram ram, DecipherKey key, Export export) {
        this.ram = ram;
        this.key = key;
        this.export = export;
    }

    short generate(short length) {
        Apdu.requireP1(ram, (byte) 0x80);
        Apdu.requireP2(ram, (byte) 0);
        Apdu.requireLength(length, LENGTH);
        Apdu.requireData(Util.arrayCompare(ram.work, (short) 0, HEAD, (short) 0, (short) HEAD.length) == 0);
        byte type = ram.work[(short) HEAD.length];
        Apdu.requireData(type == KeySlot.RSA_2048 || type == KeySlot.EC_P256);
        if (export.isPending()) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        KeySlot spare = key.spare();
        if (!spare.supports(type)) {
            ISOException.throwIt(Sw.NOT_ON_THIS_CHIP);
        }
        spare.generate(type, ram.aux);
        if (!spare.isPair(type, ram.work, ram.aux)) {
            key.clearSpare();
            ISOException.throwIt(Sw.MEMORY_FAILURE);
        }
        spare.digest(type, ram.aux, ram.work, (short) 0);
        JCSystem.beginTransaction();
        key.replace(type, true, ram.work, (short) 0);
        export.restart();
        JCSystem.commitTransaction();
        key.clearSpare();
        return key.writePublicKey(ram.aux, (short) 0);
    }

    /** P1 = 81: the public key of the key there is. */
    short readPublicKey() {
        Apdu.requireP2(ram, (byte) 0);
        return key.writePublicKey(ram.aux, (short) 0);
    }
}
