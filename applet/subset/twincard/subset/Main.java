package twincard.subset;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Stream;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;

/**
 * {@code Main CLASSES API-JAR EXTENDED-LENGTH-CLASSES SOURCES...}, class names joined by commas: prints one line
 * for each finding in an applet's compiled classes and in the sources they come from; fails if there is one, or no
 * class.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        List<ClassNode> classes = read(files(arguments[0], ".class"));
        List<File> sources = new ArrayList<>();
        for (String folder : List.of(arguments).subList(3, arguments.length)) {
            sources.addAll(files(folder, ".java"));
        }
        if (classes.isEmpty() || sources.isEmpty()) {
            System.err.println("subset: nothing to check in " + String.join(" ", arguments));
            System.exit(2);
        }
        SortedSet<Finding> findings =
                new SubsetCheck(classes, Set.of(arguments[2].replace('.', '/').split(","))).run();
        findings.addAll(constants(sources, arguments[1]));
        findings.forEach(System.err::println);
        System.out.println(
                "subset: " + classes.size() + " classes, " + findings.size() + " findings");
        System.exit(findings.isEmpty() ? 0 : 1);
    }

    private static SortedSet<Finding> constants(List<File> sources, String api) throws IOException {
        try (StandardJavaFileManager files =
                ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)) {
            var units = files.getJavaFileObjectsFromFiles(sources);
            return ConstantCheck.run(units, api, new Library());
        }
    }

    private static List<File> files(String folder, String suffix) throws IOException {
        try (Stream<Path> paths = Files.walk(Path.of(folder))) {
            return paths.filter(p -> p.toString().endsWith(suffix)).sorted().map(Path::toFile).toList();
        }
    }

    private static List<ClassNode> read(List<File> files) throws IOException {
        List<ClassNode> classes = new ArrayList<>();
        for (File file : files) {
            ClassNode node = new ClassNode();
            new ClassReader(Files.readAllBytes(file.toPath())).accept(node, 0);
            classes.add(node);
        }
        return classes;
    }
}
