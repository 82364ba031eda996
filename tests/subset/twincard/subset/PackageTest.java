package twincard.subset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What concerns the classes together, or their sources. */
public class PackageTest {
    private static final String EXTENDED =
            "package p; class Long implements javacardx.apdu.ExtendedLength {}";

    @Test
    public void aSecondPackageIsFound() throws IOException {
        var sources = Map.of("p.A", "package p; class A {}", "q.B", "package q; class B {}");
        assertEquals(List.of("q.B second package"), check(sources));
    }

    @Test
    public void onlyTheNamedClassesMayHaveExtendedLength() throws IOException {
        assertEquals(List.of(), check(Map.of("p.Long", EXTENDED), "p/Other", "p/Long"));
        assertEquals(
                List.of("p.Long class javacardx.apdu.ExtendedLength is not on every card"),
                check(Map.of("p.Long", EXTENDED), "p/Short"));
    }

    @Test
    public void aFindingTellsClassAndLine() throws IOException {
        String source = "package p;\nclass A {\n  short m(short a) {\n    return (short) (a & 0xFFFF);\n  }\n}";
        assertEquals(List.of("p.A:4 int constant 65535, beyond short"), check(Map.of("p.A", source)));
    }

    @Test
    public void constantsThat304LacksAreFoundInTheSource() throws IOException {
        String source =
                """
                package p;
                import static javacard.security.KeyBuilder.LENGTH_RSA_3072;
                import javacard.security.*;
                import javacardx.crypto.Cipher;
                class A {
                    Cipher c = Cipher.getInstance(Cipher.ALG_AES_CTR, false);
                    Cipher d = Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false);
                    byte pad = Cipher.PAD_PKCS1_OAEP_SHA256;
                    Signature s = Signature.getInstance(Signature.ALG_AES_CMAC_128, false);
                    RandomData r = RandomData.getInstance(RandomData.ALG_TRNG);
                    RandomData q = RandomData.getInstance(RandomData.ALG_SECURE_RANDOM);
                    byte dh = KeyAgreement.ALG_EC_SVDP_DH_PLAIN_XY;
                    short n = LENGTH_RSA_3072;
                    short m = KeyBuilder.LENGTH_RSA_2048;
                }
                """;
        var units = List.of(Compiler.source("p.A", source));
        List<String> found =
                ConstantCheck.run(units, Compiler.CLASS_PATH, new Library()).stream()
                        .map(Finding::toString)
                        .toList();
        assertEquals(
                List.of(
                        "p.A:6 constant javacardx.crypto.Cipher.ALG_AES_CTR is not in Java Card 3.0.4",
                        "p.A:8 constant javacardx.crypto.Cipher.PAD_PKCS1_OAEP_SHA256 is not in Java Card 3.0.4",
                        "p.A:9 constant javacard.security.Signature.ALG_AES_CMAC_128 is not in Java Card 3.0.4",
                        "p.A:10 constant javacard.security.RandomData.ALG_TRNG is not in Java Card 3.0.4",
                        "p.A:12 constant javacard.security.KeyAgreement.ALG_EC_SVDP_DH_PLAIN_XY"
                                + " is not in Java Card 3.0.4",
                        "p.A:13 constant javacard.security.KeyBuilder.LENGTH_RSA_3072 is not in Java Card 3.0.4"),
                found);
    }

    private static List<String> check(Map<String, String> sources, String... extendedLengthClasses)
            throws IOException {
        return new SubsetCheck(Compiler.compile(sources), Set.of(extendedLengthClasses))
                .run().stream().map(Finding::toString).toList();
    }
}
