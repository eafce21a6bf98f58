/* Rules of Nodes and Events. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include <korch/api.h>

void korch__node_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_node_spec *spec = self;
	for (size_t i = 1; i < spec->n_taints && i < 1024; i++) {
		const korch_taint *taint = &spec->taints[i];
		for (size_t j = 0; j < i; j++) {
			if (!korch__text_equal(taint->key, spec->taints[j].key) ||
			    !korch__text_equal(taint->effect, spec->taints[j].effect))
				continue;
			korch__problem_field(problems, path, AT("taints[%zu]", i), KORCH_PROBLEM_DUPLICATE,
			                     "{\"key\":\"%s\",\"effect\":\"%s\"}",
			                     korch__text_or_empty(taint->key),
			                     korch__text_or_empty(taint->effect));
			break;
		}
	}
}

void korch__event_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_event *event = self;
	const char *namespace_ =
	    event->object.metadata ? korch__text_or_empty(event->object.metadata->namespace_) : "";
	const char *about =
	    event->involved_object ? korch__text_or_empty(event->involved_object->namespace_) : "";
	if (*namespace_ && *about && !korch__text_equal(namespace_, about))
		korch__problem_field(problems, path, "involvedObject.namespace", KORCH_PROBLEM_INVALID,
		                     "\"%s\": does not match event.namespace", about);
}
