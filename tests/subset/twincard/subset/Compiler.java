package twincard.subset;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;

/** Compiles sources as the applet is compiled, with the API on this program's own class path. */
final class Compiler {
    static final String CLASS_PATH = System.getProperty("java.class.path");

    private Compiler() {}

    /** A source file in memory; {@code name} is the class's, with dots. */
    static JavaFileObject source(String name, String text) {
        URI uri = URI.create("string:///" + name.replace('.', '/') + ".java");
        return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    static List<ClassNode> compile(Map<String, String> sources) throws IOException {
        Path folder = Files.createTempDirectory("subset");
        try {
            compile(sources, folder);
            return read(folder);
        } finally {
            delete(folder);
        }
    }

    private static void compile(Map<String, String> sources, Path folder) {
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((name, text) -> units.add(source(name, text)));
        List<String> options =
                List.of("--release", "8", "-g", "-nowarn", "-cp", CLASS_PATH, "-d", folder.toString());
        StringWriter messages = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        if (!compiler.getTask(messages, null, null, options, null, units).call()) {
            throw new IllegalArgumentException(messages.toString());
        }
    }

    private static List<ClassNode> read(Path folder) throws IOException {
        List<ClassNode> classes = new ArrayList<>();
        for (Path file : files(folder)) {
            if (file.toString().endsWith(".class")) {
                ClassNode node = new ClassNode();
                new ClassReader(Files.readAllBytes(file)).accept(node, 0);
                classes.add(node);
            }
        }
        return classes;
    }

    private static void delete(Path folder) throws IOException {
        List<Path> files = new ArrayList<>(files(folder));
        for (int i = files.size() - 1; i >= 0; i--) {
            Files.delete(files.get(i));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted().toList();
        }
    }
}
