package twincard.simulator;

import com.licel.jcardsim.base.ApduCase;
import com.licel.jcardsim.base.SimulatorRuntime;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import javacard.framework.AID;
import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.SystemException;
import javacard.security.CryptoException;
import javacardx.apdu.ExtendedLength;

/**
 * The Java Card runtime of one card: jCardSim's, with transactions that roll back, and exceptions treated as the JCRE
 * specification says (3.0.4, clauses 3.1 to 3.4 and 7.6).
 */
final class CardRuntime extends SimulatorRuntime {
    /** A short command of case 4 is up to 261 bytes long; jCardSim's buffer holds 260. */
    private static final int SHORT_BUFFER = 261;
    /** CLA to P2, and the one or three bytes of a length. */
    private static final int SHORT_HEADER = 5;
    private static final int EXTENDED_HEADER = 7;
    private static final int LE = 0;

    private final Memory memory;
    private final Faults faults;

    CardRuntime(Memory memory) {
        super(memory.transients);
        this.memory = memory;
        this.faults = memory.faults;
        setField(shortAPDU, "buffer", new byte[SHORT_BUFFER]);
        memory.transients.addGlobal(shortAPDU.getBuffer());
        memory.transients.addGlobal(extendedAPDU.getBuffer());
        activateSimulatorRuntimeInstance();
        changeProtocol(APDU.PROTOCOL_T1);
    }

    /**
     * Installs the applet with GlobalPlatform's parameters: length and AID, length and privileges, length and
     * application data.
     *
     * @throws ISOException when the applet refuses with a status word
     * @throws CardException when it fails otherwise or does not register
     */
    Applet install(Class<? extends Applet> type, AID aid, byte[] parameters) throws CardException {
        activateSimulatorRuntimeInstance();
        byte[] global = parameters.clone();
        memory.transients.addGlobal(global);
        registrationCallback.set((applet, own) -> {
            AID name = own == null ? aid : own;
            applets.put(name, new ApplicationInstance(name, applet));
        });
        // As in the reference implementation; what is made in a transaction needs no log.
        super.beginTransaction();
        try {
            type.getMethod("install", byte[].class, short.class, byte.class)
                    .invoke(null, global, (short) 0, (byte) global.length);
            if (transactionDepth != 1) {
                throw new CardException("The applet ended the transaction of its installation.");
            }
        } catch (InvocationTargetException thrown) {
            failInstall(thrown.getCause());
        } catch (ReflectiveOperationException missing) {
            throw new CardException("The applet class has no install method.");
        } finally {
            registrationCallback.remove();
            closeTransaction();
        }
        if (applets.isEmpty()) {
            throw new CardException("The applet did not register itself.");
        }
        return applets.values().iterator().next().getApplet();
    }

    private void failInstall(Throwable cause) throws CardException {
        if (cause instanceof ISOException refusal) {
            throw new CardException(String.format("The applet refused its installation with status word %04X.",
                    refusal.getReason() & 0xFFFF));
        }
        if (cause instanceof PowerCut cut) {
            throw cut;
        }
        if (cause instanceof CryptoException) {
            throw new CardException("The chip lacks an algorithm that the applet needs.");
        }
        if (cause instanceof SystemException) {
            throw new CardException("The chip has too little memory for the applet.");
        }
        faults.add("install", cause);
        throw new CardException("The applet failed to install: " + cause + ".");
    }

    @Override
    public byte[] transmitCommand(byte[] command) {
        activateSimulatorRuntimeInstance();
        if (!isWellFormed(command)) {
            return statusWord(ISO7816.SW_WRONG_LENGTH);
        }
        ApduCase form = ApduCase.getCase(command);
        boolean selection = !form.isExtended() && isAppletSelectionApdu(command);
        AID chosen = selection ? findAppletForSelectApdu(command, form) : null;
        if (chosen != null) {
            deselect(lookupApplet(currentAID));
            currentAID = chosen;
        }
        Applet applet = getApplet(currentAID);
        if (applet == null) {
            return statusWord(selection ? ISO7816.SW_APPLET_SELECT_FAILED : ISO7816.SW_COMMAND_NOT_ALLOWED);
        }
        usingExtendedAPDUs = form.isExtended();
        if (usingExtendedAPDUs && !(applet instanceof ExtendedLength)) {
            return statusWord(ISO7816.SW_WRONG_LENGTH);
        }
        selecting = chosen != null;
        try {
            return answer(process(applet, form, command));
        } finally {
            selecting = false;
            resetAPDU(getCurrentAPDU(), null, null);
        }
    }

