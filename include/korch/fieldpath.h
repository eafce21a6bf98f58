/*
 * Values of objects by path: "spec.containers[0].image", "metadata.labels['example.com/role']".
 */
#ifndef KORCH_FIELDPATH_H
#define KORCH_FIELDPATH_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file fieldpath.h Looking up fields by path. */

/**
 * The value at a path as compact JSON text.
 * @param path names joined by dots; "[0]" an item of a list; "[key]", "['key']" or "[\"key\"]" a
 * key of a map; "" the object.
 * @param out the text, freed by the caller with free().
 * @return 0, KORCH_E_NOT_FOUND when the field is not set, KORCH_E_INVALID when the path is
 * malformed or the kind has no such field (err names the one that may be meant), KORCH_E_NOMEM. Any
 * thread. @since 0.1
 */
KORCH_API int korch_object_get_json(char **out, const korch_object *object, const char *path,
                                    korch_error **err);
/**
 * The value at a path as plain text, as the downward API gives it: strings without quotes, maps as
 * lines key="value", other values as JSON. @return as korch_object_get_json(). @since 0.1
 */
KORCH_API int korch_object_get_text(char **out, const korch_object *object, const char *path,
                                    korch_error **err);

KORCH_END_DECLS

#endif
