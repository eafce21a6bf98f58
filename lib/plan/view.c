/* Views: the way from public calls, with their checks, into the implementation's table. */
#include "plan/view.h"
#include <korch/error.h>

korch_usec korch_view_now(const korch_view *view)
{
	return view ? view->ops->now(view) : 0;
}

uint64_t korch_view_revision(const korch_view *view)
{
	return view ? view->ops->revision(view) : 0;
}

const korch_object *korch_view_get(const korch_view *view, const korch_kind *kind,
                                   const char *namespace_, const char *name)
{
	if (!view || !kind || !name)
		return NULL;
	korch_key key = {kind, namespace_ ? namespace_ : "", name};
	return view->ops->get(view, &key);
}

const korch_object *korch_view_get_uid(const korch_view *view, const char *uid)
{
	return view && uid && *uid ? view->ops->get_uid(view, uid) : NULL;
}

int korch_view_each(const korch_view *view, const korch_view_query *query, korch_view_fn fn,
                    void *userdata)
{
	if (!view || !query || !query->kind || !fn)
		return KORCH_E_INVALID;
	return view->ops->each(view, query, fn, userdata);
}

size_t korch_view_count(const korch_view *view, const korch_view_query *query)
{
	return view && query && query->kind ? view->ops->count(view, query) : 0;
}
