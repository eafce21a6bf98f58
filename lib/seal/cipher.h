/*
 * The two ciphers, each as one call: AES-GCM (NIST SP 800-38D) and AES-CBC with PKCS #7 padding
 * (NIST SP 800-38A, RFC 5652), by OpenSSL. Keys are 16, 24 or 32 bytes.
 */
#ifndef KORCH_SEAL_CIPHER_H
#define KORCH_SEAL_CIPHER_H

#include <stddef.h>
#include <stdint.h>

enum {
	KORCH__GCM_NONCE = 12,
	KORCH__GCM_TAG = 16,
	KORCH__GCM_MORE = KORCH__GCM_NONCE + KORCH__GCM_TAG, /* what sealing adds */
	KORCH__CBC_BLOCK = 16,
	KORCH__CBC_MORE = 2 * KORCH__CBC_BLOCK, /* at most */
};
/* Longest text of one call. */
#define KORCH__CIPHER_MAX ((size_t)256 << 20)

typedef struct korch__span {
	const uint8_t *data;
	size_t length;
} korch__span;

#define KORCH__SPAN(data_, length_) ((korch__span){(const uint8_t *)(data_), (length_)})

/* Random bytes from OpenSSL. 0 or KORCH_E_INTERNAL. */
int korch__cipher_random(uint8_t *out, size_t length);

/*
 * out: nonce (filled in by the caller), then text, then tag: text.length + KORCH__GCM_MORE bytes.
 * 0, KORCH_E_INTERNAL, KORCH_E_LIMIT.
 */
int korch__gcm_seal(uint8_t *out, korch__span key, korch__span text, korch__span associated);
/*
 * sealed: as above; out has sealed.length - KORCH__GCM_MORE bytes, cleansed on failure. 0,
 * KORCH_E_INVALID (it does not open), KORCH_E_INTERNAL, KORCH_E_LIMIT.
 */
int korch__gcm_open(uint8_t *out, korch__span key, korch__span sealed, korch__span associated);

/* out: initial vector (filled in by the caller), then the blocks; *length is that of all. */
int korch__cbc_seal(uint8_t *out, size_t *length, korch__span key, korch__span text);
/* out has sealed.length bytes, cleansed on failure; *length is that of the text. */
int korch__cbc_open(uint8_t *out, size_t *length, korch__span key, korch__span sealed);

#endif
