/*
 * Objects from and to JSON text. YAML and files stand in manifest.h.
 */
#ifndef KORCH_CODEC_H
#define KORCH_CODEC_H

#include <korch/object.h>
#include <korch/problems.h>

KORCH_BEGIN_DECLS

/** @file codec.h Decoding and encoding of objects. */

/** How to decode. A zeroed struct means the defaults; NULL where one is asked for does too. */
typedef struct korch_decode_options {
	uint32_t size;     /**< sizeof(korch_decode_options), or 0 */
	int32_t strict;    /**< 1: unknown fields and duplicate keys are errors, otherwise warnings */
	size_t max_bytes;  /**< longest text, in bytes; 0 = 64 MiB */
	int32_t max_depth; /**< deepest nesting, 1 to 2000; 0 = 200 */
	int32_t line;      /**< line of the text's first line in the file, from 1; 0 = 1 */
	const char *file;  /**< name for messages, or NULL */
	int32_t stored;   /**< 1: text that korch_object_to_json() wrote for a store. Then the object is
	                     as it was before: "" of a text that is always written is none, and what
	                     becomes zero later is not written for having been given (but where
	                     Kubernetes tells a zero from nothing) */
	int32_t reserved; /**< 0 */
} korch_decode_options;

/** Flags of korch_object_to_json(). */
enum {
	KORCH_ENCODE_PRETTY = 1 << 0,           /**< several lines, two spaces an indent */
	KORCH_ENCODE_NO_MANAGED_FIELDS = 1 << 1 /**< without metadata.managedFields */
};

/**
 * Reads one object from JSON text. Fields that are unknown are kept, and reported as warnings.
 * @param out the object, owned by the caller.
 * @param text,length the text; need not be terminated.
 * @param options NULL for the defaults.
 * @param problems where errors and warnings go, with path, file and line; may be NULL.
 * @return 0, KORCH_E_PARSE (not JSON), KORCH_E_INVALID (wrong types, no apiVersion or kind; err
 * tells the first, problems all), KORCH_E_LIMIT, KORCH_E_NOMEM. Any thread. @since 0.1
 */
KORCH_API int korch_object_from_json(korch_object **out, const char *text, size_t length,
                                     const korch_decode_options *options, korch_problems *problems,
                                     korch_error **err);
/**
 * Writes an object as JSON text: apiVersion, kind, metadata, then the fields in the order of the
 * table, unknown ones last. metadata.resourceVersion is the object's revision when that is not 0.
 * @param out the text, terminated, freed by the caller with free(). @param length its length
 * without the NUL; may be NULL.
 * @param flags KORCH_ENCODE_*.
 * @return 0 or KORCH_E_NOMEM. Any thread. @since 0.1
 */
KORCH_API int korch_object_to_json(char **out, size_t *length, const korch_object *object,
                                   uint32_t flags);
/**
 * Reads a struct of the model (a pod template, a selector …) from JSON text.
 * @param out the struct, owned by the caller (korch_block_unref()).
 * @return as korch_object_from_json(). @since 0.1
 */
KORCH_API int korch_struct_from_json(void **out, const korch_type *type, const char *text,
                                     korch_problems *problems, korch_error **err);
/** Writes a struct of the model as compact JSON text, freed by the caller with free(). @return 0 or
 * KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_struct_to_json(char **out, const void *self, const korch_type *type);

KORCH_END_DECLS

#endif
