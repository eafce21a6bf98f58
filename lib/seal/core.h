/*
 * What a sealer holds: keys in order, rules which resources use which, the data keys that were
 * unwrapped. One core is never changed but for its data keys; rotation puts another in its place.
 */
#ifndef KORCH_SEAL_CORE_H
#define KORCH_SEAL_CORE_H

#include "base/vec.h"
#include "seal/cipher.h"
#include "seal/vault.h"
#include <korch/seal.h>

#define KORCH__SEAL_NATIVE "korch:seal:v1:"
#define KORCH__SEAL_KUBERNETES "k8s:enc:"

enum {
	KORCH__SEAL_DATA_KEYS = 64, /* unwrapped and kept */
	KORCH__SEAL_NAME_MAX = 253,
};
/* Values under one data key: far below 2^32, where random nonces would begin to meet
 * (NIST SP 800-38D, 8.3). */
#define KORCH__SEAL_DATA_KEY_USES ((uint64_t)1 << 24)

typedef enum korch__seal_type {
	KORCH__SEAL_IDENTITY, /* plain text */
	KORCH__SEAL_AESGCM,   /* as an API server writes it */
	KORCH__SEAL_AESCBC,
	KORCH__SEAL_ENVELOPE, /* AES-256-GCM under a data key that the key wraps */
} korch__seal_type;

typedef struct korch__seal_kek {
	korch__seal_type type;
	char *name;   /* "" for identity */
	char *prefix; /* of what is sealed under it; "" for identity */
	korch__span secret;
	korch_seal_fn wrap, unwrap; /* NULL: secret wraps */
	void *userdata;
	void (*destroy)(void *userdata);
} korch__seal_kek;

/* A resource and its keys: the first seals. */
typedef struct korch__seal_rule {
	char *resource;                          /* "*": each of the group */
	char *group;                             /* "*": each, then resource is "*", too */
	KORCH_VEC(const korch__seal_kek *) keys; /* borrowed */
} korch__seal_rule;

/* A data key and how it was wrapped. */
typedef struct korch__seal_data_key {
	const korch__seal_kek *kek;
	uint8_t *wrapped; /* NULL: not in use */
	size_t n_wrapped;
	uint8_t *rewrapped; /* by the first key, when it was asked for */
	size_t n_rewrapped;
	uint64_t used; /* clock of the last use */
} korch__seal_data_key;

/* All key material of a core, one vault. */
typedef struct korch__seal_secrets {
	uint8_t keks[KORCH_SEAL_KEYS_MAX][KORCH_SEAL_KEY_BYTES];
	uint8_t data_keys[KORCH__SEAL_DATA_KEYS + 1][KORCH_SEAL_KEY_BYTES]; /* the last: on its way */
} korch__seal_secrets;

typedef struct korch__seal_core {
	korch__vault vault; /* korch__seal_secrets */
	KORCH_VEC(korch__seal_kek *) keks;
	KORCH_VEC(korch__seal_rule *) rules;
	korch__seal_rule *other; /* resources without a rule; borrowed from rules, behind which none is
	                            looked for */
	korch__seal_data_key data_keys[KORCH__SEAL_DATA_KEYS];
	korch__seal_data_key *current; /* seals under the first key; NULL before its first use */
	uint64_t clock, current_uses;
	korch_problems *warnings;
} korch__seal_core;

static inline korch__seal_secrets *korch__seal_core_secrets(const korch__seal_core *core)
{
	return (korch__seal_secrets *)(void *)core->vault.data;
}

/* An empty core with the warning about memory that could not be locked. 0 or KORCH_E_NOMEM. */
int korch__seal_core_new(korch__seal_core **out);
void korch__seal_core_free(korch__seal_core *core);
static inline void korch__seal_core_free_p(korch__seal_core **slot)
{
	korch__seal_core_free(*slot);
}
#define _cleanup_core_ __attribute__((cleanup(korch__seal_core_free_p)))

/* A key with its name and prefix, and no secret yet. 0, KORCH_E_LIMIT, KORCH_E_NOMEM. */
int korch__seal_core_add_kek(korch__seal_kek **out, korch__seal_core *core, korch__seal_type type,
                             const char *name);
/* Room of the newest key for its secret. */
uint8_t *korch__seal_core_room(const korch__seal_core *core);
/* The rule of "secrets", "*.apps" and so on, made when there is none. 0, KORCH_E_LIMIT, _NOMEM. */
int korch__seal_core_rule(korch__seal_rule **out, korch__seal_core *core, const char *pattern);
/* Why a pattern cannot be one, as Kubernetes says it, or NULL. */
const char *korch__seal_pattern_fault(const char *pattern);
/* The rule of a kind; never NULL once `other` is set. */
const korch__seal_rule *korch__seal_core_find(const korch__seal_core *core, const korch_kind *kind);

/* Envelopes: envelope.c. Each as the function of the public header, for one key; body is what
 * stands behind the prefix. */
int korch__envelope_seal(korch_seal_buffer *out, korch__seal_core *core, const korch__seal_kek *kek,
                         const korch_seal_value *value, korch_error **err);
int korch__envelope_open(korch_seal_buffer *out, korch__seal_core *core, const korch__seal_kek *kek,
                         const korch_seal_value *value, korch_error **err);
/* The value with its data key wrapped by `to`. */
int korch__envelope_rewrap(korch_seal_buffer *out, korch__seal_core *core,
                           const korch__seal_kek *const from_to[2], const korch_seal_value *value,
                           korch_error **err);
/* Bytes that sealing may add behind the prefix. */
#define KORCH__ENVELOPE_MORE (2 + KORCH_SEAL_WRAPPED_MAX + KORCH__GCM_MORE)

/* A data key wrapped or unwrapped by one key; for tests of callbacks, too. */
int korch__kek_wrap(korch_seal_buffer *out, const korch__seal_kek *kek, const uint8_t *data_key,
                    korch_error **err);
int korch__kek_unwrap(uint8_t *data_key, const korch__seal_kek *kek, korch__span wrapped,
                      korch_error **err);

/* A key from text or bytes into room for 32 bytes: *length says how many. Kinds of text: base64.
 * NULL or what is wrong with it (static). */
const char *korch__secret_base64(uint8_t *room, size_t *length, korch__span text);
/* A key-encryption key from a file or a variable; warnings get what is weak about it. */
int korch__secret_from_file(uint8_t *room, const char *path, korch_problems *warnings,
                            korch_error **err);
int korch__secret_from_environment(uint8_t *room, const char *name, korch_error **err);
/* A whole file into a vault: vault->size is its length. */
int korch__secret_file(korch__vault *vault, const char *path, size_t max, korch_error **err);

/* The sealer around a finished core, which is taken. */
int korch__sealer_wrap(korch_sealer **out, korch__seal_core *core);

#endif
