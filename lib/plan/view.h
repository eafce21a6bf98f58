/*
 * Inside of views: the table of functions behind a korch_view. The cache is one implementation; the
 * engine may put another in front of it.
 */
#ifndef KORCH_PLAN_VIEW_H
#define KORCH_PLAN_VIEW_H

#include <korch/view.h>

/* Functions of a view; every slot is required. Arguments have been checked. */
typedef struct korch_view_ops {
	korch_usec (*now)(const korch_view *view);
	uint64_t (*revision)(const korch_view *view);
	const korch_object *(*get)(const korch_view *view, const korch_key *key);
	const korch_object *(*get_uid)(const korch_view *view, const char *uid);
	int (*each)(const korch_view *view, const korch_view_query *query, korch_view_fn fn,
	            void *userdata);
	size_t (*count)(const korch_view *view, const korch_view_query *query);
} korch_view_ops;

/* The head of every view. */
struct korch_view {
	const korch_view_ops *ops;
};

#endif
