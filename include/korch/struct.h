/*
 * Values of the object model in memory: reference-counted strings, structs and arrays that share
 * what did not change, and the table of fields that describes a struct. What the kinds are stands
 * in api/; codecs in codec.h.
 */
#ifndef KORCH_STRUCT_H
#define KORCH_STRUCT_H

#include <korch/error.h>
#include <stddef.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/**
 * @file struct.h Shared values and the tables that describe them.
 *
 * Every string, struct, map and array inside an object is a block with an atomic reference count. A
 * value that is shared (more than one reference) is never changed: an edit call makes a copy of
 * that one level first and the copy shares everything below. So "change one field of a pod" copies
 * the few structs on the way to the field.
 */

/** Fields of a struct that are unknown to its table, as they came (opaque). */
typedef struct korch_extra korch_extra;

/** What every struct of the model begins with. */
#define KORCH_STRUCT_HEAD                                                                          \
	uint64_t present;   /**< bit i: field i of the table was given, also when its value is zero */ \
	korch_extra *extra; /**< unknown fields, NULL when there are none */

/** The beginning of every struct of the model, for generic code. */
typedef struct korch_struct {
	KORCH_STRUCT_HEAD
} korch_struct;

/** One entry of a map. */
typedef struct korch_map_entry {
	const char *key;   /**< a block string */
	const char *value; /**< a block string */
} korch_map_entry;

/** An immutable map from string to string (labels, data, quantities), sorted by key in byte order.
 */
typedef struct korch_map {
	size_t n;                              /**< number of entries */
	korch_map_entry items[KORCH_FLEXIBLE]; /**< sorted by key, keys unique */
} korch_map;

/** A value that is either an integer or a string such as "25%". text is NULL for an integer. */
typedef struct korch_int_or_string {
	const char *text; /**< a block string, or NULL */
	int32_t number;   /**< the integer when text is NULL */
	int32_t is_set;   /**< 0: the field is absent */
} korch_int_or_string;

/** What one value of a field is. C type of the member in brackets. */
typedef enum korch_field_kind {
	KORCH_FIELD_BOOL,   /**< [int32_t] 0 or 1 */
	KORCH_FIELD_INT32,  /**< [int32_t] */
	KORCH_FIELD_INT64,  /**< [int64_t] */
	KORCH_FIELD_STRING, /**< [const char *] block string, NULL = absent */
	KORCH_FIELD_TIME, /**< [int64_t] microseconds since 1970, 0 = absent; written with whole seconds
	                     unless it has a fraction */
	KORCH_FIELD_MICROTIME,     /**< [int64_t] as TIME, always written with six decimals */
	KORCH_FIELD_QUANTITY,      /**< [const char *] text as given, valid by korch_quantity_parse() */
	KORCH_FIELD_INT_OR_STRING, /**< [korch_int_or_string] inline */
	KORCH_FIELD_BYTES,         /**< [const char *] standard base64 text, as given, valid */
	KORCH_FIELD_RAW,           /**< [const char *] any JSON value as compact text */
	KORCH_FIELD_STRUCT,        /**< [struct *] block; in lists the structs stand inline */
} korch_field_kind;

/** How many values a field has. */
typedef enum korch_field_shape {
	KORCH_SHAPE_ONE,  /**< a single value */
	KORCH_SHAPE_LIST, /**< pointer to an array block, and a size_t n_NAME beside it: T *items for
	                     structs, const char **items for strings, int32_t or int64_t *items */
	KORCH_SHAPE_MAP,  /**< korch_map *; the kind says what the values are (STRING, QUANTITY, BYTES;
	                     TIME as RFC 3339 text) */
} korch_field_shape;

/** Flags of a field. */
enum {
	KORCH_FIELD_REQUIRED = 1 << 0,  /**< must be given (and not be empty) */
	KORCH_FIELD_IMMUTABLE = 1 << 1, /**< must not change after creation */
	KORCH_FIELD_ATOMIC = 1 << 2,    /**< a patch replaces the list as a whole; maps and structs: so
	                                   does server-side apply, a strategic merge goes into them */
	KORCH_FIELD_SET = 1 << 3,       /**< list of unique scalars, merged by value (listType=set, or
	                                   patchStrategy=merge of scalars) */
	KORCH_FIELD_EMIT = 1 << 4,      /**< written also when zero (Go: no omitempty) */
	KORCH_FIELD_REPLACE_KEYS = 1 << 5, /**< patchStrategy retainKeys */
	KORCH_FIELD_POINTER = 1 << 6,      /**< scalar that is a pointer in Kubernetes: zero and absent
	                                      differ */
	KORCH_FIELD_DEPRECATED = 1 << 7    /**< kept for old manifests */
};

/** Rules on the text or number of a field that a row can name; each is Kubernetes' rule of that
 * name. */
