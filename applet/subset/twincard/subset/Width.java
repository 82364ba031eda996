package twincard.subset;

import org.objectweb.asm.Type;
import org.objectweb.asm.tree.analysis.Value;

/**
 * How wide an integer on the operand stack may be, as the converter sees it. A card computes in 16
 * bits, so a WIDE value is right only where its upper half cannot matter.
 */
enum Width implements Value {
    /** Not yet set; joins with anything. */
    NONE,
    BYTE,
    SHORT,
    /** May exceed 16 bits: a sum, a product, a left shift, not yet cast. */
    WIDE,
    /** A reference, or a return address. */
    REFERENCE;

    @Override
    public int getSize() {
        return 1;
    }

    static Width of(Type type) {
        return switch (type.getSort()) {
            case Type.BOOLEAN, Type.BYTE -> BYTE;
            case Type.SHORT -> SHORT;
            case Type.INT, Type.CHAR -> WIDE;
            default -> REFERENCE;
        };
    }

    static Width of(int constant) {
        if (constant == (byte) constant) {
            return BYTE;
        }
        return constant == (short) constant ? SHORT : WIDE;
    }

    /** The wider of two integers: of two ways that lead here, or of both operands of a bitwise operation. */
    Width join(Width other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** The result of adding, subtracting, multiplying or dividing: two bytes fit a short. */
    Width withOverflow() {
        return this == BYTE ? SHORT : WIDE;
    }
}
