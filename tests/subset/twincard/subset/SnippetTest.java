package twincard.subset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.tree.ClassNode;

/** Every construct that the converter refuses is found, and none that it takes. */
public class SnippetTest {
    private static final Map<String, List<ClassNode>> CLASSES = new LinkedHashMap<>();

    static List<Arguments> snippets() throws IOException {
        List<Arguments> rows = new ArrayList<>();
        for (Snippet snippet : Snippet.read("rejected.txt")) {
            rows.add(Arguments.of("rejected: " + snippet.name(), snippet, true));
        }
        for (Snippet snippet : Snippet.read("accepted.txt")) {
            rows.add(Arguments.of("accepted: " + snippet.name(), snippet, false));
        }
        return rows;
    }

    /** All at once, each in a package of its own: the compiler starts slowly. */
    @BeforeAll
    public static void compile() throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Arguments row : snippets()) {
            String packageName = packageOf((String) row.get()[0]);
            sources.put(packageName + ".Snippet", ((Snippet) row.get()[1]).source(packageName));
        }
        for (ClassNode node : Compiler.compile(sources)) {
            String packageName = node.name.substring(0, node.name.indexOf('/'));
            CLASSES.computeIfAbsent(packageName, key -> new ArrayList<>()).add(node);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("snippets")
    public void findsWhatTheConverterRefuses(String label, Snippet snippet, boolean rejected) {
        SortedSet<Finding> findings = new SubsetCheck(CLASSES.get(packageOf(label)), Set.of()).run();
        if (rejected) {
            assertTrue(findings.stream().anyMatch(f -> f.construct().equals(snippet.finding())),
                    "wanted: " + snippet.finding() + ", found: " + findings);
        } else {
            assertEquals(List.of(), List.copyOf(findings));
        }
    }

    private static String packageOf(String label) {
        return label.replaceAll("[^A-Za-z0-9]+", "_");
    }
}
