package twincard.weaver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.tree.ClassNode;

/**
 * Rewrites the classes of the applet, and those of jCardSim that keep persistent state, so that every store passes the
 * hooks of the simulator; makes those whose objects it keeps {@link twincard.simulator.Woven}. Runs at build time:
 * {@code Weaver OUTPUT APPLET_CLASSES [JCARDSIM_JAR JCARDSIM_OUTPUT SIMULATOR_CLASSES]}; JCARDSIM_OUTPUT gets all
 * classes of jCardSim, see {@link Upgrade}.
 */
public final class Weaver {
    /** jCardSim's other key classes keep their state in ByteContainer, which the simulator replaces whole. */
    private static final List<String> FROM_JCARDSIM = List.of(
            "javacard/framework/OwnerPIN.class", "com/licel/jcardsim/crypto/ECKeyImpl.class");

    /** The simulator's own, in the place of jCardSim's: its stores pass the hooks as they are written. */
    private static final String KEY_PAIR = "com/licel/jcardsim/crypto/KeyPairImpl.class";

    private Weaver() {}

    public static void main(String[] arguments) throws IOException {
        Path output = Path.of(arguments[0]);
        WovenClasses woven = new WovenClasses();
        weaveApplet(Path.of(arguments[1]), output, woven);
        if (arguments.length > 2) {
            try (JarFile jar = new JarFile(arguments[2])) {
                for (String name : FROM_JCARDSIM) {
                    write(output.resolve(name), weave(jar.getInputStream(jar.getEntry(name)).readAllBytes(), woven));
                }
            }
            write(output.resolve(KEY_PAIR), withAccessors(Path.of(arguments[4], KEY_PAIR), woven));
            Upgrade.all(Path.of(arguments[2]), Path.of(arguments[3]), woven);
        }
    }

    private static void weaveApplet(Path classes, Path output, WovenClasses woven) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(classes)) {
            all.filter(file -> file.toString().endsWith(".class")).forEach(files::add);
        }
        for (Path file : files) {
            woven.addOfApplet(Files.readAllBytes(file));
        }
        TreeSet<String> names = new TreeSet<>();
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            names.add(new ClassReader(bytes).getClassName().replace('/', '.'));
            write(output.resolve(classes.relativize(file)), weave(bytes, woven));
        }
        write(output.resolve("META-INF/twincard-applet-classes"), (String.join("\n", names) + "\n").getBytes());
    }

    private static byte[] weave(byte[] original, WovenClasses woven) throws IOException {
        ClassReader reader = new ClassReader(original);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        ClassNode sizes = new ClassNode();
        reader.accept(sizes, ClassReader.SKIP_DEBUG);
        reader.accept(new WeavingVisitor(new KnownCurve(new Accessors(writer, woven.layout(reader))), sizes), 0);
        return writer.toByteArray();
    }

    private static byte[] withAccessors(Path file, WovenClasses woven) throws IOException {
        ClassReader reader = new ClassReader(Files.readAllBytes(file));
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(new Accessors(writer, woven.layout(reader)), 0);
        return writer.toByteArray();
    }

    static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }
}
