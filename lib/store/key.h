/*
 * Keys as text, for stores that keep bytes: "/registry/GROUP/KIND/VERSION/NAMESPACE/NAME", where
 * the group of the core kinds and the namespace of cluster-wide ones are empty. The kind stands in
 * it by name, so that it is known again after a restart.
 */
#ifndef KORCH_STORE_KEY_H
#define KORCH_STORE_KEY_H

#include "base/buf.h"
#include <korch/store.h>

/* Longest name and namespace of a key, in bytes. */
enum { KORCH_KEY_PART_MAX = 253 };

/*
 * Separator of texts that sort by bytes as korch_key_compare() sorts keys; '/' is for people and
 * tokens.
 */
#define KORCH_KEY_SORTED '\x01'

/*
 * 0, or KORCH_E_INVALID: no kind, no name, a part that is too long or has a "/" or a control
 * character.
 */
int korch__key_check(const korch_key *key);
uint64_t korch__key_hash(const korch_key *key);

/* Appends the text of a key; check buf->failed. */
void korch__key_write(korch_buf *buf, const korch_key *key, char separator);
/*
 * Appends what the texts of all keys of a kind (NULL: of all kinds), or of a namespace of it (NULL:
 * of all), begin with, up to and including a separator.
 */
void korch__key_write_prefix(korch_buf *buf, const korch_kind *kind, const char *namespace_,
                             char separator);

/* A key with strings of its own. */
typedef struct korch_key_copy {
	korch_key key;
	char *memory;
} korch_key_copy;

/*
 * Reads back what korch__key_write() wrote. 0, KORCH_E_INVALID, KORCH_E_LIMIT (kinds),
 * KORCH_E_NOMEM.
 */
int korch__key_parse(korch_key_copy *out, const char *text, char separator);
void korch__key_copy_fini(korch_key_copy *copy);

/* An object that is nothing but its key, where the rest is not to be had. */
int korch__key_object(korch_object **out, const korch_key *key);

#endif
