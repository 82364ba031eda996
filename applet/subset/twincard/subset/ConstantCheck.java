package twincard.subset;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/**
 * Finds constants of the API that 3.0.4 lacks. javac copies their values, so the compiled classes no
 * longer name them: this looks at the sources.
 */
final class ConstantCheck extends TreePathScanner<Void, SortedSet<Finding>> {
    private final Library library;
    private final Trees trees;
    private final CompilationUnitTree unit;

    private ConstantCheck(Library library, Trees trees, CompilationUnitTree unit) {
        this.library = library;
        this.trees = trees;
        this.unit = unit;
    }

    /**
     * @param classPath where the API is that the sources compile with
     */
    static SortedSet<Finding> run(
            Iterable<? extends JavaFileObject> sources, String classPath, Library library)
            throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of("-cp", classPath, "-proc:none");
        var task = (JavacTask) compiler.getTask(null, null, null, options, null, sources);
        SortedSet<Finding> findings = new TreeSet<>();
        Iterable<? extends CompilationUnitTree> units = task.parse();
        task.analyze();
        for (CompilationUnitTree unit : units) {
            new ConstantCheck(library, Trees.instance(task), unit).scan(unit, findings);
        }
        return findings;
    }

    @Override
    public Void visitMemberSelect(MemberSelectTree tree, SortedSet<Finding> findings) {
        check(tree, findings);
        return super.visitMemberSelect(tree, findings);
    }

    @Override
    public Void visitIdentifier(IdentifierTree tree, SortedSet<Finding> findings) {
        check(tree, findings);
        return super.visitIdentifier(tree, findings);
    }

    private void check(Tree tree, SortedSet<Finding> findings) {
        Element element = trees.getElement(getCurrentPath());
        if (element == null || element.getKind() != ElementKind.FIELD) {
            return;
        }
        if (!(element.getEnclosingElement() instanceof TypeElement owner)) {
            return; // the length of an array
        }
        String type = owner.getQualifiedName().toString();
        String name = element.getSimpleName().toString();
        boolean api = type.startsWith("javacard.") || type.startsWith("javacardx.");
        if (api && !library.hasField(type.replace('.', '/'), name)) {
            LineMap lines = unit.getLineMap();
            long start = trees.getSourcePositions().getStartPosition(unit, tree);
            String construct = "constant " + type + "." + name + " is not in Java Card 3.0.4";
            findings.add(new Finding(place(), (int) lines.getLineNumber(start), construct));
        }
    }

    private String place() {
        Tree first = unit.getTypeDecls().get(0);
        return trees.getElement(trees.getPath(unit, first)).toString();
    }
}
