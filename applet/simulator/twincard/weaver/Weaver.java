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
 * hooks of the simulator. Runs at build time: {@code Weaver OUTPUT APPLET_CLASSES [JCARDSIM_JAR JCARDSIM_OUTPUT]}; the
 * last gets all classes of jCardSim, see {@link Upgrade}.
 */
public final class Weaver {
    /** jCardSim's other key classes keep their state in ByteContainer, which the simulator replaces whole. */
    private static final List<String> FROM_JCARDSIM = List.of(
            "javacard/framework/OwnerPIN.class", "com/licel/jcardsim/crypto/ECKeyImpl.class");

    private Weaver() {}

    public static void main(String[] arguments) throws IOException {
        Path output = Path.of(arguments[0]);
        weaveApplet(Path.of(arguments[1]), output);
        if (arguments.length > 2) {
            try (JarFile jar = new JarFile(arguments[2])) {
                for (String name : FROM_JCARDSIM) {
                    write(output.resolve(name), weave(jar.getInputStream(jar.getEntry(name)).readAllBytes()));
                }
            }
            Upgrade.all(Path.of(arguments[2]), Path.of(arguments[3]));
        }
    }

    private static void weaveApplet(Path classes, Path output) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(classes)) {
            all.filter(file -> file.toString().endsWith(".class")).forEach(files::add);
        }
        TreeSet<String> names = new TreeSet<>();
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            names.add(new ClassReader(bytes).getClassName().replace('/', '.'));
            write(output.resolve(classes.relativize(file)), weave(bytes));
        }
        write(output.resolve("META-INF/twincard-applet-classes"), (String.join("\n", names) + "\n").getBytes());
    }

    private static byte[] weave(byte[] original) {
        ClassReader reader = new ClassReader(original);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        ClassNode sizes = new ClassNode();
        reader.accept(sizes, ClassReader.SKIP_DEBUG);
        reader.accept(new WeavingVisitor(writer, sizes), 0);
        return writer.toByteArray();
    }

    static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }
}
