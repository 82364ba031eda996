package twincard.probe;

import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.OwnerPIN;
import javacard.framework.Util;
import javacard.security.CryptoException;
import javacard.security.RandomData;
import javacardx.apdu.ExtendedLength;
import javacardx.crypto.Cipher;

/** An applet that does one thing per command, for the tests of the simulator. */
public final class ProbeApplet extends Applet implements ExtendedLength {
    static final short REFUSED = 0x6985;

    static final byte[] CONSTANT = {1, 2, 3};

    private static short installations;

    private final byte[] record = new byte[32];
    private final byte[] parameters;
    private final Object[] slots = {new Slot(), new Slot()};
    private final OwnerPIN pin = new OwnerPIN((byte) 3, (byte) 8);
    private final byte[] untilReset = JCSystem.makeTransientByteArray((short) 8, JCSystem.CLEAR_ON_RESET);
    private final byte[] untilDeselect = JCSystem.makeTransientByteArray((short) 8, JCSystem.CLEAR_ON_DESELECT);
    private final RandomData random = RandomData.getInstance(RandomData.ALG_SECURE_RANDOM);
    private final Keys keys = new Keys();
    private Slot active = (Slot) slots[0];
    private Object late;
    private Kept kept;
    private short counter;
    private boolean flag;

    private ProbeApplet(byte[] data, short offset, short length) {
        parameters = new byte[length];
        Util.arrayCopyNonAtomic(data, offset, parameters, (short) 0, length);
        byte[] first = {'1', '2', '3', '4'};
        pin.update(first, (short) 0, (byte) 4);
    }

    public static void install(byte[] bArray, short bOffset, byte bLength) {
        short control = (short) (bOffset + 1 + bArray[bOffset]);
        short data = (short) (control + 1 + bArray[control]);
        if (bArray[data] == 1 && bArray[(short) (data + 1)] == 0) {
            ISOException.throwIt(REFUSED);
        }
        if (bArray[data] == 1 && bArray[(short) (data + 1)] == 1) {
            new Kept(bArray);
        }
        if (bArray[data] == 1 && bArray[(short) (data + 1)] == 2) {
            JCSystem.beginTransaction();
        }
        if (bArray[data] == 1 && bArray[(short) (data + 1)] == 3) {
            JCSystem.commitTransaction();
        }
        installations = 1;
        ProbeApplet applet = new ProbeApplet(bArray, (short) (data + 1), bArray[data]);
        applet.register(bArray, (short) (bOffset + 1), bArray[bOffset]);
    }

    /** Fails when a byte of transient memory says so. */
    @Override
    public boolean select() {
        if (untilReset[7] == 2) {
            ISOException.throwIt(REFUSED);
        }
        return untilReset[7] != 3;
    }

    @Override
    public void deselect() {
        if (untilReset[7] == 1) {
            ISOException.throwIt(counter);
        }
    }

    @Override
    public void process(APDU apdu) {
        byte[] buffer = apdu.getBuffer();
        if (selectingApplet()) {
            return;
        }
        byte p1 = buffer[ISO7816.OFFSET_P1];
        switch (buffer[ISO7816.OFFSET_INS]) {
            case 0x10: change(p1, apdu); break;
            case 0x11: send(apdu, report(buffer)); break;
            case 0x12: verify(apdu); break;
            case 0x13: changePin(apdu, p1); break;
            case 0x14: fill(p1); break;
            case 0x15: Util.arrayCopy(buffer, (short) 0, untilReset, (short) 0, (short) 7); keep(buffer); break;
            case 0x16: send(apdu, transients(buffer)); break;
            case 0x17: random.generateData(buffer, (short) 0, (short) 16); send(apdu, (short) 16); break;
            case 0x18: keys.generate(p1); break;
            case 0x19: send(apdu, keys.parts(p1, buffer)); break;
            case 0x1A: send(apdu, keys.works(p1, buffer)); break;
            case 0x1B: keys.clear(p1); break;
            case 0x1C: keys.encrypt(record); break;
            case 0x1D: swap(); break;
            case 0x1E: send(apdu, echo(apdu, buffer)); break;
            case 0x1F: late = p1 == 0 ? null : new byte[p1]; break;
            case 0x20: send(apdu, keys.raw(buffer)); break;
            case 0x21: send(apdu, keys.transientKey(p1, buffer)); break;
            case 0x22: fail(p1); break;
            case 0x23: apdu.setIncomingAndReceive(); keys.loadAes(buffer, ISO7816.OFFSET_CDATA); break;
            case 0x24: keys.encryptMore(record); break;
            case 0x25: CONSTANT[0] = p1; break;
            case 0x26: untilReset[7] = p1; break;
            case 0x27: hide(p1); break;
            case 0x28: retain(p1, buffer); break;
            default: ISOException.throwIt(ISO7816.SW_INS_NOT_SUPPORTED);
        }
    }

