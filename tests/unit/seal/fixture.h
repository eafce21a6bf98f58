/* Sealers and values for the tests of lib/seal. */
#ifndef KORCH_TESTS_SEAL_FIXTURE_H
#define KORCH_TESTS_SEAL_FIXTURE_H

#include "unit.h"
#include <korch/api.h>
#include <korch/seal.h>
#include <string.h>

#define PLAIN "{\"kind\":\"Secret\"}"
/* Bytes 0, 1, 2 …, 31 and their base64. */
#define KEY_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_BASE64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY2_HEX "a00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY2_BASE64 "oAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

typedef struct bytes {
	char *data;
	size_t length;
} bytes;

/* Bytes from hexadecimal digits behind a text; freed with free(). */
bytes from_hex(const char *head, const char *hex);
/* The value of default/NAME in store-1. */
korch_seal_value value_of(const korch_kind *kind, const char *name, const void *data,
                          size_t length);
/* A sealer with keys by environment variables, each "NAME=HEX"; n of them. */
korch_sealer *sealer_of(const char *const *keys, size_t n, const korch_sealer_options *more);
/* A sealer by the text of an EncryptionConfiguration, which must be fine. */
korch_sealer *read_sealer(const char *text);
/* Seals or opens, which must go well. */
bytes seal(korch_sealer *sealer, const korch_seal_value *value);
void check_opens(korch_sealer *sealer, const korch_seal_value *value, const char *text);
/* Opening must fail with the code and the line, "*" in it standing for anything. */
void check_fails(korch_sealer *sealer, const korch_seal_value *value, int code, const char *line);
/* 1 when the line matches a pattern with "*". */
int is_like(const char *line, const char *pattern);
/* A file with these bytes in a folder of the test's own, mode 0600. The path is static. */
const char *write_file(const char *name, const void *data, size_t length);

#endif
