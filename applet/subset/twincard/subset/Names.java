package twincard.subset;

import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;

/** Checks every class and member that one class names against the library. */
final class Names {
    /** Not on every card; only the class that a build without extended length leaves out may name it. */
    private static final String OPTIONAL_PACKAGE = "javacardx/apdu/";

    private final ClassNode owner;
    private final Library library;
    private final boolean mayNameOptionalPackage;
    private final Findings findings;

    Names(ClassNode owner, Library library, boolean mayNameOptionalPackage, Findings findings) {
        this.owner = owner;
        this.library = library;
        this.mayNameOptionalPackage = mayNameOptionalPackage;
        this.findings = findings;
    }

    /** Checks a class by its internal name; {@code at} may be null. */
    boolean check(String internalName, AbstractInsnNode at) {
        if (!library.hasClass(internalName)) {
            report(at, "class " + dotted(internalName) + " is not in Java Card 3.0.4");
            return false;
        }
        if (internalName.startsWith(OPTIONAL_PACKAGE) && !mayNameOptionalPackage) {
            report(at, "class " + dotted(internalName) + " is not on every card");
        }
        return true;
    }

    /** Checks the class a type or its elements are of; {@code at} may be null. */
    boolean check(Type type, AbstractInsnNode at) {
        Type element = elementOf(type);
        return element.getSort() != Type.OBJECT
                || Types.unsupported(element).isPresent() // reported where it stands
                || check(element.getInternalName(), at);
    }

    /** Whether a type is, or its elements are, of a class that other packages cannot see. */
    boolean isPackagePrivate(Type type) {
        Type element = elementOf(type);
        return element.getSort() == Type.OBJECT && library.isPackagePrivate(element.getInternalName());
    }

    private static Type elementOf(Type type) {
        return type.getSort() == Type.ARRAY ? type.getElementType() : type;
    }

    /** Checks a member; {@code member} is written as {@link Library} does. */
    void checkMember(String internalName, String member, AbstractInsnNode at) {
        boolean known = check(Type.getObjectType(internalName), at);
        if (known && !library.hasMember(internalName, member)) {
            report(at, "member " + dotted(internalName) + "." + member + " is not in Java Card 3.0.4");
        }
    }

    /**
     * Checks the class on which a virtual method is called. The converters of 3.0.4 and 3.0.5 may not find a
     * package-private method that this class inherits, depending on the order of the classes; they always find it for
     * code of that class itself.
     */
    void checkReceiver(String internalName, String method, AbstractInsnNode at) {
        if (!internalName.equals(owner.name)) {
            library.hiddenAbove(internalName, method)
                    .ifPresent(
                            above ->
                                    report(
                                            at,
                                            "package-private method " + dotted(above) + "." + method
                                                    + " is called on the subclass " + dotted(internalName)));
        }
    }

    private void report(AbstractInsnNode at, String construct) {
        findings.add(owner, at, construct);
    }

    private static String dotted(String internalName) {
        return internalName.replace('/', '.');
    }
}
