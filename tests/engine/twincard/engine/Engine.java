package twincard.engine;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import javacard.framework.AID;
import javacard.framework.Applet;

/** Another Java Card simulator with one card in it; reached by reflection, so that any of its builds will do. */
abstract class Engine {
    private static final String JCARD_ENGINE = "pro.javacard.engine.JavaCardEngine";
    private static final String JCARDSIM = "com.licel.jcardsim.base.Simulator";

    /** @param protocol "T=0" or "T=1" */
    static Engine start(String protocol) throws ReflectiveOperationException {
        try {
            return new JCardEngine(Class.forName(JCARD_ENGINE), protocol);
        } catch (ClassNotFoundException none) {
            return new JCardSim(Class.forName(JCARDSIM), protocol);
        }
    }

    /** @param data application data of the install parameters */
    abstract void install(AID aid, Class<? extends Applet> type, byte[] data) throws ReflectiveOperationException;

    abstract void reset() throws ReflectiveOperationException;

    abstract byte[] transmit(byte[] command) throws ReflectiveOperationException;

    /** jCardSim, of Licel and of those who went on with it. */
    private static final class JCardSim extends Engine {
        private final Class<?> type;
        private final Object simulator;

        JCardSim(Class<?> type, String protocol) throws ReflectiveOperationException {
            this.type = type;
            simulator = type.getConstructor().newInstance();
            type.getMethod("changeProtocol", String.class).invoke(simulator, protocol);
        }

        @Override
        void install(AID aid, Class<? extends Applet> applet, byte[] data) throws ReflectiveOperationException {
            byte[] name = new byte[16];
            byte length = aid.getBytes(name, (short) 0);
            byte[] parameters = new byte[length + 4 + data.length];
            parameters[0] = length;
            System.arraycopy(name, 0, parameters, 1, length);
            parameters[length + 1] = 1;
            parameters[length + 3] = (byte) data.length;
            System.arraycopy(data, 0, parameters, length + 4, data.length);
            type.getMethod("installApplet", AID.class, Class.class, byte[].class, short.class, byte.class)
                    .invoke(simulator, aid, applet, parameters, (short) 0, (byte) parameters.length);
        }

        @Override
        void reset() throws ReflectiveOperationException {
            type.getMethod("reset").invoke(simulator);
        }

        @Override
        byte[] transmit(byte[] command) throws ReflectiveOperationException {
            return (byte[]) type.getMethod("transmitCommand", byte[].class).invoke(simulator, command);
        }
    }

    /** JCardEngine, which went another way from the same beginning. */
    private static final class JCardEngine extends Engine {
        private final Class<?> type;
        private final Object engine;
        private final String protocol;
        private Object session;

        JCardEngine(Class<?> type, String protocol) throws ReflectiveOperationException {
            this.type = type;
            this.protocol = protocol;
            engine = type.getMethod("create").invoke(null);
        }

        @Override
        void install(AID aid, Class<? extends Applet> applet, byte[] data) throws ReflectiveOperationException {
            disconnect();
            type.getMethod("installExposedApplet", AID.class, Class.class, byte[].class)
                    .invoke(engine, aid, applet, data);
        }

        @Override
        void reset() throws ReflectiveOperationException {
            disconnect();
            type.getMethod("reset").invoke(engine);
        }

        private void disconnect() throws ReflectiveOperationException {
            if (session != null) {
                method("close", 0).invoke(session);
                session = null;
            }
        }

        @Override
        byte[] transmit(byte[] command) throws ReflectiveOperationException {
            if (session == null) {
                session = type.getMethod("connectFor", Duration.class, String.class)
                        .invoke(engine, Duration.ZERO, protocol);
            }
            return (byte[]) method("transmitCommand", 1).invoke(session, command);
        }

        /** The session's class is not public, its methods are. */
        private Method method(String name, int parameters) {
            Method found = Arrays.stream(session.getClass().getMethods())
                    .filter(method -> method.getName().equals(name) && method.getParameterCount() == parameters)
                    .findFirst().orElseThrow();
            found.setAccessible(true);
            return found;
        }
    }
}
