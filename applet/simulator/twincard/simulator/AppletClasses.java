package twincard.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javacard.framework.Applet;

/** The classes of the applet, as the weaver listed them. */
final class AppletClasses {
    private static final String LIST = "META-INF/twincard-applet-classes";

    private AppletClasses() {}

    /** The applet class of this name. */
    static Class<? extends Applet> named(String name) throws CardException {
        try {
            return Class.forName(name).asSubclass(Applet.class);
        } catch (ClassNotFoundException | ClassCastException missing) {
            throw new CardException(Failure.WRONG_USE, "There is no applet class " + name + ".");
        }
    }

    static List<Class<?>> load() {
        List<Class<?>> classes = new ArrayList<>();
        try {
            for (URL list : Collections.list(AppletClasses.class.getClassLoader().getResources(LIST))) {
                try (BufferedReader in = new BufferedReader(
                        new InputStreamReader(list.openStream(), StandardCharsets.UTF_8))) {
                    for (String name = in.readLine(); name != null; name = in.readLine()) {
                        classes.add(Class.forName(name));
                    }
                }
            }
        } catch (IOException | ClassNotFoundException broken) {
            throw new IllegalStateException(broken);
        }
        return classes;
    }
}
