/*
 * Secrets at rest: a sealer seals and opens the encoded bytes of objects, for any store that
 * encodes objects to bytes. What is sealed how, and what it does not protect from, stands in
 * docs/secrets.md.
 */
#ifndef KORCH_SEAL_H
#define KORCH_SEAL_H

#include <korch/object.h>
#include <korch/problems.h>

KORCH_BEGIN_DECLS

/** @file seal.h Sealing objects before a store writes them. */

/**
 * Keys, and the rules which kinds are sealed under which. Any thread; calls wait for each other. A
 * child after fork() must not use it.
 */
typedef struct korch_sealer korch_sealer;

/** Most keys, most resources, and most bytes of a configuration, a key file and a value. */
#define KORCH_SEAL_KEYS_MAX 256
#define KORCH_SEAL_RESOURCES_MAX 1024                  /**< see KORCH_SEAL_KEYS_MAX */
#define KORCH_SEAL_CONFIGURATION_MAX ((size_t)1 << 20) /**< see KORCH_SEAL_KEYS_MAX */
#define KORCH_SEAL_KEY_FILE_MAX ((size_t)4096)         /**< see KORCH_SEAL_KEYS_MAX */
#define KORCH_SEAL_VALUE_MAX ((size_t)128 << 20)       /**< see KORCH_SEAL_KEYS_MAX */
/** Bytes of a data key, and of a key-encryption key. */
#define KORCH_SEAL_KEY_BYTES 32
/** Most bytes that a wrapped data key may have. */
#define KORCH_SEAL_WRAPPED_MAX 2048

/** Where a callback puts its result. */
typedef struct korch_seal_buffer {
	uint8_t *data;   /**< room for `capacity` bytes */
	size_t capacity; /**< bytes that there are */
	size_t length;   /**< bytes that were put there; set by the callback */
} korch_seal_buffer;

/**
 * Wraps or unwraps a data key, for a key-encryption key that lives elsewhere (a KMS, a TPM). May
 * block; must not call the sealer.
 * @param userdata as given. @param out room for KORCH_SEAL_WRAPPED_MAX bytes (wrapping) or
 * KORCH_SEAL_KEY_BYTES (unwrapping).
 * @param in,length the data key (wrapping) or what wrapping made of it.
 * @return 0 or a negative korch_code, with err set (korch_error_set()); no key may stand there.
 */
typedef int (*korch_seal_fn)(void *userdata, korch_seal_buffer *out, const uint8_t *in,
                             size_t length, korch_error **err);

/** A key-encryption key: exactly one of file, environment, and wrap with unwrap. */
typedef struct korch_seal_key {
	/** 1 to 63 of a-z A-Z 0-9 . _ -; stands in front of what is sealed under it */
	const char *name;
	/** path of a file with 32 bytes, or with 64 hexadecimal digits or base64 of 32 bytes */
	const char *file;
	/** name of an environment variable with hexadecimal digits or base64. The variable is emptied
	 * in place once the sealer exists, so that no child inherits the key. */
	const char *environment;
	korch_seal_fn wrap;   /**< callbacks */
	korch_seal_fn unwrap; /**< the way back */
	void *userdata;       /**< for both */
	/** called once with userdata when the key is let go, also when making the sealer failed; may be
	 * NULL */
	void (*destroy)(void *userdata);
} korch_seal_key;

/** What korch_sealer_new() is asked for. */
typedef struct korch_sealer_options {
	size_t size;                /**< sizeof(korch_sealer_options) */
	const korch_seal_key *keys; /**< the first seals, all open */
	size_t n_keys;              /**< 1 to KORCH_SEAL_KEYS_MAX - 1 */
	/** what is sealed, in the words of an EncryptionConfiguration: "secrets",
	 * "rollouts.argoproj.io", "*.apps", "*." (the core group), "*.*"; NULL: "secrets" */
	const char *const *resources;
	size_t n_resources; /**< 0 when resources is NULL */
	/** 1: values of sealed kinds that lie there in plain text are read, and count as old. 0: they
	 * are an error, as whoever can write to the store could put them there. */
	int32_t accept_plain;
	int32_t reserved; /**< 0 */
} korch_sealer_options;

/** The bytes of one object, and whose they are: what they are bound to. */
typedef struct korch_seal_value {
	/** which store: any text that stays the same for its life, up to 253 bytes; NULL is "". For
	 * keys of an EncryptionConfiguration: the API server's --etcd-prefix, "/registry" unless it
	 * begins with "/". */
	const char *store;
	korch_key key;    /**< the object's key */
	const void *data; /**< the bytes */
	size_t length;    /**< how many */
} korch_seal_value;

/**
 * A sealer with a data key of its own, which is wrapped by the first key.
 * @param out the sealer, owned by the caller. @param options copied.
 * @return 0; KORCH_E_INVALID (a key or name that cannot be one), KORCH_E_NOT_FOUND, _FORBIDDEN, _IO
 * (a key's file or variable), what a callback said, KORCH_E_LIMIT, _NOMEM. @since 0.1
 */