    /**
     * Whether the lengths fit one of the seven cases of ISO 7816-3, 12.1, and the data a Java Card's short; jCardSim
     * takes others too, and fails on some.
     */
    private static boolean isWellFormed(byte[] command) {
        if (command.length <= SHORT_HEADER) {
            return command.length >= SHORT_HEADER - 1;
        }
        int lc = command[SHORT_HEADER - 1] & 0xFF;
        if (lc != 0) {
            int rest = command.length - SHORT_HEADER - lc;
            return rest == 0 || rest == 1;
        }
        if (command.length <= EXTENDED_HEADER) {
            return command.length == EXTENDED_HEADER;
        }
        lc = (command[EXTENDED_HEADER - 2] & 0xFF) << 8 | command[EXTENDED_HEADER - 1] & 0xFF;
        int rest = command.length - EXTENDED_HEADER - lc;
        return lc != 0 && lc <= Short.MAX_VALUE && (rest == 0 || rest == 2);
    }

    private short process(Applet applet, ApduCase form, byte[] command) {
        responseBufferSize = 0;
        APDU apdu = getCurrentAPDU();
        resetAPDU(apdu, form, command);
        if (usingExtendedAPDUs) {
            liftExtendedLe(apdu);
        }
        try {
            if (selecting && !select(applet)) {
                currentAID = null;
                return ISO7816.SW_APPLET_SELECT_FAILED;
            }
            applet.process(apdu);
            return ISO7816.SW_NO_ERROR;
        } catch (ISOException status) {
            return status.getReason();
        } catch (PowerCut cut) {
            throw cut;
        } catch (Throwable fault) {
            String header = String.format("%02X %02X %02X %02X", command[0], command[1], command[2], command[3]);
            faults.add("command " + header, fault);
            return ISO7816.SW_UNKNOWN;
        } finally {
            closeTransaction();
        }
    }

    private boolean select(Applet applet) {
        try {
            return applet.select();
        } catch (PowerCut cut) {
            throw cut;
        } catch (Throwable fault) {
            faults.add("select", fault);
            return false;
        } finally {
            closeTransaction();
        }
    }

    /**
     * An extended Le of zero means as much as there is; jCardSim gives the applet zero, and negative numbers from 8000
     * on.
     */
    private static void liftExtendedLe(APDU apdu) {
        short[] variables = (short[]) Fields.get(Fields.find(APDU.class, "ramVars"), apdu);
        byte[] buffer = apdu.getBuffer();
        if (variables[LE] < 0 || variables[LE] == 0 && buffer[ISO7816.OFFSET_LC] == 0) {
            variables[LE] = Short.MAX_VALUE;
        }
    }

    private byte[] answer(short status) {
        int sw1 = status >> 8 & 0xFF;
        boolean withData = sw1 >= 0x61 && sw1 <= 0x63 || sw1 >> 4 == 0x9;
        int length = withData ? responseBufferSize : 0;
        byte[] response = Arrays.copyOf(responseBuffer, length + 2);
        response[length] = (byte) (status >> 8);
        response[length + 1] = (byte) status;
        return response;
    }

    private static byte[] statusWord(short status) {
        return new byte[] {(byte) (status >> 8), (byte) status};
    }

    @Override
    protected void deselect(ApplicationInstance instance) {
        if (instance != null) {
            try {
                instance.getApplet().deselect();
            } catch (PowerCut cut) {
                throw cut;
            } catch (Throwable fault) {
                faults.add("deselect", fault);
            }
        }
        closeTransaction();
        memory.transients.clearOnDeselect();
    }

    /** Power off and on: no applet is selected, nothing transient survives, an open transaction is rolled back. */
    @Override
    public void reset() {
        activateSimulatorRuntimeInstance();
        closeTransaction();
        super.reset();
    }

    @Override
    public void beginTransaction() {
        super.beginTransaction();
        memory.log.begin();
    }

    @Override
    public void abortTransaction() {
        super.abortTransaction();
        memory.log.rollBack();
    }

    @Override
    public void commitTransaction() {
        super.commitTransaction();
        memory.commit();
    }

    /** After each call of the applet. */
    private void closeTransaction() {
        memory.noteStack();
        Hooks.beginStack();
        transactionDepth = 0;
        memory.log.rollBack();
    }

    private static void setField(APDU apdu, String name, Object value) {
        Field field = Fields.find(APDU.class, name);
        Fields.set(field, apdu, value);
    }
}
