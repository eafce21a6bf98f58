/* Controllers in the engine: how changes become requests, and requests plans. */
#include "engine/engine.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <string.h>

enum { WATCHES_MAX = 64, NAME_MAX_LENGTH = 63 };

struct korch_enqueue {
	korch_controller *controller;
	korch_usec now;
};

static void added(korch_controller *controller)
{
	korch__engine_kick(controller->engine);
	if (!controller->ready || !controller->ready_asked)
		return;
	controller->ready_asked = 0;
	korch_loop_post(controller->engine->loop, controller->ready, controller->ready_userdata);
}

void korch_enqueue_key(korch_enqueue *enqueue, const char *namespace_, const char *name)
{
	if (!enqueue || !name)
		return;
	korch__queue_add(&enqueue->controller->queue, korch__text_or_empty(namespace_), name, enqueue->now);
}

static int controller_is_interested(const korch_controller *controller, const korch_change *change)
{
	return !controller->spec.concerns ||
		   controller->spec.concerns(controller->spec.userdata, change->previous, change->type == KORCH_CHANGE_DELETED ? NULL : change->object);
}

static void enqueue_own(korch_controller *controller, const korch_object *object, korch_usec now)
{
	const korch_object_meta *meta = object->metadata;
	if (!meta || !meta->name)
		return;
	if (meta->namespace_)
		korch__queue_add_shared(&controller->queue, meta->namespace_, meta->name, now);
	else
		korch__queue_add(&controller->queue, "", meta->name, now);
}

/* The default map: the owner that controls the object, when it is of the controller's kind. */
static void enqueue_owner(korch_controller *controller, const korch_object *object, korch_usec now)
{
	const korch_owner_reference *owner = object ? korch_object_controller(object) : NULL;
	const korch_kind *kind = controller->spec.kind;
	if (!owner || !owner->name || !owner->kind || strcmp(owner->kind, kind->name) != 0)
		return;
	/* Versions may differ: the group counts. */
	size_t group = strlen(kind->group);
	const char *version = korch__text_or_empty(owner->api_version);
	int same_group = group ? strncmp(version, kind->group, group) == 0 && version[group] == '/' : strchr(version, '/') == NULL;
	if (!same_group)
		return;
	const char *namespace_ = kind->namespaced ? object->metadata->namespace_ : NULL;
	if (namespace_)
		korch__queue_add_shared(&controller->queue, namespace_, owner->name, now);
	else
		korch__queue_add(&controller->queue, "", owner->name, now);
}

static void see_watched(korch_controller *controller, const korch_controller_watch *watch, const korch_change *change, korch_usec now)
{
	const korch_object *object = change->type == KORCH_CHANGE_DELETED ? NULL : change->object;
	const korch_object *previous = change->previous ? change->previous : object ? NULL : change->object;
	if (watch->map) {
		korch_enqueue enqueue = {controller, now};
		watch->map(controller->spec.userdata, korch_engine_view(controller->engine), previous, object, &enqueue);
		return;
	}
	enqueue_owner(controller, previous, now);
	if (object && !(previous && previous->metadata && object->metadata &&
					previous->metadata->owner_references == object->metadata->owner_references))
		enqueue_owner(controller, object, now);
}

void korch__controller_see(korch_controller *controller, const korch_change *change)
{
	const korch_kind *kind = change->object->kind;
	korch_usec now = korch_loop_now(controller->engine->loop);
	size_t before = controller->queue.n_queued;
	int is_watched = kind == controller->spec.kind;
	for (size_t i = 0; i < controller->spec.n_watches && !is_watched; i++)
		is_watched = controller->spec.watches[i].kind == kind;
	if (!is_watched)
		return;
	if (controller->spec.observe)
		controller->spec.observe(controller->spec.userdata, korch_engine_view(controller->engine), change);
	if (kind == controller->spec.kind && controller_is_interested(controller, change))
		enqueue_own(controller, change->object, now);
	for (size_t i = 0; i < controller->spec.n_watches; i++)
		if (controller->spec.watches[i].kind == kind)
			see_watched(controller, &controller->spec.watches[i], change, now);
	if (controller->queue.n_queued != before || !controller->spec.reconcile)
		added(controller);
}

