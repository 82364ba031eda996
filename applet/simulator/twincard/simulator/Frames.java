package twincard.simulator;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Frames on a pair of streams: length in four bytes, big-endian and at least 1; one byte that says what it is; the
 * payload.
 */
final class Frames {
    /** Enough for the longest APDU. */
    static final int LONGEST = 128 * 1024;
    /** The kind of an answer to what was done. */
    static final int DONE = 0x00;
    /** The kind of an answer that tells a {@link CardException}. */
    static final int FAILED = 0x7F;

    private final DataInputStream in;
    private final OutputStream out;

    Frames(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** Reads the next frame, or returns null when the other side has closed the stream. */
    byte[] read() throws IOException {
        try {
            int length = in.readInt();
            if (length < 1 || length > LONGEST) {
                throw new IOException("A frame has 1 to " + LONGEST + " bytes, not " + length + ".");
            }
            byte[] frame = new byte[length];
            in.readFully(frame);
            return frame;
        } catch (EOFException closed) {
            return null;
        }
    }

    /** Writes one frame in one piece. */
    void write(int kind, byte[] payload) throws IOException {
        if (payload.length >= LONGEST) {
            throw new IOException("An answer of " + payload.length + " bytes is longer than a frame.");
        }
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + 1 + payload.length);
        frame.putInt(payload.length + 1).put((byte) kind).put(payload);
        out.write(frame.array());
        out.flush();
    }
}
