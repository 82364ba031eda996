package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.Field;
import java.util.Arrays;
import javacard.framework.ISOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A handshake that is refused leaves no session key in memory. */
public class HandshakeTest {
    private static final String INSTALL = "00 00 22 8020" + "00".repeat(32);

    private Core core;
    private Channel channel;
    private Session session;

    @BeforeEach
    public void initializeUpdate() throws ReflectiveOperationException {
        byte[] install = Hex.bytes(INSTALL);
        core = new Commands(install, (short) 0, (byte) install.length, new TrustParts(), true);
        channel = (Channel) part("channel");
        session = (Session) part("session");
        assertEquals(0x9000, status(TrustParts.INITIALIZE_UPDATE, 0, 0, 8));
        assertFalse(Arrays.equals(session.memory, new byte[session.memory.length]), "there are keys");
    }

    private Object part(String name) throws ReflectiveOperationException {
        Field field = TrustParts.class.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(core.parts);
    }

    private int status(byte ins, int p1, int p2, int length) {
        core.ram.flags[Ram.INS] = ins;
        core.ram.flags[Ram.P1] = (byte) p1;
        core.ram.flags[Ram.P2] = (byte) p2;
        try {
            channel.perform((short) length);
            return 0x9000;
        } catch (ISOException refused) {
            return refused.getReason() & 0xFFFF;
        }
    }

    private void assertNothingLeft() {
        assertArrayEquals(new byte[session.memory.length], session.memory);
    }

    @Test
    public void anotherLevel() {
        assertEquals(0x6A86, status(TrustParts.EXTERNAL_AUTHENTICATE_SCP03, 0x03, 0, 16));
        assertNothingLeft();
    }

    @Test
    public void anotherP2() {
        assertEquals(0x6A86, status(TrustParts.EXTERNAL_AUTHENTICATE_SCP03, 0x33, 1, 16));
        assertNothingLeft();
    }

    @Test
    public void anotherLength() {
        assertEquals(0x6700, status(TrustParts.EXTERNAL_AUTHENTICATE_SCP03, 0x33, 0, 15));
        assertNothingLeft();
    }
}