static int see_object(void *userdata, const korch_object *object)
{
	const korch_change change = {.type = KORCH_CHANGE_ADDED, .object = object, .revision = object->revision};
	korch__controller_see(userdata, &change);
	return 0;
}

static void see_kind(korch_controller *controller, const korch_kind *kind)
{
	const korch_view_query query = {.kind = kind};
	korch_view_each(korch_engine_view(controller->engine), &query, see_object, controller);
}

void korch__controller_see_everything(korch_controller *controller)
{
	see_kind(controller, controller->spec.kind);
	for (size_t i = 0; i < controller->spec.n_watches; i++) {
		int is_seen = controller->spec.watches[i].kind == controller->spec.kind;
		for (size_t j = 0; j < i && !is_seen; j++)
			is_seen = controller->spec.watches[j].kind == controller->spec.watches[i].kind;
		if (!is_seen)
			see_kind(controller, controller->spec.watches[i].kind);
	}
}

static int check_spec(const korch_controller_spec *spec, korch_error **err)
{
	if (!spec || spec->size < sizeof(*spec) || !spec->name || !*spec->name || !spec->kind)
		return korch_error_set(err, KORCH_E_INVALID, "a controller needs a name and a kind");
	if (strlen(spec->name) > NAME_MAX_LENGTH || spec->n_watches > WATCHES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "controller \"%s\": at most %d characters and %d watches", spec->name, NAME_MAX_LENGTH,
							   WATCHES_MAX);
	for (size_t i = 0; i < spec->n_watches; i++)
		if (!spec->watches || !spec->watches[i].kind)
			return korch_error_set(err, KORCH_E_INVALID, "controller \"%s\": a watch without a kind", spec->name);
	return 0;
}

static korch_controller *new_controller(korch_engine *engine, const korch_controller_spec *spec)
{
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
	controller->tokens = engine->options.rate_per_sec;
	controller->tokens_at = korch_loop_now(engine->loop);
	controller->ready_asked = 1;
	korch__queue_init(&controller->queue, &engine->random, engine->options.backoff_base_us, engine->options.backoff_max_us);
	return controller;
}

