/* Adding controllers to an engine, and removing them with it. */
#include "engine/controller.h"

#include <string.h>

enum { WATCHES_MAX = 64, NAME_MAX_LENGTH = 63 };

static int check_spec(const korch_controller_spec *spec, korch_error **err)
{
	if (!spec || spec->size < sizeof(*spec) || !spec->name || !*spec->name || !spec->kind)
		return korch_error_set(err, KORCH_E_INVALID, "a controller needs a name and a kind");
	if (strlen(spec->name) > NAME_MAX_LENGTH || spec->n_watches > WATCHES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT,
		                       "controller \"%.64s\": at most %d characters and %d watches",
		                       spec->name, NAME_MAX_LENGTH, WATCHES_MAX);
	for (size_t i = 0; i < spec->n_watches; i++)
		if (!spec->watches || !spec->watches[i].kind)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "controller \"%s\": a watch without a kind", spec->name);
	return 0;
}

/* The queue asks for a key by the state that the cache has. */
static int32_t priority_of(void *userdata, const char *namespace_, const char *name)
{
	const korch_controller *controller = userdata;
	const korch_controller_spec *spec = &controller->spec;
	return spec->priority(spec->userdata, korch_view_get(korch_engine_view(controller->engine),
	                                                     spec->kind, namespace_, name));
}

static korch_controller *new_controller(korch_engine *engine, const korch_controller_spec *spec)
{
	const korch_engine_options *options = &engine->options;
	korch_controller *controller = korch__calloc(1, sizeof(*controller));
	if (!controller)
		return NULL;
	controller->engine = engine;
	controller->spec = *spec;
	controller->name = korch__strdup(spec->name);
	controller->watches = korch__calloc(spec->n_watches + 1, sizeof(*controller->watches));
	if (!controller->name || !controller->watches) {
		korch__free(controller->name);
		korch__free(controller->watches);
		korch__free(controller);
		return NULL;
	}
	if (spec->n_watches)
		memcpy(controller->watches, spec->watches, spec->n_watches * sizeof(*spec->watches));
	controller->spec.name = controller->name;
	controller->spec.watches = controller->watches;
	controller->tokens = options->rate_per_sec;
	controller->tokens_at = korch_loop_now(engine->loop);
	controller->since = engine->stats.changes;
	controller->again_at = KORCH_USEC_NEVER;
	controller->is_asked = 1;
	korch__queue_init(&controller->queue, &engine->random, options->backoff_base_us,
	                  options->backoff_max_us);
	if (spec->priority) {
		controller->queue.priority = priority_of;
		controller->queue.priority_userdata = controller;
	}
	korch__queue_reach(&controller->queue, engine->revision);
	return controller;
}

int korch_engine_add(korch_controller **out, korch_engine *engine,
                     const korch_controller_spec *spec, korch_error **err)
{
	int code =
	    engine ? check_spec(spec, err) : korch_error_set(err, KORCH_E_INVALID, "no engine given");
	korch_controller *controller = engine && code == 0 ? new_controller(engine, spec) : NULL;
	if (code == 0 && !controller)
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (!controller) {
		if (spec && spec->destroy)
			spec->destroy(spec->userdata);
		return code;
	}
	korch_controller **slot = &engine->controllers;
	while (*slot)
		slot = &(*slot)->next;
	*slot = controller;
	engine->n_controllers++;
	if (out)
		*out = controller;
	korch__controller_see_everything(controller);
	return 0;
}

void korch__controller_free(korch_controller *controller)
{
	korch__queue_fini(&controller->queue);
	if (controller->spec.destroy)
		controller->spec.destroy(controller->spec.userdata);
	korch__free(controller->name);
	korch__free(controller->watches);
	korch__free(controller);
}
