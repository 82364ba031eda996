package twincard.subset;

import java.util.Optional;
import org.objectweb.asm.Type;

/** Which types the converter takes: boolean, byte, short, references, and one-dimensional arrays of them. */
final class Types {
    private Types() {}

    /** The plain name of what is wrong with a type, or empty. */
    static Optional<String> unsupported(Type type) {
        if (type.getSort() != Type.ARRAY) {
            return unsupportedElement(type);
        }
        if (type.getDimensions() > 1) {
            return Optional.of("multi-dimensional array");
        }
        return unsupportedElement(type.getElementType()).map(name -> name + " array");
    }

    private static Optional<String> unsupportedElement(Type type) {
        return switch (type.getSort()) {
            case Type.INT, Type.LONG, Type.FLOAT, Type.DOUBLE, Type.CHAR ->
                    Optional.of(type.getClassName());
            case Type.OBJECT ->
                    type.getInternalName().equals("java/lang/String")
                            ? Optional.of("String")
                            : Optional.empty();
            default -> Optional.empty();
        };
    }
}