typedef enum korch_format {
	KORCH_FORMAT_NONE,              /**< any value */
	KORCH_FORMAT_DNS1123_LABEL,     /**< at most 63 of [a-z0-9-], starts and ends alphanumeric */
	KORCH_FORMAT_DNS1123_SUBDOMAIN, /**< labels joined by dots, at most 253 */
	KORCH_FORMAT_DNS1035_LABEL,     /**< as DNS1123_LABEL, starts with a letter */
	KORCH_FORMAT_QUALIFIED_NAME,    /**< [prefix/]name of labels and annotations */
	KORCH_FORMAT_LABEL_VALUE,       /**< "" or at most 63 of [A-Za-z0-9._-] */
	KORCH_FORMAT_PORT,              /**< 1 to 65535 */
	KORCH_FORMAT_PORT_OR_ZERO,      /**< 0 to 65535 */
	KORCH_FORMAT_PORT_NAME,         /**< IANA service name, at most 15 */
	KORCH_FORMAT_NON_NEGATIVE,      /**< 0 or more */
	KORCH_FORMAT_POSITIVE,          /**< 1 or more */
	KORCH_FORMAT_ENV_NAME,          /**< printable ASCII without "=" */
	KORCH_FORMAT_ABSOLUTE_PATH,     /**< starts with "/" */
	KORCH_FORMAT_IP,                /**< IPv4 or IPv6 address */
	KORCH_FORMAT_CONFIG_KEY, /**< key of a ConfigMap or Secret: [-._a-zA-Z0-9]+, at most 253, not
	                            "." or ".." */
} korch_format;

struct korch_type;

/** One row of a table: a field of a struct. */
typedef struct korch_field {
	const char *name;              /**< JSON name, e.g. "terminationGracePeriodSeconds" */
	const char *meaning;           /**< one line for people */
	const struct korch_type *type; /**< table of the struct; NULL for other kinds */
	const char *merge_key; /**< keys of the entries of a list joined by commas ("port,protocol"), or
	                          NULL. A strategic merge goes by the first one, unless the row has
	                          ATOMIC: then only server-side apply uses the keys */
	const char *const *allowed; /**< NULL-terminated list of the only valid strings, or NULL */
	const char *default_json;   /**< value when absent, as JSON text ("\"TCP\"", "30"), or NULL */
	uint16_t offset;            /**< offsetof the member */
	uint16_t count_offset;      /**< offsetof n_NAME for lists, 0 otherwise */
	uint16_t number;  /**< protobuf field number, 0 = none; outer << 8 | inner for a field that
	                     stands in an embedded message (the sources of a volume) */
	uint8_t kind;     /**< a korch_field_kind */
	uint8_t shape;    /**< a korch_field_shape */
	uint16_t flags;   /**< KORCH_FIELD_* flags */
	uint8_t format;   /**< a korch_format; for maps it is the rule of the keys */
	uint8_t reserved; /**< 0 */
} korch_field;

/** Where validation puts what it finds (opaque; see korch_problem_add()). */
typedef struct korch_problems korch_problems;

/** The table of a struct: its rows in the order of Kubernetes' own documentation. At most 63 rows.
 */
typedef struct korch_type {
	const char *name;          /**< Kubernetes' name of the struct, e.g. "PodSpec" */
	const char *meaning;       /**< one line for people */
	size_t size;               /**< sizeof the struct */
	const korch_field *fields; /**< rows */
	size_t n_fields;           /**< number of rows */
	/** Defaults that depend on other fields, run after the children's and the rows' defaults; may
	 * be NULL. self is exclusively owned; change it by the edit calls. */
	int (*set_defaults)(void *self);
	/** Rules over several fields, run after the rows' own; may be NULL. path is that of self. */
	void (*validate)(const void *self, const char *path, korch_problems *problems);
	/** Rules over the change from old to new, beyond the rows' IMMUTABLE flags; may be NULL. */
	void (*validate_update)(const void *self, const void *old, const char *path,
	                        korch_problems *problems);
} korch_type;

/** The row of that JSON name, or NULL. @since 0.1 */
KORCH_API const korch_field *korch_type_field(const korch_type *type, const char *name);

/** @name Strings
 * A block string is a `const char *` from these calls. @{ */
/** Copies text into a block string with one reference; NULL gives NULL. Returns NULL also when
 * memory is short. @since 0.1 */
KORCH_API const char *korch_string_new(const char *text);
/** As korch_string_new() with a length; text may hold NUL bytes only in RAW values. @since 0.1 */
KORCH_API const char *korch_string_new_n(const char *text, size_t length);
/** One more reference; returns its argument; NULL is fine. @since 0.1 */
KORCH_API const char *korch_string_ref(const char *string);
/** One reference less, frees the last; NULL is fine. @since 0.1 */
KORCH_API void korch_string_unref(const char *string);
/** Replaces the block string in *slot by a copy of text (NULL: by nothing). Nothing changes on
 * KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_string_set(const char **slot, const char *text);
/** Replaces the block string in *slot by another reference to the block string given. @since 0.1 */
KORCH_API void korch_string_share(const char **slot, const char *string);
/** @} */

/** @name Structs and arrays
 * @{ */
