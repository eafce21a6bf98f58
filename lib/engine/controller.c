/* Controllers at work: changes become requests, requests plans. Adding: add.c; pulling: pull.c. */
#include "engine/controller.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include <string.h>

enum { AGAIN_US = 100000 };

struct korch_enqueue {
	korch_controller *controller;
	korch_usec now;
};

/* Changes → requests */

/* A request that found no memory is made up for later, by asking for all keys. */
static void asked(korch_controller *controller, int code, korch_usec now)
{
	if (code < 0 && controller->again_at == KORCH_USEC_NEVER)
		controller->again_at = now + AGAIN_US;
}

void korch_enqueue_key(korch_enqueue *enqueue, const char *namespace_, const char *name)
{
	if (!enqueue || !name)
		return;
	korch_controller *controller = enqueue->controller;
	asked(
	    controller,
	    korch__queue_add(&controller->queue, korch__text_or_empty(namespace_), name, enqueue->now),
	    enqueue->now);
}

void korch_enqueue_key_at(korch_enqueue *enqueue, const char *namespace_, const char *name,
                          korch_usec at_us)
{
	if (!enqueue || !name || at_us == KORCH_USEC_NEVER)
		return;
	korch_controller *controller = enqueue->controller;
	korch_usec at = at_us > enqueue->now ? at_us : enqueue->now;
	asked(controller,
	      korch__queue_add_at(&controller->queue, korch__text_or_empty(namespace_), name, at,
	                          enqueue->now),
	      enqueue->now);
}

/* Strings are block strings; namespace_ may be NULL. */
static void ask(korch_controller *controller, const char *namespace_, const char *name,
                korch_usec now)
{
	asked(controller, korch__queue_add_shared(&controller->queue, namespace_, name, now), now);
}

static void ask_for_own(korch_controller *controller, const korch_change *change, korch_usec now)
{
	const korch_controller_spec *spec = &controller->spec;
	const korch_object_meta *meta = change->object->metadata;
	if (!meta || !meta->name)
		return;
	const korch_object *object = change->type == KORCH_CHANGE_DELETED ? NULL : change->object;
	if (!spec->concerns || spec->concerns(spec->userdata, change->previous, object))
		ask(controller, meta->namespace_, meta->name, now);
}

/* Versions may differ: the group counts. */
static int is_of_kind(const korch_owner_reference *owner, const korch_kind *kind)
{
	if (!owner->name || !owner->kind || strcmp(owner->kind, kind->name) != 0)
		return 0;
	const char *version = korch__text_or_empty(owner->api_version);
	size_t n = strlen(kind->group);
	return n ? strncmp(version, kind->group, n) == 0 && version[n] == '/' : !strchr(version, '/');
}

/* The default map: the owner that controls the object, when it is of the controller's kind. */
static void ask_for_owner(korch_controller *controller, const korch_object *object, korch_usec now)
{
	const korch_owner_reference *owner = object ? korch_object_controller(object) : NULL;
	const korch_kind *kind = controller->spec.kind;
	if (owner && is_of_kind(owner, kind))
		ask(controller, kind->namespaced ? object->metadata->namespace_ : NULL, owner->name, now);
}

static int has_same_owners(const korch_object *a, const korch_object *b)
{
	return a && b && a->metadata && b->metadata &&
	       a->metadata->owner_references == b->metadata->owner_references;
}

static void see_watched(korch_controller *controller, const korch_controller_watch *watch,
                        const korch_change *change, korch_usec now)
{
	int is_gone = change->type == KORCH_CHANGE_DELETED;
	const korch_object *object = is_gone ? NULL : change->object;
	const korch_object *previous = is_gone && !change->previous ? change->object : change->previous;
	if (watch->map) {
		korch_enqueue enqueue = {controller, now};
		const korch_view *view = korch_engine_view(controller->engine);
		watch->map(controller->spec.userdata, view, previous, object, &enqueue);
		return;
	}
	ask_for_owner(controller, previous, now);
	if (!has_same_owners(previous, object))
		ask_for_owner(controller, object, now);
}

