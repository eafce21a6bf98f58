/* AES-GCM and AES-CBC by OpenSSL's EVP. */
#include "seal/cipher.h"
#include <korch/error.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

static void free_context(EVP_CIPHER_CTX **slot)
{
	EVP_CIPHER_CTX_free(*slot); /* cleanses the expanded key */
}
#define _cleanup_context_ __attribute__((cleanup(free_context)))

/* OpenSSL's own queue of errors says nothing that callers may see; it must not stay behind. */
static int fail(int code)
{
	ERR_clear_error();
	return code;
}

int korch__cipher_random(uint8_t *out, size_t length)
{
	return RAND_bytes(out, (int)length) == 1 ? 0 : fail(KORCH_E_INTERNAL);
}

static const EVP_CIPHER *find_cipher(size_t key_length, int is_gcm)
{
	switch (key_length) {
	case 16:
		return is_gcm ? EVP_aes_128_gcm() : EVP_aes_128_cbc();
	case 24:
		return is_gcm ? EVP_aes_192_gcm() : EVP_aes_192_cbc();
	case 32:
		return is_gcm ? EVP_aes_256_gcm() : EVP_aes_256_cbc();
	default:
		return NULL;
	}
}

int korch__gcm_seal(uint8_t *out, korch__span key, korch__span text, korch__span associated)
{
	_cleanup_context_ EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = find_cipher(key.length, 1);
	uint8_t *body = out + KORCH__GCM_NONCE, *tag = body + text.length;
	int n = 0;
	if (text.length > KORCH__CIPHER_MAX || associated.length > KORCH__CIPHER_MAX)
		return KORCH_E_LIMIT;
	if (!context)
		return fail(KORCH_E_NOMEM);
	if (!cipher || EVP_EncryptInit_ex(context, cipher, NULL, key.data, out) != 1 ||
	    (associated.length &&
	     EVP_EncryptUpdate(context, NULL, &n, associated.data, (int)associated.length) != 1) ||
	    (text.length && EVP_EncryptUpdate(context, body, &n, text.data, (int)text.length) != 1) ||
	    EVP_EncryptFinal_ex(context, tag, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, KORCH__GCM_TAG, tag) != 1)
		return fail(KORCH_E_INTERNAL);
	return 0;
}

int korch__gcm_open(uint8_t *out, korch__span key, korch__span sealed, korch__span associated)
{
	_cleanup_context_ EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = find_cipher(key.length, 1);
	int n = 0;
	if (sealed.length < KORCH__GCM_MORE)
		return KORCH_E_INVALID;
	if (sealed.length > KORCH__CIPHER_MAX || associated.length > KORCH__CIPHER_MAX)
		return KORCH_E_LIMIT;
	if (!context)
		return fail(KORCH_E_NOMEM);
	size_t length = sealed.length - KORCH__GCM_MORE;
	const uint8_t *body = sealed.data + KORCH__GCM_NONCE;
	if (!cipher || EVP_DecryptInit_ex(context, cipher, NULL, key.data, sealed.data) != 1 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, KORCH__GCM_TAG,
	                        (void *)(body + length)) != 1 ||
	    (associated.length &&
	     EVP_DecryptUpdate(context, NULL, &n, associated.data, (int)associated.length) != 1))
		return fail(KORCH_E_INTERNAL);
	uint8_t rest[KORCH__CBC_BLOCK];
	if ((length && EVP_DecryptUpdate(context, out, &n, body, (int)length) != 1) ||
	    EVP_DecryptFinal_ex(context, rest, &n) != 1) {
		OPENSSL_cleanse(out, length);
		return fail(KORCH_E_INVALID);
	}
	return 0;
}

int korch__cbc_seal(uint8_t *out, size_t *length, korch__span key, korch__span text)
{
	_cleanup_context_ EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = find_cipher(key.length, 0);
	uint8_t *body = out + KORCH__CBC_BLOCK;
	int n = 0, rest = 0;
	if (text.length > KORCH__CIPHER_MAX)
		return KORCH_E_LIMIT;
	if (!context)
		return fail(KORCH_E_NOMEM);
	if (!cipher || EVP_EncryptInit_ex(context, cipher, NULL, key.data, out) != 1 ||
	    (text.length && EVP_EncryptUpdate(context, body, &n, text.data, (int)text.length) != 1) ||
	    EVP_EncryptFinal_ex(context, body + n, &rest) != 1)
		return fail(KORCH_E_INTERNAL);
	*length = KORCH__CBC_BLOCK + (size_t)n + (size_t)rest;
	return 0;
}

int korch__cbc_open(uint8_t *out, size_t *length, korch__span key, korch__span sealed)
{
	_cleanup_context_ EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = find_cipher(key.length, 0);
	int n = 0, rest = 0;
	if (sealed.length < KORCH__CBC_MORE || sealed.length % KORCH__CBC_BLOCK != 0)
		return KORCH_E_INVALID;
	if (sealed.length > KORCH__CIPHER_MAX)
		return KORCH_E_LIMIT;
	if (!context)
		return fail(KORCH_E_NOMEM);
	if (!cipher || EVP_DecryptInit_ex(context, cipher, NULL, key.data, sealed.data) != 1)
		return fail(KORCH_E_INTERNAL);
	if (EVP_DecryptUpdate(context, out, &n, sealed.data + KORCH__CBC_BLOCK,
	                      (int)(sealed.length - KORCH__CBC_BLOCK)) != 1 ||
	    EVP_DecryptFinal_ex(context, out + n, &rest) != 1) {
		OPENSSL_cleanse(out, sealed.length);
		return fail(KORCH_E_INVALID);
	}
	*length = (size_t)n + (size_t)rest;
	return 0;
}
