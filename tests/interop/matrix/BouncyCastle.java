import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collection;
import java.util.List;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.KEKRecipientInformation;
import org.bouncycastle.cms.KEMRecipientInformation;
import org.bouncycastle.cms.KeyAgreeRecipientInformation;
import org.bouncycastle.cms.KeyTransRecipientInformation;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKEKAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKEKEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKEMEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * Bouncy Castle for the matrix. A line of standard input is one task, its words apart by tabs; the
 * line of the answer is {@code ok}, or what went wrong. Messages are in files.
 */
public final class BouncyCastle {
    private static final String BC = BouncyCastleProvider.PROVIDER_NAME;

    private BouncyCastle() {
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        System.out.println(Security.getProvider(BC).getVersionStr());
        BufferedReader tasks = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String task = tasks.readLine(); task != null; task = tasks.readLine()) {
            System.out.println(answer(task.split("\t")));
        }
    }

    private static String answer(String[] words) {
        try {
            byte[] made = switch (words[0]) {
                case "open" -> open(words[1], read(words[2]), read(words[3]));
                case "verify" -> verify(read(words[1]), words[2], certificate(words[3]));
                case "encrypt" -> encrypt(words[1], words[2], read(words[3]), certificate(words[4]));
                case "sign" -> sign(words[1], read(words[2]), read(words[3]), certificate(words[4]));
                default -> throw new IllegalArgumentException(words[0]);
            };
            Files.write(Path.of(words[words.length - 1]), made);
            return "ok";
        } catch (Exception problem) {
            return problem.toString().replace('\n', ' ');
        }
    }

    private static byte[] open(String algorithm, byte[] key, byte[] message) throws Exception {
        boolean authenticated = ContentInfo.getInstance(message).getContentType()
                .equals(CMSObjectIdentifiers.authEnvelopedData);
        Collection<RecipientInformation> all = authenticated
                ? new CMSAuthEnvelopedData(message).getRecipientInfos().getRecipients()
                : new CMSEnvelopedData(message).getRecipientInfos().getRecipients();
        CMSException last = new CMSException("no recipient info for a key of this kind");
        for (RecipientInformation one : all) {
            Recipient recipient = recipient(one, algorithm, key, authenticated);
            if (recipient == null) {
                continue;
            }
            try {
                return one.getContent(recipient);
            } catch (CMSException problem) {
                last = problem;
            }
        }
        throw last;
    }

    private static Recipient recipient(RecipientInformation info, String algorithm, byte[] key, boolean authenticated)
            throws Exception {
        if (algorithm.equals("AES")) {
            SecretKey secret = new SecretKeySpec(key, "AES");
            if (!(info instanceof KEKRecipientInformation)) {
                return null;
            }
            return authenticated ? new JceKEKAuthEnvelopedRecipient(secret) : new JceKEKEnvelopedRecipient(secret);
        }
        PrivateKey secret = privateKey(algorithm, key);
        if (info instanceof KeyTransRecipientInformation && algorithm.equals("RSA")) {
            return authenticated ? new JceKeyTransAuthEnvelopedRecipient(secret).setProvider(BC)
                    : new JceKeyTransEnvelopedRecipient(secret).setProvider(BC);
        }
        if (info instanceof KEMRecipientInformation && algorithm.startsWith("ML-KEM")) {
            return new JceKEMEnvelopedRecipient(secret).setProvider(BC);
        }
        if (info instanceof KeyAgreeRecipientInformation && List.of("EC", "X25519").contains(algorithm)) {
            return authenticated ? new JceKeyAgreeAuthEnvelopedRecipient(secret).setProvider(BC)
                    : new JceKeyAgreeEnvelopedRecipient(secret).setProvider(BC);
        }
        return null;
    }

    private static byte[] verify(byte[] message, String content, X509CertificateHolder root) throws Exception {
        CMSSignedData signed = content.isEmpty() ? new CMSSignedData(message)
                : new CMSSignedData(new CMSProcessableByteArray(read(content)), message);
        for (SignerInformation signer : signed.getSignerInfos()) {
            Collection<X509CertificateHolder> found = signed.getCertificates().getMatches(signer.getSID());
            X509Certificate certificate = java(found.iterator().next());
            certificate.verify(java(root).getPublicKey());
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider(BC).build(certificate))) {
                throw new CMSException("the signature is wrong");
            }
        }
        return (byte[]) signed.getSignedContent().getContent();
    }

    private static byte[] encrypt(String cipher, String way, byte[] content, X509CertificateHolder holder)
            throws Exception {
        X509Certificate certificate = java(holder);
        ASN1ObjectIdentifier algorithm = switch (cipher) {
            case "AES-256-GCM" -> NISTObjectIdentifiers.id_aes256_GCM;
            case "AES-128-GCM" -> NISTObjectIdentifiers.id_aes128_GCM;
            case "AES-256-CBC" -> NISTObjectIdentifiers.id_aes256_CBC;
            case "AES-128-CBC" -> NISTObjectIdentifiers.id_aes128_CBC;
            case "3DES" -> PKCSObjectIdentifiers.des_EDE3_CBC;
            default -> throw new IllegalArgumentException(cipher);
        };
        RecipientInfoGenerator recipient = switch (way) {
            case "v1.5" -> new JceKeyTransRecipientInfoGenerator(certificate).setProvider(BC);
            case "OAEP" -> new JceKeyTransRecipientInfoGenerator(certificate, oaep()).setProvider(BC);
            case "ECDH-SHA-1" -> agreement(certificate, X9ObjectIdentifiers.dhSinglePass_stdDH_sha1kdf_scheme,
                    NISTObjectIdentifiers.id_aes128_wrap);
            case "ECDH-SHA-256" -> agreement(certificate,
                    org.bouncycastle.asn1.sec.SECObjectIdentifiers.dhSinglePass_stdDH_sha256kdf_scheme,
                    NISTObjectIdentifiers.id_aes256_wrap);
            default -> throw new IllegalArgumentException(way);
        };
        OutputEncryptor encryptor = new JceCMSContentEncryptorBuilder(algorithm).setProvider(BC).build();
        if (encryptor instanceof OutputAEADEncryptor aead) {
            CMSAuthEnvelopedDataGenerator generator = new CMSAuthEnvelopedDataGenerator();
            generator.addRecipientInfoGenerator(recipient);
            return generator.generate(new CMSProcessableByteArray(content), aead).getEncoded();
        }
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(recipient);
        return generator.generate(new CMSProcessableByteArray(content), encryptor).getEncoded();
    }

    private static AlgorithmIdentifier oaep() {
        AlgorithmIdentifier hash = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
        return new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP,
                new org.bouncycastle.asn1.pkcs.RSAESOAEPparams(hash,
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, hash),
                        org.bouncycastle.asn1.pkcs.RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM));
    }

    private static RecipientInfoGenerator agreement(X509Certificate to, ASN1ObjectIdentifier scheme,
            ASN1ObjectIdentifier wrap) throws Exception {
        java.security.KeyPairGenerator pairs = java.security.KeyPairGenerator.getInstance("EC", BC);
        pairs.initialize(new java.security.spec.ECGenParameterSpec("P-256"));
        java.security.KeyPair pair = pairs.generateKeyPair();
        return new JceKeyAgreeRecipientInfoGenerator(scheme, pair.getPrivate(), pair.getPublic(), wrap)
                .addRecipient(to).setProvider(BC);
    }

    private static byte[] sign(String algorithm, byte[] content, byte[] key, X509CertificateHolder holder)
            throws Exception {
        PrivateKey secret = privateKey(algorithm.endsWith("ECDSA") ? "EC" : "RSA", key);
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(
                new JcaDigestCalculatorProviderBuilder().setProvider(BC).build())
                .build(new JcaContentSignerBuilder(algorithm).setProvider(BC).build(secret), holder));
        generator.addCertificates(new JcaCertStore(List.of(holder)));
        return generator.generate(new CMSProcessableByteArray(content), true).getEncoded();
    }

    private static PrivateKey privateKey(String algorithm, byte[] encoded) throws Exception {
        return KeyFactory.getInstance(algorithm, BC).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    private static X509CertificateHolder certificate(String path) throws Exception {
        return new X509CertificateHolder(read(path));
    }

    private static X509Certificate java(X509CertificateHolder holder) throws Exception {
        return new JcaX509CertificateConverter().setProvider(BC).getCertificate(holder);
    }

    private static byte[] read(String path) throws Exception {
        return Files.readAllBytes(Path.of(path));
    }
}