static int is_watched(const korch_controller *controller, const korch_kind *kind)
{
	int found = kind == controller->spec.kind;
	for (size_t i = 0; i < controller->spec.n_watches && !found; i++)
		found = controller->watches[i].kind == kind;
	return found;
}

static void ask_for_change(korch_controller *controller, const korch_change *change)
{
	const korch_kind *kind = change->object->kind;
	korch_usec now = korch_loop_now(controller->engine->loop);
	if (kind == controller->spec.kind)
		ask_for_own(controller, change, now);
	for (size_t i = 0; i < controller->spec.n_watches; i++)
		if (controller->watches[i].kind == kind)
			see_watched(controller, &controller->watches[i], change, now);
}

void korch__controller_see(korch_controller *controller, const korch_change *change)
{
	const korch_controller_spec *spec = &controller->spec;
	if (!is_watched(controller, change->object->kind))
		return;
	if (spec->observe)
		spec->observe(spec->userdata, korch_engine_view(controller->engine), change);
	ask_for_change(controller, change);
	korch__engine_kick(controller->engine);
}

int korch__controller_expect(korch_controller *controller, const korch_object *object)
{
	const korch_object_meta *meta = object->metadata;
	if (object->kind != controller->spec.kind || !meta || !meta->name)
		return 0;
	return korch__queue_expect(&controller->queue, meta->namespace_, meta->name);
}

void korch__controller_unexpect(korch_controller *controller, const korch_object *object)
{
	const korch_object_meta *meta = object->metadata;
	if (object->kind == controller->spec.kind && meta && meta->name)
		korch__queue_unexpect(&controller->queue, meta->namespace_, meta->name);
}

static int see_object(void *userdata, const korch_object *object)
{
	const korch_change change = {
	    .type = KORCH_CHANGE_ADDED, .object = object, .revision = object->revision};
	korch__controller_see(userdata, &change);
	return 0;
}

static int ask_for_object(void *userdata, const korch_object *object)
{
	const korch_change change = {
	    .type = KORCH_CHANGE_ADDED, .object = object, .revision = object->revision};
	ask_for_change(userdata, &change);
	return 0;
}

static void each_object(korch_controller *controller, korch_view_fn fn)
{
	const korch_view *view = korch_engine_view(controller->engine);
	const korch_controller_spec *spec = &controller->spec;
	korch_view_query query = {.kind = spec->kind};
	korch_view_each(view, &query, fn, controller);
	for (size_t i = 0; i < spec->n_watches; i++) {
		query.kind = controller->watches[i].kind;
		int is_seen = query.kind == spec->kind;
		for (size_t j = 0; j < i && !is_seen; j++)
			is_seen = controller->watches[j].kind == query.kind;
		if (!is_seen)
			korch_view_each(view, &query, fn, controller);
	}
}

void korch__controller_see_everything(korch_controller *controller)
{
	each_object(controller, see_object);
}

static void ask_again(korch_controller *controller, korch_usec now)
{
	if (controller->again_at > now)
		return;
	controller->again_at = KORCH_USEC_NEVER;
	each_object(controller, ask_for_object);
}

/* Rate */

int korch__controller_take_token(korch_controller *controller)
{
	double rate = controller->engine->options.rate_per_sec;
	if (rate == 0)
		return 1;
	korch_usec now = korch_loop_now(controller->engine->loop);
	double since = (double)(now - controller->tokens_at) / (double)KORCH_USEC_PER_SEC;
	controller->tokens += since * rate;
	controller->tokens_at = now;
	if (controller->tokens > rate)
		controller->tokens = rate; /* the bucket holds a second's worth */
	if (controller->tokens < 1)
		return 0;
	controller->tokens -= 1;
	return 1;
}

korch_usec korch__controller_token_due(const korch_controller *controller)
{
	double rate = controller->engine->options.rate_per_sec;
	double missing = 1 - controller->tokens;
	if (rate == 0 || missing <= 0)
		return 0;
	return controller->tokens_at + (korch_usec)(missing * (double)KORCH_USEC_PER_SEC / rate) + 1;
}