KORCH_API int korch_sealer_new(korch_sealer **out, const korch_sealer_options *options,
                               korch_error **err);
/**
 * A sealer by an EncryptionConfiguration (apiserver.config.k8s.io/v1) with Kubernetes' meaning:
 * providers aesgcm, aescbc and identity; the first key of the first provider seals, all are tried
 * for opening; values are those that an API server with the same file reads and writes. Refused,
 * with a line that says so: secretbox (OpenSSL has no XSalsa20-Poly1305) and kms.
 * @param path the file, at most KORCH_SEAL_CONFIGURATION_MAX bytes.
 * @return as korch_sealer_new(); err has file, line and path. @since 0.1
 */
KORCH_API int korch_sealer_read_file(korch_sealer **out, const char *path, korch_error **err);
/** As korch_sealer_read_file(), from a text. @param text,length need not be terminated; the caller
 * cleanses it. @param file name for messages, or NULL. @since 0.1 */
KORCH_API int korch_sealer_read(korch_sealer **out, const char *text, size_t length,
                                const char *file, korch_error **err);
/** Frees it; its keys are cleansed. NULL is fine. @since 0.1 */
KORCH_API void korch_sealer_free(korch_sealer *sealer);
/**
 * Gives a sealer the keys and rules of another, at once for all threads: rotation without a
 * restart. Stores that hold the sealer go on with it. @param from taken and freed; not the sealer
 * itself.
 * @return 0 or KORCH_E_INVALID. @since 0.1
 */
KORCH_API int korch_sealer_replace(korch_sealer *sealer, korch_sealer *from);
/** What is weaker than it could be: keys that could not be locked in memory, a key's file that
 * others may read. Borrowed, valid until the next korch_sealer_replace(). @since 0.1 */
KORCH_API const korch_problems *korch_sealer_warnings(const korch_sealer *sealer);

/** 1 when objects of a kind are encrypted when they are written. @since 0.1 */
KORCH_API int korch_sealer_covers(korch_sealer *sealer, const korch_kind *kind);
/**
 * Seals bytes under the first key of their kind's rule; copies them when the kind is not covered.
 * @param out the sealed bytes, freed by the caller with free(). @param length how many.
 * @param value the encoded object.
 * @return 0, KORCH_E_INVALID, KORCH_E_LIMIT, what a callback said, KORCH_E_INTERNAL (OpenSSL),
 * KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_sealer_seal(char **out, size_t *length, korch_sealer *sealer,
                                const korch_seal_value *value, korch_error **err);
/**
 * Opens sealed bytes; copies plain ones where they are allowed.
 * @param out the bytes and a NUL behind them, freed by the caller with korch_seal_clear_free().
 * @return 0; KORCH_E_NOT_FOUND (no such key here), KORCH_E_INVALID (changed, swapped, another key
 * of the same name, or plain text that is not allowed), what a callback said, KORCH_E_LIMIT,
 * _INTERNAL, _NOMEM. @since 0.1
 */
KORCH_API int korch_sealer_open(char **out, size_t *length, korch_sealer *sealer,
                                const korch_seal_value *value, korch_error **err);
/**
 * Whether sealed bytes should be written again: 1 when they are under another key than the one that
 * seals, or plain though their kind is sealed, or sealed though it is not; 0 when not; the codes of
 * korch_sealer_open(). By the name of the key alone where names tell. @since 0.1
 */
KORCH_API int korch_sealer_is_old(korch_sealer *sealer, const korch_seal_value *value,
                                  korch_error **err);
/** Opens and seals again, with a new data key where there is one: what is left to do when a key may
 * have become known. Codes of both. @param out freed by the caller with free(). @since 0.1 */
KORCH_API int korch_sealer_reseal(char **out, size_t *length, korch_sealer *sealer,
                                  const korch_seal_value *value, korch_error **err);
/** As korch_sealer_reseal(), but where the value has a wrapped data key only that is wrapped again,
 * and the object's bytes stay sealed as they are, after a check that they open. @since 0.1 */
KORCH_API int korch_sealer_rewrap(char **out, size_t *length, korch_sealer *sealer,
                                  const korch_seal_value *value, korch_error **err);
/** Cleanses memory of a given length and frees it; NULL is fine. @since 0.1 */
KORCH_API void korch_seal_clear_free(char *data, size_t length);

/**
 * No core dumps of this process, and no reading of its memory by others of the same user (ptrace,
 * /proc/PID/mem): PR_SET_DUMPABLE off and a core size of 0, which children inherit. The files under
 * /proc/PID then belong to root. The program's choice; the library never calls it.
 * @return 0 or KORCH_E_IO. @since 0.1
 */
KORCH_API int korch_process_harden(korch_error **err);

KORCH_END_DECLS

#endif
