package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;

/**
 * GENERATE ASYMMETRIC KEY PAIR: the new pair is made and tested in the spare slot before it replaces the old. While the
 * key is not released its digest alone is shown.
 */
final class KeyGeneration extends CardPart {
    private static final short LENGTH = 5;
    private static final byte[] HEAD = {Tag.CONTROL_REFERENCE, 0x03, (byte) 0x80, 0x01};

    private final OwnKey pair;
    private final Export export;

    /** @param export what the key is exported by; null for a key that never is */
    KeyGeneration(Core core, OwnKey pair, Export export) {
        super(core);
        this.pair = pair;
        this.export = export;
    }

    short generate(short length) {
        OwnKey pair = this.pair;
        byte[] work = this.work;
        requireP1((byte) 0x80);
        requireReference();
        Apdu.requireLength(length, LENGTH);
        Apdu.requireData(Template.stands(HEAD, work, (short) 0));
        byte type = work[(short) HEAD.length];
        Apdu.requireData(type == KeySlot.RSA_2048 || type == KeySlot.EC_P256);
        if (export != null && export.isPending) {
            Refusal.state();
        }
        if (!pair.supports(type)) {
            Refusal.chip();
        }
        KeySlot spare = pair.slots.spare();
        spare.generate(type, aux);
        if (!spare.isPair(type, work, aux)) {
            pair.slots.clearSpare();
            ISOException.throwIt(Sw.MEMORY_FAILURE);
        }
        spare.digest(type, aux, work, (short) 0);
        if (export != null) {
            spare.drawArchiveKey();
            spare.writeArchiveId(work, KeySlot.DIGEST);
        }
        JCSystem.beginTransaction();
        pair.replace(type, true, work, (short) 0);
        if (export != null) {
            export.restart();
        }
        log.note((byte) (Log.KEY_GENERATED + pair.which), work, (short) 0, Log.DETAIL);
        JCSystem.commitTransaction();
        pair.slots.clearSpare();
        if (export != null && !export.released()) {
            return Template.copy(pair.digest, aux, (short) 0);
        }
        return pair.writePublicKey(aux, (short) 0);
    }

    /** P1 = 81: the public key of the key there is. */
    short readPublicKey() {
        requireReference();
        if (export != null) {
            export.requireReleased();
        }
        return pair.writePublicKey(aux, (short) 0);
    }

    /** P2: 00 for the decipher key, 02 for the signature key. */
    private void requireReference() {
        requireP2((byte) (pair.which << 1));
    }
}