/* Requests → plans */

static void reconcile(korch_controller *controller, korch_queue_item *item)
{
	const korch_controller_spec *spec = &controller->spec;
	korch_engine *engine = controller->engine;
	korch_plan *plan = korch__engine_plan_get(engine);
	const korch_request request = {
	    .key = {spec->kind, item->namespace_, item->name},
	    .attempt = item->failures,
	    .steps_max = (uint32_t)korch__term_writes_max(engine),
	};
	_cleanup_error_ korch_error *error = NULL;
	int code = KORCH_E_NOMEM;
	engine->stats.requests++;
	if (plan)
		code = spec->reconcile(spec->userdata, korch_engine_view(engine), &request, plan, &error);
	if (plan && code == 0)
		code = korch_plan_error(plan);
	if (code == 0) {
		korch__commit_request(controller, item, plan);
		return;
	}
	korch__log(KORCH_LOG_WARNING, "engine", "%s: %s/%s: %s", controller->name, item->namespace_,
	           item->name, error ? korch_error_message(error) : korch_code_text(code));
	engine->stats.failures++;
	korch__engine_plan_put(engine, plan);
	korch__controller_finish(controller, item, code, NULL, 0);
}

size_t korch__controller_work(korch_controller *controller, size_t max)
{
	const korch_engine *engine = controller->engine;
	size_t n = 0;
	korch_usec now = korch_loop_now(engine->loop);
	ask_again(controller, now);
	korch__queue_advance(&controller->queue, now);
	if (!controller->spec.reconcile)
		return 0;
	while (n < max && korch__term_may_act(engine) && korch__queue_has(&controller->queue) &&
	       korch__controller_take_token(controller)) {
		korch_queue_item *item = korch__queue_take(&controller->queue);
		if (!item) {
			controller->tokens += 1; /* they all wait for the cache */
			break;
		}
		reconcile(controller, item);
		n++;
	}
	return n;
}

/* Time after which a key is asked for again without a change. */
static korch_usec resync_at(const korch_controller *controller, const korch_queue_item *item,
                            korch_usec now)
{
	const korch_controller_spec *spec = &controller->spec;
	if (spec->resync_us <= 0)
		return KORCH_USEC_NEVER;
	const korch_view *view = korch_engine_view(controller->engine);
	if (!korch_view_get(view, spec->kind, item->namespace_, item->name))
		return KORCH_USEC_NEVER;
	return spec->resync_us < KORCH_USEC_NEVER - now ? now + spec->resync_us : KORCH_USEC_NEVER;
}

void korch__controller_finish(korch_controller *controller, korch_queue_item *item, int code,
                              const korch_plan *plan, uint64_t revision)
{
	korch_queue_outcome outcome = {
	    .failed = code < 0,
	    .now = korch_loop_now(controller->engine->loop),
	    .wake_at = KORCH_USEC_NEVER,
	    .min_revision = revision,
	};
	if (code == 0) {
		outcome.wake_at = resync_at(controller, item, outcome.now);
		korch_usec wake = plan ? korch_plan_wake(plan) : KORCH_USEC_NEVER;
		outcome.wake_at = wake < outcome.wake_at ? wake : outcome.wake_at;
		outcome.quiet_until = plan ? korch_plan_quiet(plan) : 0;
	}
	korch__queue_finish(&controller->queue, item, &outcome);
	korch__engine_kick(controller->engine);
}

korch_usec korch__controller_due(const korch_controller *controller)
{
	korch_usec due = korch__queue_due(&controller->queue);
	if (controller->again_at < due)
		due = controller->again_at;
	if (korch__queue_has(&controller->queue) &&
	    (controller->spec.reconcile || korch__pull_is_wanted(controller))) {
		korch_usec token = korch__controller_token_due(controller);
		due = token < due ? token : due;
	}
	return due;
}