    /** A transaction over every kind of persistent place; P1 says how it ends. */
    private void change(byte end, APDU apdu) {
        if (end != 5) {
            JCSystem.beginTransaction();
        }
        counter++;
        flag = !flag;
        record[0] = (byte) counter;
        Util.arrayFillNonAtomic(record, (short) 24, (short) 8, (byte) counter);
        Util.setShort(record, (short) 2, counter);
        Util.arrayCopy(record, (short) 0, record, (short) 4, (short) 4);
        active.uses++;
        active.content[1] = (byte) counter;
        keys.loadAes(record, (short) 0);
        swap();
        slots[0] = slots[1];
        if (end == 0) {
            JCSystem.commitTransaction();
        } else if (end == 1) {
            JCSystem.abortTransaction();
        } else if (end == 2) {
            record[(short) 100] = 1;
        } else if (end == 3) {
            ISOException.throwIt(REFUSED);
        }
    }

    private short report(byte[] buffer) {
        Util.arrayCopyNonAtomic(record, (short) 0, buffer, (short) 0, (short) 32);
        Util.setShort(buffer, (short) 32, counter);
        buffer[34] = (byte) (flag ? 1 : 0);
        buffer[35] = (byte) (active == slots[0] ? 0 : 1);
        Util.setShort(buffer, (short) 36, active.uses);
        Util.arrayCopyNonAtomic(active.content, (short) 0, buffer, (short) 38, (short) 4);
        buffer[42] = pin.getTriesRemaining();
        buffer[43] = (byte) installations;
        buffer[44] = (byte) parameters.length;
        Util.arrayCopyNonAtomic(parameters, (short) 0, buffer, (short) 45, (short) parameters.length);
        return (short) (45 + parameters.length);
    }

    private void verify(APDU apdu) {
        byte[] buffer = apdu.getBuffer();
        byte length = (byte) apdu.setIncomingAndReceive();
        if (!pin.check(buffer, ISO7816.OFFSET_CDATA, length)) {
            ISOException.throwIt((short) (0x63C0 | pin.getTriesRemaining()));
        }
    }

    /** P1: 0 without transaction, 1 with one, 2 with one that is aborted, 3 a wrong try in one that is aborted. */
    private void changePin(APDU apdu, byte how) {
        byte[] buffer = apdu.getBuffer();
        byte length = (byte) apdu.setIncomingAndReceive();
        if (how != 0) {
            JCSystem.beginTransaction();
        }
        if (how == 3) {
            pin.check(buffer, ISO7816.OFFSET_CDATA, length);
        } else {
            pin.update(buffer, ISO7816.OFFSET_CDATA, length);
        }
        if (how == 1) {
            JCSystem.commitTransaction();
        } else if (how != 0) {
            JCSystem.abortTransaction();
        }
    }

    private void fill(byte value) {
        Util.arrayFillNonAtomic(record, (short) 0, (short) 32, value);
    }

    private void keep(byte[] buffer) {
        Util.arrayCopyNonAtomic(buffer, (short) 0, untilDeselect, (short) 0, (short) 8);
    }

    private short transients(byte[] buffer) {
        Util.arrayCopyNonAtomic(untilReset, (short) 0, buffer, (short) 0, (short) 8);
        Util.arrayCopyNonAtomic(untilDeselect, (short) 0, buffer, (short) 8, (short) 8);
        buffer[16] = (byte) (pin.isValidated() ? 1 : 0);
        return 17;
    }

    private void swap() {
        active = (Slot) (active == slots[0] ? slots[1] : slots[0]);
    }

    private static short echo(APDU apdu, byte[] buffer) {
        short length = apdu.setIncomingAndReceive();
        return Util.arrayCopyNonAtomic(buffer, apdu.getOffsetCdata(), buffer, (short) 0, length);
    }

    private void fail(byte kind) {
        if (kind == 0) {
            CryptoException.throwIt(CryptoException.ILLEGAL_USE);
        }
        if (kind == 1) {
            Cipher none = null;
            none.getAlgorithm();
        }
        if (kind == 2) {
            fail(kind);
        }
        untilReset[7] = 1;
        JCSystem.beginTransaction();
        counter = 99;
        try {
            record[(short) 100] = 1;
        } finally {
            counter = 98;
        }
    }

    /** Catches everything, as a mapper of exceptions does. */
    private void hide(byte kind) {
        try {
            fail(kind);
        } catch (RuntimeException hidden) {
            ISOException.throwIt(REFUSED);
        }
    }

    /** Keeps the APDU buffer, which no applet may: in a field, in an element of an array, in a field of another. */
    private void retain(byte where, byte[] buffer) {
        if (where == 0) {
            late = buffer;
        } else if (where == 1) {
            slots[1] = buffer;
        } else {
            kept = new Kept(buffer);
        }
    }

    private static void send(APDU apdu, short length) {
        apdu.setOutgoingAndSend((short) 0, length);
    }
}
