package twincard.weaver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Brings the classes of jCardSim, Bouncy Castle's among them, to the class-file format of Java 8, and makes those whose
 * objects the simulator keeps {@link twincard.simulator.Woven}. Nothing else in them changes. Java takes no class older
 * than Java 6 into a class-data archive, so that each would be read and verified whenever a card starts.
 */
final class Upgrade {
    private static final int MAJOR_VERSION_AT = 6;

    private Upgrade() {}

    /** Writes every class of the jar to the folder. */
    static void all(Path jar, Path folder, WovenClasses woven) throws IOException {
        try (JarFile classes = new JarFile(jar.toFile())) {
            for (JarEntry entry : (Iterable<JarEntry>) classes.stream()::iterator) {
                if (entry.getName().endsWith(".class")) {
                    byte[] bytes = classes.getInputStream(entry).readAllBytes();
                    Weaver.write(folder.resolve(entry.getName()), upgraded(bytes, woven));
                }
            }
        }
    }

    private static byte[] upgraded(byte[] original, WovenClasses woven) throws IOException {
        ClassReader reader = new ClassReader(original);
        WovenClasses.Layout layout = woven.layout(reader);
        if (reader.readShort(MAJOR_VERSION_AT) >= Opcodes.V1_8 && layout.fields().isEmpty()) {
            return original;
        }
        // The frames, which older classes lack, are computed.
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        reader.accept(new ClassVisitor(Opcodes.ASM9, new Accessors(writer, layout)) {
            @Override
            public void visit(int version, int access, String name, String signature, String parent,
                    String[] interfaces) {
                super.visit(Math.max(version, Opcodes.V1_8), access, name, signature, parent, interfaces);
            }
        }, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }
}
