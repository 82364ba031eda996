package twincard.subset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A few lines of Java from a file beside this package: {@code === name | finding} and on the next line
 * the body of a class.
 */
record Snippet(String name, String finding, String body) {
    private static final String MARK = "=== ";

    static List<Snippet> read(String file) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("tests", "subset", file));
        List<Snippet> snippets = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(MARK)) {
                String[] title = lines.get(i).substring(MARK.length()).split(" \\| ");
                String finding = title.length > 1 ? title[1] : "";
                snippets.add(new Snippet(title[0], finding, lines.get(i + 1)));
            }
        }
        return snippets;
    }

    /** As a source file: the class Snippet in a package of its own. */
    String source(String packageName) {
        return "package " + packageName + "; import javacard.framework.*; import javacard.security.*; "
                + "import javacardx.crypto.*; class Snippet {\n" + body + "\n}";
    }
}
