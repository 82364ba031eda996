package twincard.simulator;

import com.licel.jcardsim.crypto.ByteContainer;
import com.licel.jcardsim.utils.AIDUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import javacard.framework.Applet;

/**
 * One simulated card with its applet installed. Several cards may live in one process, as long as the applet's classes
 * keep nothing in static fields; each is for one thread at a time.
 */
public final class Card {
    /** The most bytes of install parameters, all three fields together (Java Card API, Applet.install). */
    private static final int MOST_PARAMETERS = 127;

    private final Memory memory;
    private final CardRuntime runtime;
    private final Graph graph;

    /**
     * Installs an applet.
     *
     * @param type the applet class, woven
     * @param aid instance AID, 5 to 16 bytes
     * @param data application data of the install parameters, as many bytes as 127 less the length of the AID and 4
     * leave
     * @throws CardException when the applet refuses or fails
     */
    public static Card install(Class<? extends Applet> type, byte[] aid, byte[] data) throws CardException {
        return install(type, aid, data, Chip.withoutLimits());
    }

    /** The same on a chip, which must be a fresh one. */
    static Card install(Class<? extends Applet> type, byte[] aid, byte[] data, Chip chip) throws CardException {
        return new Card(type, aid, data, chip, false);
    }

    /**
     * Installs an applet, on a fresh chip too, and puts a memory that was saved in the place of its own: the card is
     * then as after power-up.
     */
    static Card load(Class<? extends Applet> type, byte[] aid, byte[] data, Chip chip, ByteBuffer saved)
            throws CardException {
        // To draw keys would take longer than all the rest.
        Card card = new Card(type, aid, data, chip, true);
        int at = saved.position();
        if (card.read(saved)) {
            return card;
        }
        // An earlier version of the applet kept less. The rest is as on a new card, and its keys are secret.
        card = install(type, aid, data, chip.fresh());
        card.read(saved.position(at));
        return card;
    }

    private Card(Class<? extends Applet> type, byte[] aid, byte[] data, Chip chip, boolean isLoading)
            throws CardException {
        memory = new Memory(chip);
        memory.isLoading = isLoading;
        Hooks.memory = memory;
        runtime = new CardRuntime(memory);
        Applet applet = runtime.install(type, AIDUtil.create(aid), parameters(aid, data));
        try {
            graph = new Graph(memory, applet, AppletClasses.load());
        } catch (IllegalStateException unknown) {
            throw new CardException(Failure.WRONG_USE, "The simulator " + unknown.getMessage() + ".");
        }
        reset();
    }

    private static byte[] parameters(byte[] aid, byte[] data) throws CardException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(aid.length);
        out.writeBytes(aid);
        out.write(1);
        out.write(0);
        out.write(data.length);
        out.writeBytes(data);
        if (aid.length < 5 || aid.length > 16 || out.size() > MOST_PARAMETERS) {
            throw new CardException(Failure.WRONG_USE,
                    "An AID must have 5 to 16 bytes, and all install parameters together at most 127.");
        }
        return out.toByteArray();
    }

    /** Power off, power on; returns the answer to reset. */
    public byte[] reset() {
        Hooks.memory = memory;
        memory.power.switchOn();
        runtime.reset();
        Engines.renew(graph.engines());
        return memory.chip.answerToReset();
    }

    /**
     * Runs one command; at T=0 what a reader sends for one (see {@link Command#ofTpdu}).
     *
     * @return data and status word
     * @throws PowerCut when the power fails inside the command, or has failed before and there was no {@link #reset}
     */
    public byte[] transmit(byte[] command) {
        Hooks.memory = memory;
        if (!memory.power.isOn()) {
            throw new PowerCut();
        }
        try {
            return runtime.transmitCommand(command);
        } catch (PowerCut cut) {
            memory.log.rollBack();
            throw cut;
        }
    }

    public boolean isOn() {
        return memory.power.isOn();
    }

    /** Lets the power fail at the k-th persistent write from now, k counted from 1; 0 takes it back. */
    public void cutAt(int k) {
        memory.power.cutAt(k);
    }

    /** How many persistent writes there were since the last call of this method or of {@link #cutAt}. */
    public int takeWrites() {
        return memory.power.takeWrites();
    }

    /** What the chip has done since the last call, in the order of {@link Counts.Kind}. */
    int[] takeOperations() {
        return memory.counts.take();
    }

    /** The deepest stack and the largest transaction since the last call, in bytes. */
    int[] takePeaks() {
        return memory.takePeaks();
    }

    /** How many engines there are of each kind, in the order of {@link Engine}. */
    int[] engines() {
        return memory.chip.engines();
    }

    public Snapshot snapshot() {
        return new Snapshot(graph);
    }

    /** Puts the persistent memory of this card back and cycles the power; a cut that was chosen is taken back. */
    public void restore(Snapshot snapshot) {
        memory.log.rollBack();
        snapshot.restore(graph);
        memory.power.cutAt(0);
        memory.markChanged();
        reset();
    }

    public Sizes sizes() {
        return Sizes.of(graph, memory);
    }

    /**
     * Every exception so far that left the applet uncaught, other than ISOException, and every one that it caught but
     * that only a programming error throws (null reference, array bounds, class cast, arithmetic); with stacks. Empty
     * when there was none.
     */
    public String faults() {
        return memory.faults.text();
    }

    /** All persistent bytes one after the other: arrays and the storage of keys. */
    public byte[] image() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object object : graph.names().objects()) {
            if (object instanceof byte[] bytes && memory.isPersistent(bytes)) {
                all.writeBytes(bytes);
            } else if (object instanceof ByteContainer part && part.isPersistent()) {
                all.writeBytes(part.storage());
            }
        }
        return all.toByteArray();
    }

    /** How many arrays are transient or global now. */
    int transientArrays() {
        return memory.transients.size();
    }

    /** Whether anything persistent was written since the last call. */
    boolean takeChanged() {
        return memory.takeChanged();
    }

    void write(ByteBuffer out) {
        Image.write(graph, out);
    }

    /** @return whether that was all of the memory */
    boolean read(ByteBuffer in) {
        boolean whole = Image.read(graph, in);
        memory.isLoading = false;
        reset();
        return whole;
    }
}
