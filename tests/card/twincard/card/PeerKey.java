package twincard.card;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** Somebody else's key pair, kept and used by the JDK alone: the other end of every cryptogram. */
final class PeerKey {
    static final byte[] RFC5753_INFO = Hex.bytes("3015300B060960864801650304012DA206040400000100");
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private final KeyPair pair;

    private PeerKey(KeyPair pair) {
        this.pair = pair;
    }

    static PeerKey rsa() {
        return generate("RSA");
    }

    static PeerKey ec() {
        return generate("EC");
    }

    private static PeerKey generate(String algorithm) {
        return checked(() -> {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else {
                generator.initialize(2048);
            }
            return new PeerKey(generator.generateKeyPair());
        });
    }

    /** The public key as a template of the interface. */
    byte[] template() {
        if (pair.getPublic() instanceof RSAPublicKey) {
            return templateWith(((RSAPublicKey) pair.getPublic()).getPublicExponent().toByteArray());
        }
        return join(Hex.bytes("7F49438641"), point());
    }

    /** The RSA modulus with another exponent. */
    byte[] templateWith(byte[] exponent) {
        byte[] modulus = fixed(((RSAPublicKey) pair.getPublic()).getModulus(), 256);
        int length = 262 + exponent.length;
        return join(Hex.bytes(String.format("7F4982%04X81820100", length)), modulus,
                Hex.bytes(String.format("82%02X", exponent.length)), exponent);
    }

    byte[] point() {
        ECPoint w = ((ECPublicKey) pair.getPublic()).getW();
        return join(new byte[] {4}, fixed(w.getAffineX(), 32), fixed(w.getAffineY(), 32));
    }

    /** Opens an EC cryptogram as the card must write it: SHA-256, KEK of 32 bytes, SharedInfo of RFC 5753. */
    byte[] openEc(byte[] cryptogram) {
        return checked(() -> {
            int at = cryptogram[1] == (byte) 0x81 ? 3 : 2;
            int wrappedLength = cryptogram[at + 32];
            byte[] head = Hex.bytes("8001018101208217 3015300B060960864801650304012DA206040400000100 83");
            require(Arrays.equals(head, Arrays.copyOfRange(cryptogram, at, at + 32)));
            byte[] wrapped = Arrays.copyOfRange(cryptogram, at + 33, at + 33 + wrappedLength);
            byte[] rest = Arrays.copyOfRange(cryptogram, at + 33 + wrappedLength, cryptogram.length);
            require(rest.length == 67 && rest[0] == (byte) 0x86 && rest[1] == 65);
            byte[] kek = kek("SHA-256", agree(rest, 2), RFC5753_INFO, 32);
            return unwrap(kek, wrapped);
        });
    }

    /** An RSA cryptogram for the key of a template. */
    static byte[] sealRsa(byte[] template, boolean oaep, byte[] content) {
        return checked(() -> {
            BigInteger modulus = new BigInteger(1, Arrays.copyOfRange(template, 9, 265));
            BigInteger exponent = new BigInteger(1, Arrays.copyOfRange(template, 267, template.length));
            PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
            Cipher cipher = Cipher.getInstance(oaep ? "RSA/ECB/OAEPPadding" : "RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.ENCRYPT_MODE, key, oaep ? OAEP : null);
            return join(new byte[] {0}, cipher.doFinal(content));
        });
    }

    /** An EC cryptogram from this key, as the ephemeral one, to the key of a template. */
    byte[] sealEc(byte[] template, int hash, int kekLength, byte[] info, byte[] content) {
        return checked(() -> {
            String name = new String[] {"SHA-256", "SHA-1", "SHA-384", "SHA-512"}[hash - 1];
            byte[] kek = kek(name, agree(template, 5), info, kekLength);
            return ecCryptogram(hash, kekLength, info, wrap(kek, content), point());
        });
    }

    static byte[] ecCryptogram(int hash, int kekLength, byte[] info, byte[] wrapped, byte[] point) {
        byte[] inner = join(Hex.bytes(String.format("8001%02X8101%02X82%02X", hash, kekLength, info.length)), info,
                Hex.bytes(String.format("83%02X", wrapped.length)), wrapped, Hex.bytes("8641"), point);
        return join(Hex.bytes((inner.length < 0x80 ? "A6" : "A681") + String.format("%02X", inner.length)), inner);
    }

    private byte[] agree(byte[] data, int at) throws GeneralSecurityException {
        require(data[at] == 4);
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        ECPoint w = new ECPoint(new BigInteger(1, Arrays.copyOfRange(data, at + 1, at + 33)),
                new BigInteger(1, Arrays.copyOfRange(data, at + 33, at + 65)));
        PublicKey other = KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(w, parameters.getParameterSpec(ECParameterSpec.class)));
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(pair.getPrivate());
        agreement.doPhase(other, true);
        return agreement.generateSecret();
    }

    /** ANSI X9.63. */
    private static byte[] kek(String hash, byte[] z, byte[] info, int length) throws GeneralSecurityException {
        byte[] stream = new byte[0];
        for (int counter = 1; stream.length < length; counter++) {
            MessageDigest digest = MessageDigest.getInstance(hash);
            digest.update(z);
            digest.update(ByteBuffer.allocate(4).putInt(counter).array());
            stream = join(stream, digest.digest(info));
        }
        return Arrays.copyOf(stream, length);
    }

    private static byte[] wrap(byte[] kek, byte[] content) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.WRAP_MODE, new SecretKeySpec(kek, "AES"));
        return cipher.wrap(new SecretKeySpec(content, "AES"));
    }

    private static byte[] unwrap(byte[] kek, byte[] wrapped) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(kek, "AES"));
        return cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded();
    }

    static byte[] fixed(BigInteger value, int width) {
        byte[] bytes = value.toByteArray();
        byte[] out = new byte[width];
        int length = Math.min(width, bytes.length);
        System.arraycopy(bytes, bytes.length - length, out, width - length, length);
        return out;
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            out.put(part);
        }
        return out.array();
    }

    private static void require(boolean good) {
        if (!good) {
            throw new IllegalArgumentException("not as the interface has it");
        }
    }

    private interface Work<T> {
        T run() throws GeneralSecurityException;
    }

    private static <T> T checked(Work<T> work) {
        try {
            return work.run();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
