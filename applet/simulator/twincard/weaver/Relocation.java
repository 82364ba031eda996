package twincard.weaver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * Brings what jCardSim left out of its Bouncy Castle: the code for the curve P-256, several times as fast as that for
 * any curve. Runs at build time, before the simulator is compiled: {@code Relocation BOUNCY_CASTLE_JAR OUTPUT}. The jar
 * has to be of jCardSim's version, and on the class path.
 */
public final class Relocation {
    private static final List<String> BROUGHT =
            List.of("org/bouncycastle/math/ec/custom/sec/SecP256R1", "org/bouncycastle/math/raw/Nat256.class");
    private static final String FROM = "org/bouncycastle/";
    private static final String TO = "com/licel/jcardsim/bouncycastle/";

    private static final Remapper NAMES = new Remapper(Opcodes.ASM9) {
        @Override
        public String map(String name) {
            return name.startsWith(FROM) ? TO + name.substring(FROM.length()) : name;
        }
    };

    private Relocation() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        try (JarFile jar = new JarFile(arguments[0])) {
            List<JarEntry> brought = new ArrayList<>();
            jar.stream().filter(entry -> BROUGHT.stream().anyMatch(entry.getName()::startsWith)).forEach(brought::add);
            for (JarEntry entry : brought) {
                Path file = folder.resolve(NAMES.map(entry.getName()));
                Files.createDirectories(file.getParent());
                try (InputStream in = jar.getInputStream(entry)) {
                    Files.write(file, relocated(upgraded(in.readAllBytes())));
                }
            }
        }
    }

    /** In the class-file format of Java 8: see {@link Upgrade}. */
    private static byte[] upgraded(byte[] original) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        new ClassReader(original).accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(int version, int access, String name, String signature, String parent,
                    String[] interfaces) {
                super.visit(Opcodes.V1_8, access, name, signature, parent, interfaces);
            }
        }, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }

    private static byte[] relocated(byte[] original) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(original).accept(new ClassRemapper(writer, NAMES), 0);
        return writer.toByteArray();
    }
}
