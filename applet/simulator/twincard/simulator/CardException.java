package twincard.simulator;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Something the caller asked that cannot be done; the message is one sentence for a person. */
public final class CardException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int LONGEST_VALUE = 0xFFFF;

    private final Failure failure;
    private final String[] values;

    CardException(Failure failure, String... values) {
        super(failure.sentence(values));
        this.failure = failure;
        this.values = values;
    }

    Failure failure() {
        return failure;
    }

    /** For a program: the code in one byte, then each value in UTF-8 after its length in two bytes. */
    byte[] encoded() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(failure.code);
        for (String value : values) {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            byte[] kept = Arrays.copyOf(text, Math.min(text.length, LONGEST_VALUE));
            out.write(kept.length >> 8);
            out.write(kept.length);
            out.writeBytes(kept);
        }
        return out.toByteArray();
    }
}
