/* Labels of namespaces, which namespaceSelector looks at. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state/journal.h"
#include "scheduler/topology/matcher.h"
#include <string.h>

const sched_namespace *korch__namespace_get(const korch_scheduler *s, const char *name)
{
	return korch__table_get(&s->namespace_table, name);
}

int korch__namespace_put(korch_scheduler *s, const char *name, const korch_map *labels)
{
	sched_namespace *ns = korch__table_get(&s->namespace_table, name);
	if (ns && korch_map_equal(ns->labels, labels))
		return 0;
	if (!ns) {
		ns = korch__calloc(1, sizeof(*ns));
		if (!ns)
			return KORCH_E_NOMEM;
		ns->name = korch_string_new(name);
		if (!ns->name || korch__table_put(&s->namespace_table, ns) < 0) {
			korch_string_unref(ns->name);
			korch__free(ns);
			return KORCH_E_NOMEM;
		}
	}
	korch_block_share(&ns->labels, labels);
	return korch__matchers_namespace_changed(s, name);
}

int korch_scheduler_namespace_set(korch_scheduler *s, const char *name, const korch_map *labels,
                                  korch_error **err)
{
	if (!s || !name || !name[0])
		return korch_error_set(err, KORCH_E_INVALID, "a namespace without a name");
	const sched_namespace *old = korch__namespace_get(s, name);
	if (korch__journal_namespace(s, name, old ? old->labels : NULL) < 0 ||
	    korch__namespace_put(s, name, labels) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return 0;
}

void korch_scheduler_namespace_remove(korch_scheduler *s, const char *name)
{
	if (!s || !name || !korch__namespace_get(s, name))
		return;
	/* An entry without labels is as good as none; the few bytes stay. */
	korch_scheduler_namespace_set(s, name, NULL, NULL);
}
