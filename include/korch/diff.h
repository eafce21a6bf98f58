/*
 * What changed between two objects, leaf by leaf: for logs and for people.
 */
#ifndef KORCH_DIFF_H
#define KORCH_DIFF_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file diff.h Differences between objects. */

/** One leaf that differs. The strings belong to the list. */
typedef struct korch_change {
	const char *path; /**< "spec.template.spec.containers[0].image"; indexes are those of the new
	                     object, of the old one for what went */
	const char *old_value; /**< compact JSON text, NULL when the field was absent */
	const char *new_value; /**< compact JSON text, NULL when the field is absent now */
} korch_change;

/** A list of changes. */
typedef struct korch_diff korch_diff;

/**
 * Compares two objects of one kind; resourceVersion and managedFields are left out. Entries of
 * lists are paired by their merge key.
 * @param old NULL: all of object is new. @param object NULL: all of old went.
 * @param max how many changes are kept at most; 0 = 1000.
 * @return 0 (also when nothing changed), KORCH_E_INVALID for two kinds or no object at all,
 * KORCH_E_NOMEM. The caller owns *out. Any thread. @since 0.1
 */
KORCH_API int korch_object_diff(korch_diff **out, const korch_object *old,
                                const korch_object *object, size_t max);
/** How many changes are in the list; 0 for NULL. @since 0.1 */
KORCH_API size_t korch_diff_count(const korch_diff *diff);
/** The i-th change in the order of the tables, NULL behind the last. Borrowed. @since 0.1 */
KORCH_API const korch_change *korch_diff_at(const korch_diff *diff, size_t i);
/** Frees a list; NULL is fine. @since 0.1 */
KORCH_API void korch_diff_free(korch_diff *diff);
/** All changes as one line, `spec.replicas: 2 → 3, …`, cut at max_bytes. Freed by the caller with
 * free(); NULL when memory is short. @since 0.1 */
KORCH_API char *korch_diff_format(const korch_diff *diff, size_t max_bytes);

KORCH_END_DECLS

#endif
