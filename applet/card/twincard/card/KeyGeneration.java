package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/** GENERATE ASYMMETRIC KEY PAIR: the new pair is made and tested in the spare slot before it replaces the old. */
final class KeyGeneration {
    private static final short LENGTH = 5;
    private static final byte[] HEAD = {Tag.CONTROL_REFERENCE, 0x03, (byte) 0x80, 0x01};

    private final Ram ram;
    private final Log log;
    private final OwnKey key;
    private final Export export;

    /** @param export what the key is exported by; null for a key that never is */
    KeyGeneration(Core core, OwnKey key, Export export) {
        ram = core.ram;
        log = core.log;
        this.key = key;
        this.export = export;
    }

    short generate(short length) {
        Apdu.requireP1(ram, (byte) 0x80);
        requireReference();
        Apdu.requireLength(length, LENGTH);
        Apdu.requireData(Util.arrayCompare(ram.work, (short) 0, HEAD, (short) 0, (short) HEAD.length) == 0);
        byte type = ram.work[(short) HEAD.length];
        Apdu.requireData(type == KeySlot.RSA_2048 || type == KeySlot.EC_P256);
        if (export != null && export.isPending()) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        if (!key.supports(type)) {
            ISOException.throwIt(Sw.NOT_ON_THIS_CHIP);
        }
        KeySlot spare = key.spare();
        spare.generate(type, ram.aux);
        if (!spare.isPair(type, ram.work, ram.aux)) {
            key.clearSpare();
            ISOException.throwIt(Sw.MEMORY_FAILURE);
        }
        spare.digest(type, ram.aux, ram.work, (short) 0);
        JCSystem.beginTransaction();
        key.replace(type, true, ram.work, (short) 0);
        if (export != null) {
            export.restart();
        }
        log.note((byte) (Log.KEY_GENERATED + key.which()), ram.work, (short) 0, Log.DETAIL);
        JCSystem.commitTransaction();
        key.clearSpare();
        return key.writePublicKey(ram.aux, (short) 0);
    }

    /** P1 = 81: the public key of the key there is. */
    short readPublicKey() {
        requireReference();
        return key.writePublicKey(ram.aux, (short) 0);
    }

    /** P2: 00 for the decipher key, 02 for the signature key. */
    private void requireReference() {
        Apdu.requireP2(ram, (byte) (key.which() << 1));
    }
}
