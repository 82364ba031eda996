// pkijs for the matrix. A line of standard input is one task, its words apart by tabs; the line of the
// answer is "ok", or what went wrong. Keys, certificates and messages are in files.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

pkijs.setEngine("node", new pkijs.CryptoEngine({ name: "node", crypto: globalThis.crypto }));

const bytes = (path) => {
  const read = readFileSync(path);
  return read.buffer.slice(read.byteOffset, read.byteOffset + read.byteLength);
};
const certificate = (path) => pkijs.Certificate.fromBER(bytes(path));
const wrapped = (type, content) =>
  new pkijs.ContentInfo({ contentType: type, content }).toSchema().toBER(false);
const content = (path, type) => {
  const info = pkijs.ContentInfo.fromBER(bytes(path));
  if (info.contentType !== type) {
    throw new Error(`content type ${info.contentType}`);
  }
  return info.content;
};

const attribute = (type, value) => new pkijs.Attribute({ type, values: [value] });
const signedAttributes = async (wanted, data) => {
  if (wanted === "bare") {
    return {};
  }
  const digest = await crypto.subtle.digest("SHA-256", bytes(data));
  const attributes = [
    attribute("1.2.840.113549.1.9.3", new asn1js.ObjectIdentifier({ value: pkijs.ContentInfo.DATA })),
    attribute("1.2.840.113549.1.9.5", new asn1js.UTCTime({ valueDate: new Date() })),
    attribute("1.2.840.113549.1.9.4", new asn1js.OctetString({ valueHex: digest })),
  ];
  return { signedAttrs: new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes }) };
};

const tasks = {
  async open(_algorithm, key, message, owner) {
    const schema = content(message, pkijs.ContentInfo.ENVELOPED_DATA);
    const enveloped = new pkijs.EnvelopedData({ schema });
    const how = { recipientCertificate: certificate(owner), recipientPrivateKey: bytes(key) };
    const errors = [];
    for (const number of enveloped.recipientInfos.keys()) {
      try {
        return await enveloped.decrypt(number, how);
      } catch (error) {
        errors.push(error);
      }
    }
    throw new Error(errors.join("; "));
  },

  async verify(message, apart, root) {
    const schema = content(message, pkijs.ContentInfo.SIGNED_DATA);
    const signed = new pkijs.SignedData({ schema });
    const how = { signer: 0, checkChain: true, trustedCerts: [certificate(root)] };
    if (!(await signed.verify(apart ? { ...how, data: bytes(apart) } : how))) {
      throw new Error("the signature is wrong");
    }
    return new ArrayBuffer(0);
  },

  async encrypt(cipher, hash, data, to) {
    const [, length, mode] = cipher.split("-");
    const enveloped = new pkijs.EnvelopedData();
    enveloped.addRecipientByCertificate(certificate(to), {
      oaepHashAlgorithm: hash,
      kdfAlgorithm: hash,
    });
    await enveloped.encrypt({ name: `AES-${mode}`, length: Number(length) }, bytes(data));
    return wrapped(pkijs.ContentInfo.ENVELOPED_DATA, enveloped.toSchema());
  },

  async sign(algorithm, attributes, data, key, from) {
    const how = {
      RSA: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
      PSS: { name: "RSA-PSS", hash: "SHA-256" },
      EC: { name: "ECDSA", namedCurve: "P-256" },
    }[algorithm];
    const secret = await crypto.subtle.importKey("pkcs8", bytes(key), how, true, ["sign"]);
    const signer = certificate(from);
    const name = new pkijs.IssuerAndSerialNumber({
      issuer: signer.issuer,
      serialNumber: signer.serialNumber,
    });
    const signed = new pkijs.SignedData({
      version: 1,
      encapContentInfo: new pkijs.EncapsulatedContentInfo({
        eContentType: pkijs.ContentInfo.DATA,
        eContent: new asn1js.OctetString({ valueHex: bytes(data) }),
      }),
      signerInfos: [
        new pkijs.SignerInfo({ version: 1, sid: name, ...(await signedAttributes(attributes, data)) }),
      ],
      certificates: [signer],
    });
    await signed.sign(secret, 0, "SHA-256");
    return wrapped(pkijs.ContentInfo.SIGNED_DATA, signed.toSchema(true));
  },
};

const { version } = JSON.parse(readFileSync(new URL("node_modules/pkijs/package.json", import.meta.url)));
console.log(version);
for await (const line of createInterface({ input: process.stdin })) {
  const [task, ...words] = line.split("\t");
  const result = words.pop();
  try {
    writeFileSync(result, new Uint8Array(await tasks[task](...words)));
    console.log("ok");
  } catch (error) {
    console.log(`${error}`.replaceAll("\n", " "));
  }
}
