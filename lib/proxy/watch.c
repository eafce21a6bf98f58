/*
 * The proxy and the engine: changes of Services and EndpointSlices are collected, and applied once
 * in the next round of the loop; trouble with listening becomes events. Nothing of how it is
 * balanced.
 */
#include "base/log.h"
#include "proxy/internal.h"

#include <string.h>

static const char SERVICE_LABEL[] = "kubernetes.io/service-name";
static const korch_usec RETRY_US = KORCH_USEC_PER_SEC;

typedef KORCH_VEC(const korch_endpoint_slice *) slice_vec;

/* A Service that has to be looked at. */
typedef struct dirty {
	char *namespace_, *name;
} dirty;

/* Lives until the engine goes, as observing has no other end. */
typedef struct observer {
	korch_proxy *proxy; /* NULL when it has been freed */
	korch_engine *engine;
	korch_timer *timer;  /* the next pass */
	korch_btree changed; /* of dirty */
	int all_changed;     /* at the beginning, or when memory was short */
} observer;

static int compare(const void *a, const void *b, void *context)
{
	const dirty *left = a, *right = b;
	int order = strcmp(left->namespace_, right->namespace_);
	return order ? order : strcmp(left->name, right->name);
}

static const korch_btree_ops changed_ops = {.compare = compare};

static void dirty_free(dirty *d)
{
	korch__free(d->namespace_);
	korch__free(d->name);
	korch__free(d);
}

static int dirty_add(observer *o, const char *namespace_, const char *name)
{
	dirty key = {(char *)namespace_, (char *)name};
	if (o->all_changed || korch__btree_find(&o->changed, &key))
		return 0;
	dirty *d = korch__calloc(1, sizeof(*d));
	if (!d)
		return KORCH_E_NOMEM;
	d->namespace_ = korch__strdup(namespace_);
	d->name = korch__strdup(name);
	if (!d->namespace_ || !d->name || korch__btree_insert(&o->changed, d) < 0) {
		dirty_free(d);
		return KORCH_E_NOMEM;
	}
	return 0;
}

static void dirty_clear(observer *o)
{
	for (dirty *d; (d = korch__btree_first(&o->changed));) {
		korch__btree_remove(&o->changed, d);
		dirty_free(d);
	}
}

static const char *service_of(const korch_object *slice)
{
	return slice && slice->metadata ? korch_map_get(slice->metadata->labels, SERVICE_LABEL) : NULL;
}

static void mark(observer *o, const char *namespace_, const char *name)
{
	if (!name)
		return;
	if (dirty_add(o, namespace_, name) < 0)
		o->all_changed = 1;
	korch_timer_set(o->timer, korch__proxy_now(o->proxy));
}

typedef struct marking {
	observer *observer;
	const char *namespace_, *name;
} marking;

static int mark_root(void *entry, void *userdata)
{
	const korch_proxy_sharing *sharing = entry;
	const marking *m = userdata;
	for (size_t i = 0; !strcmp(sharing->namespace_, m->namespace_) && i < sharing->n_services; i++)
		if (!strcmp(sharing->services[i], m->name))
			mark(m->observer, sharing->namespace_, sharing->name);
	return 0;
}

/* The endpoints of a Service have changed: it concerns also those that share with it. */
static void mark_slice(observer *o, const char *namespace_, const char *name)
{
	marking m = {o, namespace_, name};
	if (!name)
		return;
	mark(o, namespace_, name);
	korch__btree_each_from(&o->proxy->sharings, NULL, mark_root, &m);
}

static void on_change(void *userdata, const korch_change *change)
{
	observer *o = userdata;
	const korch_object *object = change->object;
	if (!o->proxy)
		return;
	const char *namespace_ = korch_object_namespace(object);
	if (object->kind == &korch_service_kind) {
		mark(o, namespace_, korch_object_name(object));
	} else if (object->kind == &korch_endpoint_slice_kind) {
		mark_slice(o, namespace_, service_of(object));
		mark_slice(o, namespace_, service_of(change->previous)); /* it may have been another's */
	}
}

/* One pass */

typedef struct gathering {
	const char *name;
	const korch_proxy_sharing *sharing; /* NULL: none */
	slice_vec slices;
} gathering;

static int counts(const gathering *g, const char *service)
{
	if (!strcmp(service, g->name))
		return 1;
	for (size_t i = 0; g->sharing && i < g->sharing->n_services; i++)
		if (!strcmp(service, g->sharing->services[i]))
			return 1;
	return 0;
}

static int gather(void *userdata, const korch_object *object)
{
	gathering *g = userdata;
	const char *service = service_of(object);
	if (!service || !counts(g, service))
		return 0;
	return korch__vec_push(&g->slices, (const korch_endpoint_slice *)object);
}

static int apply_service(void *userdata, const korch_object *service)
{
	observer *o = userdata;
	korch_view_query query = {.kind = &korch_endpoint_slice_kind,
	                          .namespace_ = korch_object_namespace(service)};
	gathering g = {.name = korch_object_name(service),
	               .sharing =
	                   korch__sharing_find(o->proxy, query.namespace_, korch_object_name(service))};
	int r = korch_view_each(korch_engine_view(o->engine), &query, gather, &g);
	if (r == 0)
		r = korch__proxy_set_service(o->proxy, (const korch_service *)service, g.slices.items,
		                             g.slices.n);
	korch__vec_fini(&g.slices);
	return r == KORCH_E_NOMEM ? r : 0; /* a limit has been reported, and will not go by itself */
}

