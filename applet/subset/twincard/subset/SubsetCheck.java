package twincard.subset;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;

/** Checks compiled classes, which together are one package, against the Java Card 3.0.4 subset. */
final class SubsetCheck {
    private final Library library = new Library();
    private final Findings findings = new Findings();
    private final Collection<ClassNode> classes;
    private final Set<String> extendedLengthClasses;

    /**
     * @param extendedLengthClasses internal names of the classes that may name javacardx.apdu
     */
    SubsetCheck(Collection<ClassNode> classes, Set<String> extendedLengthClasses) {
        this.classes = classes;
        this.extendedLengthClasses = extendedLengthClasses;
        library.add(classes);
    }

    SortedSet<Finding> run() {
        Set<String> packages = new HashSet<>();
        for (ClassNode node : classes) {
            packages.add(node.name.substring(0, node.name.lastIndexOf('/') + 1));
            if (packages.size() > 1) {
                findings.add(node, "second package");
            }
            check(node);
        }
        return findings.all();
    }

    private void check(ClassNode node) {
        boolean mayNameOptional = extendedLengthClasses.contains(node.name);
        Names names = new Names(node, library, mayNameOptional, findings);
        new ClassCheck(node, names, findings).run();
        for (MethodNode method : node.methods) {
            new CodeCheck(node, method, names, findings).run();
            if (method.name.equals("<clinit>")) {
                StaticInitCheck.run(node, method, findings);
            } else {
                followWidths(node, method);
            }
        }
    }

    private void followWidths(ClassNode node, MethodNode method) {
        var widths =
                new WidthInterpreter(method, (at, construct) -> findings.add(node, at, construct));
        try {
            new Analyzer<>(widths).analyze(node.name, method);
        } catch (AnalyzerException e) {
            // A long or a double takes two places on the stack. Where there is one, it has been reported.
            if (findings.all().isEmpty()) {
                throw new IllegalStateException(node.name + "." + method.name, e);
            }
        }
    }
}
