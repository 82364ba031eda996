package twincard.simulator;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** Serves one card by frames: each operation, then the card is saved, then the answer. */
final class Session {
    private static final byte[] USUAL_AID = HexFormat.of().parseHex("F05457494E4341524401");

    private final SavedCard saved;
    private final boolean laboratory;
    private final Map<Integer, Snapshot> snapshots = new HashMap<>();
    private int lastSnapshot;

    Session(SavedCard saved, boolean laboratory) {
        this.saved = saved;
        this.laboratory = laboratory;
    }

    /** Serves until the other side closes its stream. */
    void serve(Frames frames) throws IOException {
        for (byte[] frame = frames.read(); frame != null; frame = frames.read()) {
            answer(frame, frames);
        }
    }

    /** Carries out one request and answers it. */
    void answer(byte[] request, Frames frames) throws IOException {
        Answer answer = answer(request);
        frames.write(answer.status, answer.payload);
    }

    private record Answer(int status, byte[] payload) {
        static final Answer DONE = new Answer(0x00, new byte[0]);
        static final Answer CUT = new Answer(0x01, new byte[0]);
        static final Answer NO_POWER = new Answer(0x02, new byte[0]);

        static Answer done(byte[] payload) {
            return new Answer(0x00, payload);
        }

        static Answer failed(CardException failure) {
            return new Answer(Frames.FAILED, failure.encoded());
        }

        static Answer wrongUse(String sentence) {
            return failed(new CardException(Failure.WRONG_USE, sentence));
        }
    }

    private Answer answer(byte[] frame) {
        try {
            Op op = Op.of(frame[0] & 0xFF);
            if (op.laboratory && !laboratory) {
                return Answer.wrongUse("This operation needs the option --lab.");
            }
            Answer answer = run(op, ByteBuffer.wrap(frame, 1, frame.length - 1));
            saved.save();
            return answer;
        } catch (BufferUnderflowException tooShort) {
            return Answer.wrongUse("The payload is too short.");
        } catch (CardException failed) {
            return Answer.failed(failed);
        } catch (RuntimeException failed) {
            return Answer.wrongUse("The simulator failed: " + failed + ".");
        }
    }

    private Answer run(Op op, ByteBuffer payload) throws CardException {
        switch (op) {
            case INSTALL -> {
                install(payload);
                return Answer.DONE;
            }
            case REMOVE -> {
                saved.remove();
                return Answer.DONE;
            }
            case KEEP -> {
                saved.keep(rest(payload));
                return Answer.DONE;
            }
            case KEPT -> {
                return Answer.done(saved.kept());
            }
            case RESET -> {
                return Answer.done(saved.reset());
            }
            case APDU -> {
                return transmit(rest(payload));
            }
            default -> {
                return laboratory(op, payload);
            }
        }
    }

    private Answer laboratory(Op op, ByteBuffer payload) throws CardException {
        Card card = saved.card();
        switch (op) {
            case SNAPSHOT -> {
                snapshots.put(++lastSnapshot, card.snapshot());
                return Answer.done(integers(lastSnapshot));
            }
            case RESTORE -> card.restore(known(snapshots.get(payload.getInt())));
            case CUT -> card.cutAt(payload.getInt());
            case WRITES -> {
                return Answer.done(integers(card.takeWrites()));
            }
            case SIZES -> {
                Sizes sizes = card.sizes();
                return Answer.done(integers(sizes.persistent(), sizes.transientReset(), sizes.transientDeselect(),
                        sizes.largestTransaction()));
            }
            case FAULTS -> {
                return Answer.done(card.faults().getBytes(StandardCharsets.UTF_8));
            }
            case OPERATIONS -> {
                return Answer.done(integers(card.takeOperations()));
            }
            case PEAKS -> {
                return Answer.done(integers(card.takePeaks()));
            }
            case ENGINES -> {
                return Answer.done(integers(card.engines()));
            }
            case DROP -> known(snapshots.remove(payload.getInt()));
            default -> {
                return Answer.done(card.image());
            }
        }
        return Answer.DONE;
    }

    private Answer transmit(byte[] command) throws CardException {
        Card card = saved.card();
        if (!card.isOn()) {
            return Answer.NO_POWER;
        }
        try {
            return Answer.done(card.transmit(command));
        } catch (PowerCut cut) {
            return Answer.CUT;
        }
    }

    private void install(ByteBuffer payload) throws CardException {
        byte[] aid = USUAL_AID;
        if (payload.hasRemaining() && payload.get(payload.position()) >= 5 && payload.get(payload.position()) <= 16) {
            aid = new byte[payload.get()];
            payload.get(aid);
        }
        saved.install(aid, rest(payload));
    }

    private static Snapshot known(Snapshot snapshot) throws CardException {
        if (snapshot == null) {
            throw new CardException(Failure.WRONG_USE, "There is no such snapshot.");
        }
        return snapshot;
    }

    private static byte[] rest(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }

    private static byte[] integers(int... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * numbers.length);
        for (int number : numbers) {
            bytes.putInt(number);
        }
        return bytes.array();
    }
}
