/* Labels of namespaces, which namespaceSelector looks at. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state/journal.h"
#include "scheduler/topology/matcher.h"
#include <string.h>

static void free_namespace(sched_namespace *ns)
{
	korch_string_unref(ns->name);
	korch_block_unref(ns->labels);
	korch__free(ns);
}

void korch__namespaces_free(korch_scheduler *s)
{
	sched_namespace *ns;
	for (size_t at = 0; (ns = korch__table_next(&s->namespace_table, &at));)
		free_namespace(ns);
	korch__table_fini(&s->namespace_table);
}

const sched_namespace *korch__namespace_get(const korch_scheduler *s, const char *name)
{
	return korch__table_get(&s->namespace_table, name);
}

int korch__namespace_put(korch_scheduler *s, sched_namespace *ns, const korch_map *labels)
{
	if (korch_map_equal(ns->labels, labels))
		return 0;
	const korch_map *before = ns->labels;
	ns->labels = (korch_map *)(uintptr_t)korch_block_ref(labels);
	int code = korch__matchers_namespace_changed(s, ns->name);
	if (code < 0) {
		korch_block_unref(ns->labels);
		ns->labels = (korch_map *)(uintptr_t)before;
	} else {
		korch_block_unref(before);
	}
	return code;
}

static sched_namespace *make(korch_scheduler *s, const char *name)
{
	sched_namespace *ns = korch__calloc(1, sizeof(*ns));
	if (!ns)
		return NULL;
	ns->name = korch_string_new(name);
	if (!ns->name || korch__table_put(&s->namespace_table, ns) < 0) {
		korch_string_unref(ns->name);
		korch__free(ns);
		return NULL;
	}
	return ns;
}

int korch_scheduler_namespace_set(korch_scheduler *s, const char *name, const korch_map *labels,
                                  korch_error **err)
{
	if (!s || !name || !name[0])
		return korch_error_set(err, KORCH_E_INVALID, "a namespace without a name");
	sched_namespace *ns = korch__table_get(&s->namespace_table, name);
	if (korch__journal_reserve(s, 1) < 0 || (!ns && !(ns = make(s, name))))
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	const korch_map *before = korch_block_ref(ns->labels);
	if (korch__namespace_put(s, ns, labels) < 0) {
		korch_block_unref(before);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	korch__journal_note(
	    s, (sched_entry){.op = OP_NAMESPACE, .who = ns, .what = (void *)(uintptr_t)before});
	return 0;
}

void korch_scheduler_namespace_remove(korch_scheduler *s, const char *name)
{
	const sched_namespace *ns = s && name ? korch__namespace_get(s, name) : NULL;
	if (!ns || korch_scheduler_namespace_set(s, name, NULL, NULL) < 0 || s->journal)
		return;
	/* One without labels is as good as none, which a trial that may have to bring it back keeps. */
	free_namespace(korch__table_remove(&s->namespace_table, name));
}
