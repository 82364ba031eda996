package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.licel.jcardsim.crypto.ByteContainer;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;
import javacard.security.RandomData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import twincard.card.ExtendedTrustTwinCardApplet;

/** The weaver numbers the fields as the simulator does, and its methods reach those that reflection does. */
public class WovenTest {
    private static final byte[] PARAMETERS = Probe.bytes("8020" + "11".repeat(32));

    private Graph graph;

    @BeforeEach
    public void install() throws CardException, ReflectiveOperationException {
        Card card = Card.install(ExtendedTrustTwinCardApplet.class, Probe.bytes(Probe.AID), PARAMETERS);
        Field field = Card.class.getDeclaredField("graph");
        field.setAccessible(true);
        graph = (Graph) field.get(card);
    }

    /** Does one thing with a field of an object. */
    private interface Check {
        void run(Object owner, CardField field, String name);
    }

    /** Checks every field of every object of the card, but for those whose fields the simulator leaves alone. */
    private void everyField(Check check) {
        Set<String> classes = new HashSet<>();
        for (Object object : graph.names().objects()) {
            boolean keepsFields = !(object instanceof ByteContainer) && !(object instanceof RandomData);
            if (object.getClass().isArray() || !keepsFields) {
                continue;
            }
            for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
                for (CardField field : Fields.of(type)) {
                    if (!field.isStatic()) {
                        check.run(object, field, type.getName() + "." + field.name());
                        classes.add(type.getName());
                    }
                }
            }
        }
        assertTrue(classes.contains("twincard.card.Core"), "the applet's classes: " + classes);
        assertTrue(classes.contains("com.licel.jcardsim.crypto.KeyPairImpl"), "key pairs: " + classes);
    }

    @Test
    public void everyFieldIsReadWithoutReflection() {
        everyField((owner, field, name) -> {
            assertTrue(field.isWoven(), name);
            Object value = field.get(owner);
            if (field.type().isPrimitive()) {
                assertEquals(field.reflected(owner), value, name);
            } else {
                assertSame(field.reflected(owner), value, name);
            }
        });
    }

    @Test
    public void everyFieldIsWrittenWhereItIsRead() {
        everyField((owner, field, name) -> {
            if (field.isFinal()) {
                return;
            }
            Object before = field.get(owner);
            Object other = other(field.type());
            field.set(owner, other);
            assertEquals(other, field.reflected(owner), name);
            field.set(owner, before);
            assertEquals(before, field.reflected(owner), name);
        });
    }

    private static Object other(Class<?> type) {
        if (type == boolean.class) {
            return true;
        }
        if (type == byte.class) {
            return (byte) 0x5A;
        }
        if (type == short.class) {
            return (short) 0x5A5A;
        }
        return type == int.class ? (Object) 0x5A5A5A5A : null;
    }

    @Test
    public void fieldsBeyondTheLastAreRefused() {
        Woven applet = (Woven) graph.names().find("applet");
        assertThrows(IndexOutOfBoundsException.class, () -> applet.twincard$get(Short.MAX_VALUE));
        assertThrows(IndexOutOfBoundsException.class, () -> applet.twincard$set(Short.MAX_VALUE, null));
    }

    @Test
    public void everyConstantArrayIsKnownWithoutReflection() throws ReflectiveOperationException {
        int arrays = 0;
        for (Class<?> type : AppletClasses.load()) {
            for (CardField field : Fields.of(type)) {
                if (field.isStatic() && field.isFinal() && field.type().isArray() && !field.isSynthetic()) {
                    Field constant = type.getDeclaredField(field.name());
                    assertSame(field.reflected(null), Hooks.constant(constant), field.name());
                    assertSame(field.reflected(null), field.get(null), field.name());
                    arrays++;
                }
            }
        }
        assertTrue(arrays > 0);
        assertNull(Hooks.constant(WovenTest.class.getDeclaredField("PARAMETERS")), "this class is not woven");
    }
}
