// Command matrix is github.com/smallstep/pkcs7 for the matrix. A line of standard input is one task, its
// words apart by tabs; the line of the answer is "ok", or what went wrong. Messages are in files.
package main

import (
	"bufio"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/smallstep/pkcs7"
)

const module = "github.com/smallstep/pkcs7"

var ciphers = map[string]int{
	"DES":         pkcs7.EncryptionAlgorithmDESCBC,
	"AES-128-CBC": pkcs7.EncryptionAlgorithmAES128CBC,
	"AES-256-CBC": pkcs7.EncryptionAlgorithmAES256CBC,
	"AES-128-GCM": pkcs7.EncryptionAlgorithmAES128GCM,
	"AES-256-GCM": pkcs7.EncryptionAlgorithmAES256GCM,
}

func main() {
	fmt.Println(version())
	tasks := bufio.NewScanner(os.Stdin)
	for tasks.Scan() {
		words := strings.Split(tasks.Text(), "\t")
		last := len(words) - 1
		made, err := answer(words[0], words[1:last])
		if err == nil {
			err = os.WriteFile(words[last], made, 0o600)
		}
		if err == nil {
			fmt.Println("ok")
		} else {
			fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, one := range info.Deps {
		if one.Path == module {
			return strings.TrimPrefix(one.Version, "v")
		}
	}
	return "unknown"
}

func answer(task string, words []string) ([]byte, error) {
	switch task {
	case "open":
		return open(words[1], words[2], words[3])
	case "verify":
		return nil, verify(words[0], words[1], words[2])
	case "encrypt":
		return encrypt(words[0], words[1], words[2], words[3])
	case "sign":
		return sign(words[1], words[2], words[3])
	}
	return nil, errors.New("no such task: " + task)
}

func open(key, message, owner string) ([]byte, error) {
	parsed, err := parse(message)
	if err != nil {
		return nil, err
	}
	secret, err := x509.ParsePKCS8PrivateKey(read(key))
	if err != nil {
		return nil, err
	}
	return parsed.Decrypt(certificate(owner), secret)
}

func verify(message, content, root string) error {
	parsed, err := parse(message)
	if err != nil {
		return err
	}
	if content != "" {
		parsed.Content = read(content)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(certificate(root))
	return parsed.VerifyWithChain(trusted)
}

func encrypt(cipher, padding, content, to string) ([]byte, error) {
	pkcs7.ContentEncryptionAlgorithm = ciphers[cipher]
	pkcs7.KeyEncryptionAlgorithm = pkcs7.OIDEncryptionAlgorithmRSA
	if padding != "v1.5" {
		pkcs7.KeyEncryptionAlgorithm = pkcs7.OIDEncryptionAlgorithmRSAESOAEP
		pkcs7.KeyEncryptionHash = map[string]crypto.Hash{"SHA-1": crypto.SHA1, "SHA-256": crypto.SHA256}[padding]
	}
	return pkcs7.Encrypt(read(content), []*x509.Certificate{certificate(to)})
}

func sign(content, key, from string) ([]byte, error) {
	secret, err := x509.ParsePKCS8PrivateKey(read(key))
	if err != nil {
		return nil, err
	}
	signed, err := pkcs7.NewSignedData(read(content))
	if err != nil {
		return nil, err
	}
	signed.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := signed.AddSigner(certificate(from), secret, pkcs7.SignerInfoConfig{}); err != nil {
		return nil, err
	}
	return signed.Finish()
}

func parse(path string) (*pkcs7.PKCS7, error) {
	return pkcs7.Parse(read(path))
}

func certificate(path string) *x509.Certificate {
	parsed, err := x509.ParseCertificate(read(path))
	if err != nil {
		panic(err)
	}
	return parsed
}

func read(path string) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
}
