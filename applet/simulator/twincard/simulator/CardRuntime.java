package twincard.simulator;

import com.licel.jcardsim.base.SimulatorRuntime;
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
    private final Memory memory;
    private final Faults faults;
    private final Exchange exchange;
    private final Channels channels = new Channels();
    private final T0 t0 = new T0();

    CardRuntime(Memory memory) {
        super(memory.transients);
        this.memory = memory;
        this.faults = memory.faults;
        this.exchange = memory.exchange;
        activateSimulatorRuntimeInstance();
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
                throw new CardException(Failure.WRONG_USE, "The applet ended the transaction of its installation.");
            }
        } catch (InvocationTargetException thrown) {
            failInstall(thrown.getCause());
        } catch (ReflectiveOperationException missing) {
            throw new CardException(Failure.WRONG_USE, "The applet class has no install method.");
        } finally {
            registrationCallback.remove();
            closeTransaction();
        }
        if (applets.isEmpty()) {
            throw new CardException(Failure.WRONG_USE, "The applet did not register itself.");
        }
        return applets.values().iterator().next().getApplet();
    }

    private void failInstall(Throwable cause) throws CardException {
        if (cause instanceof ISOException refusal) {
            throw new CardException(Failure.REFUSED, String.format("%04X", refusal.getReason() & 0xFFFF));
        }
        if (cause instanceof PowerCut cut) {
            throw cut;
        }
        if (cause instanceof CryptoException) {
            throw new CardException(Failure.LACKS_ALGORITHM);
        }
        if (cause instanceof SystemException) {
            throw new CardException(Failure.LACKS_MEMORY);
        }
        faults.add("install", cause);
        throw new CardException(Failure.WRONG_USE, "The applet failed to install: " + cause + ".");
    }

    @Override
    public APDU getCurrentAPDU() {
        return shortAPDU;
    }

    @Override
    public byte getAssignedChannel() {
        return exchange.channel();
    }

    @Override
    public byte[] transmitCommand(byte[] bytes) {
        activateSimulatorRuntimeInstance();
        boolean isT0 = memory.chip.isT0();
        Command command = isT0 ? Command.ofTpdu(bytes) : Command.ofApdu(bytes);
        if (command == null) {
            return statusWord(ISO7816.SW_WRONG_LENGTH);
        }
        byte[] waiting = isT0 ? t0.next(command) : null;
        if (waiting != null) {
            return waiting;
        }
        exchange.begin(command, theApplet() instanceof ExtendedLength);
        short status = run(command);
        byte[] data = hasData(status) ? exchange.answer() : new byte[0];
        byte[] sw = statusWord(status);
        if (isT0) {
            return t0.answer(command, exchange.hasReceived(), data, sw);
        }
        byte[] answer = Arrays.copyOf(data, data.length + sw.length);
        System.arraycopy(sw, 0, answer, data.length, sw.length);
        return answer;
    }

    /** The one there is on this card. */
    private Applet theApplet() {
        return applets.isEmpty() ? null : applets.values().iterator().next().getApplet();
    }

    private short run(Command command) {
        byte channel = command.channel();
        if (command.managesChannels()) {
            return manageChannels(command);
        }
        AID chosen = command.selects() ? find(command.data()) : null;
        if (chosen == null && !channels.isOpen(channel)) {
            return ISO7816.SW_LOGICAL_CHANNEL_NOT_SUPPORTED;
        }
        if (chosen != null && channels.isSelectedElsewhere(channel)) {
            // It is not multiselectable.
            return ISO7816.SW_CONDITIONS_NOT_SATISFIED;
        }
        if (chosen == null && !channels.isSelectedOn(channel)) {
            return command.selects() ? ISO7816.SW_APPLET_SELECT_FAILED : ISO7816.SW_COMMAND_NOT_ALLOWED;
        }
        Applet applet = theApplet();
        if (command.isExtended() && !(applet instanceof ExtendedLength)) {
            return ISO7816.SW_WRONG_LENGTH;
        }
        if (chosen != null) {
            deselectOn(channel);
            channels.select(channel);
            currentAID = chosen;
        }
        selecting = chosen != null;
        try {
            return process(applet, command);
        } finally {
            selecting = false;
        }
    }

    /** The applet whose AID is or begins with these bytes; with none, the applet there is. */
    private AID find(byte[] name) {
        AID aid = applets.firstKey();
        return aid.partialEquals(name, (short) 0, (byte) name.length) ? aid : null;
    }

    private short manageChannels(Command command) {
        return channels.manage(command, this::deselectOn, exchange);
    }

    private void deselectOn(byte channel) {
        if (channels.isSelectedOn(channel)) {
            deselect(lookupApplet(currentAID));
            leave();
        }
    }

    private void leave() {
        channels.selectNothing();
        currentAID = null;
    }

    private short process(Applet applet, Command command) {
        try {
            if (selecting && !select(applet)) {
                leave();
                return ISO7816.SW_APPLET_SELECT_FAILED;
            }
            applet.process(shortAPDU);
            return ISO7816.SW_NO_ERROR;
        } catch (ISOException status) {
            return status.getReason();
        } catch (PowerCut cut) {
            throw cut;
        } catch (Throwable fault) {
            byte[] header = command.header();
            faults.add(String.format("command %02X %02X %02X %02X", header[0], header[1], header[2], header[3]), fault);
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

    private static boolean hasData(short status) {
        int sw1 = status >> 8 & 0xFF;
        return sw1 >= 0x61 && sw1 <= 0x63 || sw1 >> 4 == 0x9;
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
        channels.reset();
        t0.reset();
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
}
