package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import javacard.security.KeyBuilder;
import org.junit.jupiter.api.Test;

/** AES-CMAC against the examples of NIST SP 800-38B, in every division of the message. */
public class CmacTest {
    private static final byte[] KEY = Hex.bytes("603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4");
    private static final byte[] MESSAGE = Hex.bytes("6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51"
            + "30C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710");

    private final Ram ram = new Ram();
    private final Cmac cmac = new Cmac(ram, Chip.aes(), KeyBuilder.LENGTH_AES_256);

    private byte[] mac(int length, int piece) {
        return mac(cmac, KEY, length, piece);
    }

    private static byte[] mac(Cmac cmac, byte[] key, int length, int piece) {
        byte[] out = new byte[Cmac.BLOCK];
        cmac.init(key, (short) 0);
        for (int at = 0; at < length; at += piece) {
            cmac.update(MESSAGE, (short) at, (short) Math.min(piece, length - at));
        }
        cmac.finish(out, (short) 0);
        return out;
    }

    private void agrees(int length, String expected) {
        for (int piece = 1; piece <= MESSAGE.length; piece++) {
            assertArrayEquals(Hex.bytes(expected), mac(length, piece), "in pieces of " + piece);
        }
    }

    @Test
    public void keysOf128Bits() {
        Cmac shorter = new Cmac(ram, Chip.aes(), KeyBuilder.LENGTH_AES_128);
        byte[] key = Hex.bytes("2B7E151628AED2A6ABF7158809CF4F3C");
        for (int piece = 1; piece <= MESSAGE.length; piece++) {
            assertArrayEquals(Hex.bytes("BB1D6929E95937287FA37D129B756746"), mac(shorter, key, 0, piece));
            assertArrayEquals(Hex.bytes("070A16B46B4D4144F79BDD9DD04A287C"), mac(shorter, key, 16, piece));
            assertArrayEquals(Hex.bytes("DFA66747DE9AE63030CA32611497C827"), mac(shorter, key, 40, piece));
            assertArrayEquals(Hex.bytes("51F0BEBF7E3B9D92FC49741779363CFE"), mac(shorter, key, 64, piece));
            // Another key in between, in the same memory.
            agrees(0, "028962F61B7BF89EFC6B551F4667D983");
        }
    }

    @Test
    public void emptyMessage() {
        agrees(0, "028962F61B7BF89EFC6B551F4667D983");
    }

    @Test
    public void oneBlock() {
        agrees(16, "28A7023F452E8F82BD4BF28D8C37C35C");
    }

    @Test
    public void aPartOfTheLastBlock() {
        agrees(40, "AAF3D8F1DE5640C232F5B169B9C911E6");
    }

    @Test
    public void wholeBlocks() {
        agrees(64, "E1992190549F6ED5696A2C056C315410");
    }
}
