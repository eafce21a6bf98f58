/*
 * The service-ip controller: gives each Service that wants one an address. Knows from observing
 * which are taken, and takes one for as long as its own plan is under way, so that two Services
 * never get the same.
 */
#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/service_ip.h"
#include <string.h>

/* An address that is taken. */
typedef struct lease {
	uint32_t ip;
	const char *uid; /* of the service; block string */
} lease;

typedef struct state {
	korch__ip_range range;
	korch_table by_ip;
	uint32_t hint; /* no address below this one is free */
} state;

static uint64_t ip_hash(const void *key)
{
	return korch__hash_u64(*(const uint32_t *)key);
}
static int ip_equal(const void *entry, const void *key)
{
	return ((const lease *)entry)->ip == *(const uint32_t *)key;
}
static uint64_t ip_entry_hash(const void *entry)
{
	return korch__hash_u64(((const lease *)entry)->ip);
}
static const korch_table_ops ip_ops = {
    .hash = ip_hash, .equal = ip_equal, .entry_hash = ip_entry_hash};

static void lease_free(lease *l)
{
	if (l)
		korch_string_unref(l->uid);
	korch__free(l);
}

static void destroy(void *userdata)
{
	state *st = userdata;
	lease *l;
	for (size_t at = 0; (l = korch__table_next(&st->by_ip, &at));)
		lease_free(l);
	korch__table_fini(&st->by_ip);
	korch__free(st);
}

static int take(state *st, uint32_t ip, const char *uid)
{
	if (korch__table_get(&st->by_ip, &ip))
		return 0;
	lease *l = korch__calloc(1, sizeof(*l));
	if (!l)
		return KORCH_E_NOMEM;
	*l = (lease){.ip = ip, .uid = korch_string_new(uid)};
	if (!l->uid || korch__table_put(&st->by_ip, l) < 0) {
		lease_free(l);
		return KORCH_E_NOMEM;
	}
	return 0;
}

/* The service gives back all that it has. */
static void give_back(state *st, const char *uid)
{
	lease *l;
	for (size_t at = 0; (l = korch__table_next(&st->by_ip, &at));) {
		if (strcmp(l->uid, uid) != 0)
			continue;
		st->hint = l->ip < st->hint ? l->ip : st->hint;
		korch__table_remove(&st->by_ip, &l->ip);
		lease_free(l);
	}
}

static void observe(void *userdata, const korch_view *view, const korch_change *change)
{
	state *st = userdata;
	const korch_service *service = (const korch_service *)change->object;
	uint32_t ip;
	if (change->type == KORCH_CHANGE_DELETED)
		give_back(st, korch_object_uid(change->object));
	else if (service->spec && korch__ip_parse(&ip, service->spec->cluster_ip) == 0)
		(void)take(st, ip, korch_object_uid(change->object));
}

static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	const korch_service *service = (const korch_service *)object;
	if (!service || !service->spec || korch__text_equal(service->spec->type, "ExternalName"))
		return 0;
	return korch__service_wants_ip(service) || service->spec->n_cluster_ips == 0;
}

static int is_taken(void *userdata, uint32_t ip)
{
	return korch__table_get(&((state *)userdata)->by_ip, &ip) != NULL;
}

/* What it took in an earlier try, or the first free one. */
static int choose(state *st, uint32_t *out, const char *uid)
{
	const lease *l;
	for (size_t at = 0; (l = korch__table_next(&st->by_ip, &at));) {
		if (strcmp(l->uid, uid) == 0) {
			*out = l->ip;
			return 0;
		}
	}
	int code = korch__ip_pick(out, &st->range, st->hint, is_taken, st);
	if (code < 0 || take(st, *out, uid) < 0)
		return code < 0 ? code : KORCH_E_NOMEM;
	st->hint = *out + 1;
	return 0;
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_service_kind, request->key.namespace_, request->key.name);
	const korch_service *service = (const korch_service *)object;
	char text[16];
	uint32_t ip;
	if (!object || !concerns(userdata, NULL, object) ||
	    (object->metadata && object->metadata->deletion_timestamp))
		return 0;
	int wants = korch__service_wants_ip(service);
	if (wants) {
		int code = choose(userdata, &ip, korch_object_uid(object));
		if (code == KORCH_E_LIMIT)
			return korch_error_set(err, code, "no address is left for service %s/%s",
			                       request->key.namespace_, request->key.name);
		if (code < 0)
			return korch_error_set(err, code, "out of memory");
		korch__ip_text(text, ip);
	}
	korch_object *edited = korch_object_edit(object);
	if (!edited || korch__service_set_ip((korch_service *)edited, wants ? text : NULL) < 0) {
		korch_object_unref(edited);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return korch_plan_update(plan, object, edited);
}

int korch__service_ip_controller(korch_controller_spec *out, const char *cidr)
{
	state *st = korch__calloc(1, sizeof(*st));
	if (!st)
		return KORCH_E_NOMEM;
	if (korch__ip_range_parse(&st->range, cidr ? cidr : "10.96.0.0/12") < 0) {
		korch__free(st);
		return KORCH_E_INVALID;
	}
	korch__table_init(&st->by_ip, &ip_ops);
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "service-ip",
	    .kind = &korch_service_kind,
	    .reconcile = reconcile,
	    .observe = observe,
	    .concerns = concerns,
	    .userdata = st,
	    .destroy = destroy,
	};
	return 0;
}
