package twincard.simulator;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Several cards in one process, each with a file of its own: one starts for a hundredth of what a process takes. They
 * answer one after the other.
 *
 * <p>A request begins with the number of its card in two bytes, and goes on as one to a single card. To number 0 it is
 * the arguments of {@code run} with zero bytes between, and the answer is the new card's number; a request that ends
 * after its number takes that card out.
 */
final class SeveralCards {
    private final Map<Integer, Held> cards = new HashMap<>();
    private int lastNumber;

    private record Held(StateFile file, SavedCard saved, Session session) {}

    /** Serves until the other side closes its stream; then every card ends in order. */
    void serve(Frames frames) throws IOException, CardException {
        try {
            for (byte[] frame = frames.read(); frame != null; frame = frames.read()) {
                try {
                    answer(ByteBuffer.wrap(frame), frames);
                } catch (CardException failed) {
                    frames.write(Frames.FAILED, failed.encoded());
                } catch (BufferUnderflowException tooShort) {
                    frames.write(Frames.FAILED,
                            new CardException(Failure.WRONG_USE, "The request is too short.").encoded());
                }
            }
        } finally {
            takeAllOut();
        }
    }

    /** Each of them whatever becomes of the others; tells of one that failed. */
    private void takeAllOut() throws CardException {
        CardException told = null;
        for (Integer number : cards.keySet().toArray(Integer[]::new)) {
            try {
                takeOut(number);
            } catch (CardException failed) {
                told = failed;
            }
        }
        if (told != null) {
            throw told;
        }
    }

    private void answer(ByteBuffer request, Frames frames) throws IOException, CardException {
        int number = request.getShort() & 0xFFFF;
        byte[] rest = new byte[request.remaining()];
        request.get(rest);
        if (number == 0) {
            int taken = putIn(new String(rest, StandardCharsets.UTF_8).split("\0", -1));
            frames.write(Frames.DONE, ByteBuffer.allocate(Short.BYTES).putShort((short) taken).array());
        } else if (rest.length == 0) {
            takeOut(number);
            frames.write(Frames.DONE, new byte[0]);
        } else if (cards.containsKey(number)) {
            cards.get(number).session.answer(rest, frames);
        } else {
            throw new CardException(Failure.WRONG_USE, "There is no card with this number.");
        }
    }

    private int putIn(String[] arguments) throws CardException {
        StateFile file = null;
        try {
            Main.Options options = Main.parse(arguments);
            file = options.state() == null ? null : new StateFile(options.state());
            SavedCard saved = new SavedCard(AppletClasses.named(options.applet()), options.chip(), file);
            saved.load();
            do {
                lastNumber = lastNumber % 0xFFFF + 1;
            } while (cards.containsKey(lastNumber));
            cards.put(lastNumber, new Held(file, saved, new Session(saved, options.laboratory())));
            return lastNumber;
        } catch (IOException failed) {
            close(file);
            throw Main.told(failed);
        } catch (CardException failed) {
            close(file);
            throw failed;
        } catch (RuntimeException failed) {
            // The other cards go on.
            close(file);
            throw new CardException(Failure.WRONG_USE, "The simulator failed: " + failed + ".");
        }
    }

    private void takeOut(int number) throws CardException {
        Held held = cards.remove(number);
        if (held != null) {
            try {
                held.saved.settle();
            } finally {
                close(held.file);
            }
        }
    }

    private static void close(StateFile file) throws CardException {
        if (file != null) {
            try {
                file.close();
            } catch (IOException failed) {
                throw Main.told(failed);
            }
        }
    }
}
