/*
 * Objects as YAML text. Reading YAML stands in manifest.h, JSON in codec.h.
 */
#ifndef KORCH_YAML_H
#define KORCH_YAML_H

#include <korch/codec.h>

KORCH_BEGIN_DECLS

/** @file yaml.h Writing YAML. */

/**
 * Writes an object as one YAML document without "---": block style as kubectl prints it,
 * apiVersion, kind and metadata first, the other fields in the order of their table. Reading it
 * again gives an equal object.
 * @param out the text, terminated, freed by the caller with free(). @param length its length
 * without the NUL; may be NULL.
 * @param object the object. @param flags KORCH_ENCODE_NO_MANAGED_FIELDS or 0.
 * @return 0, KORCH_E_INVALID for a NULL argument, KORCH_E_NOMEM. Any thread. @since 0.1
 */
KORCH_API int korch_object_to_yaml(char **out, size_t *length, const korch_object *object,
                                   uint32_t flags);

KORCH_END_DECLS

#endif
