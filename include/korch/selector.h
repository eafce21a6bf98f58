/*
 * Selectors: label selectors from structs and from text, field selectors. What they select from is
 * the caller's.
 */
#ifndef KORCH_SELECTOR_H
#define KORCH_SELECTOR_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file selector.h Label selectors and field selectors. */

/** A compiled label selector; immutable, any thread may match with it. */
typedef struct korch_selector korch_selector;

/**
 * Compiles a LabelSelector struct: all matchLabels and matchExpressions must hold. NULL selects
 * nothing, an empty one everything.
 * @return 0, KORCH_E_INVALID (bad operator, key or value; sentence and path as Kubernetes has
 * them), KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_selector_new(korch_selector **out, const korch_label_selector *selector,
                                 korch_error **err);
/** A selector that asks for each pair of a map to be there (a Service's selector). NULL and an
 * empty map select everything. @since 0.1 */
KORCH_API int korch_selector_from_map(korch_selector **out, const korch_map *map,
                                      korch_error **err);
/**
 * Reads Kubernetes' text form: "a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<5". "" selects
 * everything.
 * @return 0, KORCH_E_PARSE with Kubernetes' sentence, KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_selector_parse(korch_selector **out, const char *text, korch_error **err);
/** Frees it; NULL is fine. @since 0.1 */
KORCH_API void korch_selector_free(korch_selector *selector);
/** 1 when the labels (NULL = none) are selected. selector NULL selects everything. @since 0.1 */
KORCH_API int korch_selector_matches(const korch_selector *selector, const korch_map *labels);
/** 1 when it selects everything. @since 0.1 */
KORCH_API int korch_selector_is_everything(const korch_selector *selector);
/** The canonical text: requirements sorted by key, values sorted. The caller frees it with free();
 * NULL when memory is short. @since 0.1 */
KORCH_API char *korch_selector_format(const korch_selector *selector);

/** A compiled field selector. */
typedef struct korch_field_selector korch_field_selector;

/** Reads "metadata.name=x,spec.nodeName!=y" ("==" too; "\\", "," and "=" in values escaped by
 * "\\"). @return 0, KORCH_E_PARSE, KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_field_selector_parse(korch_field_selector **out, const char *text,
                                         korch_error **err);
/** Frees it; NULL is fine. @since 0.1 */
KORCH_API void korch_field_selector_free(korch_field_selector *selector);
/** 1 when the object is selected; a field that is not there counts as "". NULL selects everything.
 * @since 0.1 */
KORCH_API int korch_field_selector_matches(const korch_field_selector *selector,
                                           const korch_object *object);
/** The value that the selector asks a path to be equal to, or NULL. Borrowed. (For indexes:
 * "metadata.name", "spec.nodeName".) @since 0.1 */
KORCH_API const char *korch_field_selector_value(const korch_field_selector *selector,
                                                 const char *path);

KORCH_END_DECLS

#endif
