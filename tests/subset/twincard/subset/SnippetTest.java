package twincard.subset;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;
import org.objectweb.asm.tree.ClassNode;

/** Every construct that the converter refuses is found, and none that it takes. */
@RunWith(Parameterized.class)
public class SnippetTest {
    private static final Map<String, List<ClassNode>> CLASSES = new LinkedHashMap<>();

    @Parameter(0)
    public String label;

    @Parameter(1)
    public Snippet snippet;

    @Parameter(2)
    public boolean rejected;

    @Parameters(name = "{0}")
    public static List<Object[]> snippets() throws IOException {
        List<Object[]> rows = new ArrayList<>();
        for (Snippet snippet : Snippet.read("rejected.txt")) {
            rows.add(new Object[] {"rejected: " + snippet.name(), snippet, true});
        }
        for (Snippet snippet : Snippet.read("accepted.txt")) {
            rows.add(new Object[] {"accepted: " + snippet.name(), snippet, false});
        }
        return rows;
    }

    /** All at once, each in a package of its own: the compiler starts slowly. */
    @BeforeClass
    public static void compile() throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Object[] row : snippets()) {
            String packageName = packageOf((String) row[0]);
            sources.put(packageName + ".Snippet", ((Snippet) row[1]).source(packageName));
        }
        for (ClassNode node : Compiler.compile(sources)) {
            String packageName = node.name.substring(0, node.name.indexOf('/'));
            CLASSES.computeIfAbsent(packageName, key -> new ArrayList<>()).add(node);
        }
    }

    @Test
    public void findsWhatTheConverterRefuses() {
        SortedSet<Finding> findings = new SubsetCheck(CLASSES.get(packageOf(label)), Set.of()).run();
        if (rejected) {
            assertTrue(
                    "wanted: " + snippet.finding() + ", found: " + findings,
                    findings.stream().anyMatch(f -> f.construct().equals(snippet.finding())));
        } else {
            assertEquals(List.of(), List.copyOf(findings));
        }
    }

    private static String packageOf(String label) {
        return label.replaceAll("[^A-Za-z0-9]+", "_");
    }
}