/** A zeroed struct block with one reference, or NULL when memory is short. @since 0.1 */
KORCH_API void *korch_struct_new(const korch_type *type);
/** The table of a struct block or of an array block's structs; NULL for arrays of scalars. Not for
 * structs inside an array. @since 0.1 */
KORCH_API const korch_type *korch_block_type(const void *block);
/** One more reference to a struct, array or map block; returns its argument; NULL is fine. @since
 * 0.1 */
KORCH_API void *korch_block_ref(const void *block);
/** One reference less; the last frees the block and releases what it holds. NULL is fine. @since
 * 0.1 */
KORCH_API void korch_block_unref(const void *block);
/** 1 when the block has exactly one reference, so that its owner may change it. @since 0.1 */
KORCH_API int korch_block_is_unique(const void *block);
/**
 * Makes the struct in a member exclusively owned, so that it may be changed: creates it when NULL,
 * copies one level when it is shared. The struct that holds the member must be exclusively owned
 * itself.
 * @param slot address of the member (a pointer to a struct of type `type`).
 * @return the struct, or NULL when memory is short (nothing has changed then). @since 0.1
 */
KORCH_API void *korch_struct_edit(void *slot, const korch_type *type);
/** Replaces the block in a member (struct, map or array pointer) by another reference to `block`
 * (NULL: by nothing). @since 0.1 */
KORCH_API void korch_block_share(void *slot, const void *block);
/** As korch_block_share(), but takes over the caller's reference. @since 0.1 */
KORCH_API void korch_block_take(void *slot, void *block);
/**
 * Makes a list of structs exclusively owned with room for and a count of `n`: new entries are
 * zeroed, entries beyond n released, entries that stay keep their content.
 * @param slot address of the pointer member. @param n_slot the count beside it. @param type table
 * of the entries.
 * @return the array (NULL for n = 0 or when memory is short; then *n_slot tells which). @since 0.1
 */
KORCH_API void *korch_list_edit(void *slot, size_t *n_slot, const korch_type *type, size_t n);
/** As korch_list_edit() for a list of strings: slot is the address of a `const char **` member. New
 * entries are NULL. @since 0.1 */
KORCH_API const char **korch_string_list_edit(void *slot, size_t *n_slot, size_t n);
/** Releases what a struct holds and zeroes it, without freeing the struct itself (for entries of an
 * array). @since 0.1 */
KORCH_API void korch_struct_clear(void *self, const korch_type *type);
/** Makes *to (zeroed or cleared) hold the same as *from, sharing everything below. Both structs of
 * `type`. @since 0.1 */
KORCH_API void korch_struct_assign(void *to, const void *from, const korch_type *type);
/** 1 when two values of one type are equal: same fields, same unknown fields; a zero that was given
 * equals one that is absent, unless the row has POINTER. NULL equals an empty struct never, NULL
 * equals NULL. @since 0.1 */
KORCH_API int korch_struct_equal(const void *a, const void *b, const korch_type *type);
/** A number that is equal for equal values, the same on every machine (FNV-1a over the canonical
 * content). @since 0.1 */
KORCH_API uint64_t korch_struct_hash(const void *self, const korch_type *type);
/**
 * Marks the member at `offset` as given, so that its zero is written. @see KORCH_SET, KORCH_IS_SET.
 * @since 0.1
 */
KORCH_API void korch_field_mark(void *self, const korch_type *type, size_t offset, int is_set);
/** 1 when the member at `offset` was given or is not zero. @since 0.1 */
KORCH_API int korch_field_is_set(const void *self, const korch_type *type, size_t offset);
/** @} */

/** Assigns a scalar member and marks it as given: KORCH_SET(spec, korch_deployment_spec, replicas,
 * 0). */
#define KORCH_SET(self, struct_name, member, value)                                                \
	((self)->member = (value),                                                                     \
	 korch_field_mark((self), &struct_name##_type, offsetof(struct_name, member), 1))
/** Whether a scalar member was given (or is not zero). */
#define KORCH_IS_SET(self, struct_name, member)                                                    \
	korch_field_is_set((self), &struct_name##_type, offsetof(struct_name, member))

/** @name Maps
 * @{ */
/** The value of a key, or NULL. Borrowed. map may be NULL (empty). @since 0.1 */
KORCH_API const char *korch_map_get(const korch_map *map, const char *key);
/** Sets one key in the map of a member (value NULL: removes it); the map is replaced by a changed
 * copy that shares the strings. Creates the map when NULL. Nothing changes on KORCH_E_NOMEM. @since
 * 0.1 */
KORCH_API int korch_map_set(korch_map **slot, const char *key, const char *value);
/** A map block of n pairs (copied; sorted; of equal keys the last wins); NULL when memory is short.
 * @since 0.1 */
KORCH_API korch_map *korch_map_new(const korch_map_entry *pairs, size_t n);
/** 1 when both hold the same pairs; NULL counts as empty. @since 0.1 */
KORCH_API int korch_map_equal(const korch_map *a, const korch_map *b);
/** @} */

KORCH_END_DECLS

#endif