int korch_engine_add(korch_controller **out, korch_engine *engine, const korch_controller_spec *spec, korch_error **err)
{
	int code = engine ? check_spec(spec, err) : korch_error_set(err, KORCH_E_INVALID, "no engine given");
	korch_controller *controller = code == 0 ? new_controller(engine, spec) : NULL;
	if (code == 0 && !controller)
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (code < 0) {
		if (spec && spec->destroy)
			spec->destroy(spec->userdata);
		return code;
	}
	korch_controller **slot = &engine->controllers;
	while (*slot)
		slot = &(*slot)->next;
	*slot = controller;
	korch__controller_see_everything(controller);
	if (out)
		*out = controller;
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

/* A token for each request when the rate is limited; the bucket holds a second's worth. */
static int take_token(korch_controller *controller)
{
	uint32_t rate = controller->engine->options.rate_per_sec;
	if (!rate)
		return 1;
	korch_usec now = korch_loop_now(controller->engine->loop);
	controller->tokens += (double)(now - controller->tokens_at) * rate / (double)KORCH_USEC_PER_SEC;
	controller->tokens_at = now;
	if (controller->tokens > rate)
		controller->tokens = rate;
	if (controller->tokens < 1)
		return 0;
	controller->tokens -= 1;
	return 1;
}

static void reconcile(korch_controller *controller, korch_queue_item *item)
{
	korch_engine *engine = controller->engine;
	korch_plan *plan = korch__engine_plan_get(engine);
	const korch_request request = {.key = {controller->spec.kind, item->namespace_, item->name}, .attempt = item->failures};
	int code = KORCH_E_NOMEM;
	engine->stats.requests++;
	if (plan) {
		_cleanup_error_ korch_error *error = NULL;
		code = controller->spec.reconcile(controller->spec.userdata, korch_engine_view(engine), &request, plan, &error);
		if (code == 0)
			code = korch_plan_error(plan);
	}
	if (code == 0) {
		korch__commit_request(controller, item, plan);
		return;
	}
	engine->stats.failures++;
	korch__engine_plan_put(engine, plan);
	const korch_queue_outcome outcome = {.failed = 1, .now = korch_loop_now(engine->loop), .wake_at = KORCH_USEC_NEVER};
	korch__queue_finish(&controller->queue, item, &outcome);
}

size_t korch__controller_work(korch_controller *controller, size_t max)
{
	size_t n = 0;
	korch__queue_advance(&controller->queue, korch_loop_now(controller->engine->loop));
	if (!controller->spec.reconcile) {
		if (controller->queue.n_queued && controller->ready_asked)
			added(controller);
		return 0;
	}
	while (n < max && controller->queue.first && take_token(controller)) {
		korch_queue_item *item = korch__queue_take(&controller->queue, controller->engine->revision);
		if (!item)
			break;
		reconcile(controller, item);
		n++;
	}
	return n;
}

int korch__controller_has_work(const korch_controller *controller)
{
	if (!controller->spec.reconcile || !controller->queue.first)
		return 0;
	return !controller->engine->options.rate_per_sec || controller->tokens >= 1;
}

korch_usec korch__controller_due(const korch_controller *controller)
{
	korch_usec due = korch__queue_due(&controller->queue);
	uint32_t rate = controller->engine->options.rate_per_sec;
	if (rate && controller->spec.reconcile && controller->queue.first) {
		double missing = 1 - controller->tokens;
		korch_usec refill = controller->tokens_at + (missing > 0 ? (korch_usec)(missing * (double)KORCH_USEC_PER_SEC / rate) + 1 : 0);
		due = refill < due ? refill : due;
	}
	return due;
}

int korch_controller_next(korch_controller *controller, korch_request *out)
{
	if (!controller || !out || controller->spec.reconcile)
		return KORCH_E_INVALID;
	korch_queue_item *item = NULL;
	if (controller->engine->state == ENGINE_RUNNING && take_token(controller))
		item = korch__queue_take(&controller->queue, controller->engine->revision);
	if (!item) {
		controller->ready_asked = 1;
		return 0;
	}
	controller->engine->stats.requests++;
	*out = (korch_request){.key = {controller->spec.kind, item->namespace_, item->name}, .attempt = item->failures};
	return 1;
}

int korch_controller_finish(korch_controller *controller, const korch_request *request, korch_plan *plan, int code)
{
	korch_queue_item *item = NULL;
	if (controller && request && !controller->spec.reconcile)
		item = korch__queue_find(&controller->queue, request->key.namespace_, request->key.name);
	if (!item || !item->is_in_hand) {
		korch_plan_free(plan);
		return KORCH_E_INVALID;
	}
	if (code == 0 && plan)
		code = korch_plan_error(plan);
	if (code == 0 && plan) {
		korch__commit_request(controller, item, plan);
		return 0;
	}
	korch_plan_free(plan);
	if (code < 0)
		controller->engine->stats.failures++;
	const korch_queue_outcome outcome = {
		.failed = code < 0, .now = korch_loop_now(controller->engine->loop), .wake_at = KORCH_USEC_NEVER};
	korch__queue_finish(&controller->queue, item, &outcome);
	korch__engine_kick(controller->engine);
	return 0;
}

const korch_view *korch_controller_view(const korch_controller *controller)
{
	return korch_engine_view(controller->engine);
}

void korch_controller_on_ready(korch_controller *controller, korch_loop_fn fn, void *userdata)
{
	controller->ready = fn;
	controller->ready_userdata = userdata;
	if (fn && controller->queue.first)
		added(controller);
}

int korch_controller_request(korch_controller *controller, const char *namespace_, const char *name, korch_usec at_us)
{
	if (!controller || !name)
		return KORCH_E_INVALID;
	korch_usec now = korch_loop_now(controller->engine->loop);
	const char *space = korch__text_or_empty(namespace_);
	int code = at_us > now ? korch__queue_add_at(&controller->queue, space, name, at_us) : korch__queue_add(&controller->queue, space, name, now);
	added(controller);
	return code;
}
