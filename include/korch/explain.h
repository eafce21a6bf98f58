/*
 * What a kind and its fields mean, as text for people.
 */
#ifndef KORCH_EXPLAIN_H
#define KORCH_EXPLAIN_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file explain.h Explaining kinds and fields. */

/** Flags of korch_explain(). */
enum {
	KORCH_EXPLAIN_RECURSIVE = 1 << 0 /**< all fields below, names and types only */
};

/**
 * The text of `korch explain KIND[.path.to.field]`, in kubectl's layout.
 * @param out the text, freed by the caller with free().
 * @param what a kind as korch_kind_find() takes it, and perhaps a path: "deploy.spec.strategy";
 * indexes are ignored.
 * @return 0, KORCH_E_NOT_FOUND for an unknown kind or field (err names the one that may be meant),
 * KORCH_E_NOMEM. Any thread. @since 0.1
 */
KORCH_API int korch_explain(char **out, const char *what, uint32_t flags, korch_error **err);

KORCH_END_DECLS

#endif
