/* Which revision to go back to, as `kubectl rollout undo` chooses it. One call, no decider. */
#include "base/cleanup.h"
#include "control/gather.h"
#include "control/history/history.h"

typedef struct revisions {
	korch__objects all;
} revisions;

static void revisions_fini(revisions *r)
{
	korch__vec_fini(&r->all);
}

/* Of that number; the second newest for 0. */
static const korch_controller_revision *choose(const revisions *r, int64_t wanted)
{
	const korch_controller_revision *newest = NULL, *found = NULL;
	for (size_t i = 0; i < r->all.n; i++) {
		const korch_controller_revision *at = (const korch_controller_revision *)r->all.items[i];
		if (korch__is_deleting(&at->object))
			continue;
		if (wanted != 0) {
			found = at->revision == wanted ? at : found;
		} else if (!newest || at->revision > newest->revision) {
			found = newest;
			newest = at;
		} else if (!found || at->revision > found->revision) {
			found = at;
		}
	}
	return found;
}

int korch__history_undo(korch_pod_template_spec **out, const korch_view *view,
                        const korch_object *owner, int64_t revision, korch_error **err)
{
	_cleanup_(revisions_fini) revisions r = {0};
	if (revision < 0)
		return korch_error_set(err, KORCH_E_INVALID, "revision %lld is not a revision",
		                       (long long)revision);
	if (korch__gather_revisions(&r.all, view, owner, NULL) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	const korch_controller_revision *found = choose(&r, revision);
	if (!found && revision == 0)
		return korch_error_set(err, KORCH_E_NOT_FOUND, "no rollout history found for %s \"%s\"",
		                       owner->kind->singular, korch_object_name(owner));
	if (!found)
		return korch_error_set(err, KORCH_E_NOT_FOUND,
		                       "unable to find specified revision %lld in history",
		                       (long long)revision);
	const korch__history history = {.owner = owner,
	                                .revisions =
	                                    (const korch_controller_revision *const *)r.all.items,
	                                .n = r.all.n};
	int code = korch__history_template(out, &history, korch_object_name(&found->object));
	return code < 0 ? korch_error_set(err, code, "revision \"%s\" holds no template",
	                                  korch_object_name(&found->object))
	                : 0;
}