/* At once, for a route that has changed. */
static int refresh(void *userdata, const char *namespace_, const char *name)
{
	observer *o = userdata;
	const korch_object *service =
	    korch_view_get(korch_engine_view(o->engine), &korch_service_kind, namespace_, name);
	return service ? apply_service(o, service) : KORCH_E_NOT_FOUND;
}

const char *korch__proxy_revision_of(const korch_view *view, const char *namespace_,
                                     const korch_endpoint *endpoint)
{
	const korch_object_reference *target = endpoint->target_ref;
	if (!target || !target->name)
		return NULL;
	const korch_object *pod = korch_view_get(view, &korch_pod_kind, namespace_, target->name);
	const korch_map *labels = pod && pod->metadata ? pod->metadata->labels : NULL;
	const char *hash = korch_map_get(labels, "rollouts-pod-template-hash");
	return hash ? hash : korch_map_get(labels, "pod-template-hash");
}

static const char *revision_of(void *userdata, const char *namespace_,
                               const korch_endpoint *endpoint)
{
	const observer *o = userdata;
	return korch__proxy_revision_of(korch_engine_view(o->engine), namespace_, endpoint);
}

static int apply_dirty(void *entry, void *userdata)
{
	const dirty *d = entry;
	observer *o = userdata;
	const korch_object *service =
	    korch_view_get(korch_engine_view(o->engine), &korch_service_kind, d->namespace_, d->name);
	if (service)
		return apply_service(o, service);
	korch__proxy_remove_service(o->proxy, d->namespace_, d->name);
	return 0;
}

static int apply_all(observer *o)
{
	const korch_view *view = korch_engine_view(o->engine);
	const korch_btree *services = &o->proxy->services;
	korch_view_query query = {.kind = &korch_service_kind};
	korch_proxy_service *next;
	for (korch_proxy_service *s = korch__btree_first(services); s; s = next) {
		next = korch__btree_after(services, s);
		if (!korch_view_get(view, &korch_service_kind, s->namespace_, s->name))
			korch__proxy_remove_service(o->proxy, s->namespace_, s->name);
	}
	return korch_view_each(view, &query, apply_service, o);
}

static void on_pass(void *userdata)
{
	observer *o = userdata;
	int r =
	    o->all_changed ? apply_all(o) : korch__btree_each_from(&o->changed, NULL, apply_dirty, o);
	dirty_clear(o);
	o->all_changed = r < 0;
	if (r < 0) {
		korch__log(KORCH_LOG_WARNING, "proxy", "services: %s", korch_code_text(r));
		korch_timer_set(o->timer, korch__proxy_now(o->proxy) + RETRY_US);
	}
}

static void report(void *userdata, const char *namespace_, const char *name, const char *message)
{
	observer *o = userdata;
	const korch_object *service =
	    korch_view_get(korch_engine_view(o->engine), &korch_service_kind, namespace_, name);
	korch_plan *plan = NULL;
	if (!service || korch_plan_new(&plan) < 0)
		return;
	/* The event only tells people: without it the listener is tried again all the same. */
	korch_plan_event(plan, service, "Warning", "FailedToBind", "%s", message);
	korch_engine_submit(o->engine, plan, NULL, NULL, NULL);
}

/* Life */

/* One of the two is going. The proxy's listeners report nowhere then. */
static void detach(void *userdata)
{
	observer *o = userdata;
	if (!o->proxy)
		return;
	if (o->proxy->options.report == report)
		o->proxy->options.report = NULL;
	if (o->proxy->options.group_of == revision_of)
		o->proxy->options.group_of = NULL;
	o->proxy->refresh = NULL;
	o->proxy->on_free = NULL;
	o->proxy = NULL;
	korch_timer_free(o->timer);
	dirty_clear(o);
	korch__btree_fini(&o->changed);
}

static void on_destroy(void *userdata)
{
	detach(userdata);
	korch__free(userdata);
}

int korch__proxy_observe(korch_proxy *proxy, korch_engine *engine, korch_error **err)
{
	observer *o = korch__calloc(1, sizeof(*o));
	if (!o)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a proxy");
	korch__btree_init(&o->changed, &changed_ops);
	if (korch_timer_new(&o->timer, proxy->loop, on_pass, o) < 0) {
		korch__free(o);
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a proxy");
	}
	o->proxy = proxy;
	o->engine = engine;
	o->all_changed = 1;
	proxy->on_free = detach;
	proxy->observer = o;
	if (!proxy->options.report) {
		proxy->options.report = report;
		proxy->options.report_userdata = o;
	}
	if (!proxy->options.group_of) {
		proxy->options.group_of = revision_of;
		proxy->options.group_userdata = o;
	}
	proxy->refresh = refresh;
	korch_timer_set(o->timer, korch__proxy_now(proxy));
	int r = korch_engine_observe(engine, on_change, o, on_destroy);
	return r < 0 ? korch_error_set(err, r, "cannot observe the engine") : 0; /* destroy has run */
}
