package twincard.engine;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javacard.framework.AID;
import javacard.framework.Applet;

/**
 * {@code PROTOCOL CLASS --requests FILE --answers FILE}: serves one card of another simulator by the frames of ours
 * (see twincard.simulator), of whose operations it has RESET, APDU and INSTALL.
 */
public final class EngineMain {
    private static final byte[] USUAL_AID = HexFormat.of().parseHex("F05457494E4341524401");
    private static final int RESET = 0x01;
    private static final int APDU = 0x02;
    private static final int INSTALL = 0x20;
    private static final int DONE = 0x00;
    private static final int FAILED = 0x7F;

    private final Engine engine;
    private final Class<? extends Applet> applet;
    private final byte[] answerToReset;

    private EngineMain(String protocol, String applet) throws ReflectiveOperationException {
        engine = Engine.start(protocol);
        this.applet = Class.forName(applet).asSubclass(Applet.class);
        answerToReset = HexFormat.of().parseHex(protocol.equals("T=0") ? "3B00" : "3B800181");
    }

    public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
        DataOutputStream out = new DataOutputStream(new FileOutputStream(arguments[5]));
        DataInputStream in = new DataInputStream(new FileInputStream(arguments[3]));
        new EngineMain(arguments[0], arguments[1]).serve(in, out);
    }

    private void serve(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            byte[] frame;
            try {
                frame = new byte[in.readInt()];
            } catch (EOFException closed) {
                return;
            }
            in.readFully(frame);
            byte[] answer;
            int status = DONE;
            try {
                answer = answer(frame);
            } catch (InvocationTargetException failed) {
                status = FAILED;
                failed.getCause().printStackTrace();
                answer = told(failed.getCause());
            } catch (ReflectiveOperationException failed) {
                status = FAILED;
                answer = told(failed);
            }
            out.writeInt(answer.length + 1);
            out.write(status);
            out.write(answer);
            out.flush();
        }
    }

    /** The code of a wrong use, and its one value. */
    private static byte[] told(Throwable failed) {
        byte[] text = failed.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(3 + text.length).put((byte) 0).putShort((short) text.length).put(text).array();
    }

    private byte[] answer(byte[] frame) throws ReflectiveOperationException {
        byte[] payload = new byte[frame.length - 1];
        System.arraycopy(frame, 1, payload, 0, payload.length);
        switch (frame[0]) {
            case RESET -> {
                engine.reset();
                return answerToReset;
            }
            case APDU -> {
                return engine.transmit(payload);
            }
            case INSTALL -> {
                engine.install(new AID(USUAL_AID, (short) 0, (byte) USUAL_AID.length), applet, payload);
                return new byte[0];
            }
            default -> throw new UnsupportedOperationException("operation " + frame[0]);
        }
    }
}
