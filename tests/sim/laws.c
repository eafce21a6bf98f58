/*
 * Reads the store's changes one by one into a state of its own and checks what must hold for each
 * (law 7: order and no gap; law 2: no uid twice; law 9: the end; law 10: the hash). Laws on pods
 * and rollouts stand in law_*.c.
 */
#include "base/alloc.h"
#include "plan/cache.h"
#include "sim.h"
#include <korch/codec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t uid_hash(const void *key)
{
	return korch__hash_string(key);
}
static int uid_equal(const void *entry, const void *key)
{
	return strcmp(entry, key) == 0;
}
static const korch_table_ops uid_ops = {uid_hash, uid_equal, uid_hash};

static uint64_t recent_hash(const void *entry)
{
	return korch__hash_string(((const recent *)entry)->uid);
}
static int recent_equal(const void *entry, const void *key)
{
	return strcmp(((const recent *)entry)->uid, key) == 0;
}
static const korch_table_ops recent_ops = {uid_hash, recent_equal, recent_hash};

recent *recent_of(sim *s, const char *uid)
{
	return korch__table_get(&s->laws.recents, uid);
}

/* Behind a store that fails: while the connection is broken, and until the next list. */
korch_usec lag_of(const sim *s)
{
	return s->is_faulty ? 6 * SECOND : SECOND / 5;
}

void recent_put(sim *s, const char *uid, int32_t most, int32_t least)
{
	recent *at = recent_of(s, uid);
	korch_usec now = korch_loop_now(s->loop);
	if (!at) {
		at = calloc(1, sizeof(*at));
		*at = (recent){.most = most, .old_most = most, .least = least, .old_least = least};
		snprintf(at->uid, sizeof(at->uid), "%s", uid);
		korch__table_put(&s->laws.recents, at);
	}
	if (at->most == most && at->least == least)
		return;
	int32_t old_most = recent_most(s, at);
	int32_t old_least = recent_least(s, at);
	at->old_most = old_most;
	at->old_least = old_least;
	at->most = most;
	at->least = least;
	at->changed = now;
}

static int is_fresh(const sim *s, const recent *at)
{
	return korch_loop_now(s->loop) - at->changed < lag_of(s);
}

int32_t recent_most(const sim *s, const recent *at)
{
	return is_fresh(s, at) && at->old_most > at->most ? at->old_most : at->most;
}

int32_t recent_least(const sim *s, const recent *at)
{
	return is_fresh(s, at) && at->old_least < at->least ? at->old_least : at->least;
}

void laws_init(sim *s)
{
	laws *l = &s->laws;
	const korch_watch_query query = {.since = 0};
	korch__table_init(&l->uids, &uid_ops);
	korch__table_init(&l->recents, &recent_ops);
	if (korch_cache_new(&l->cache, NULL) < 0 ||
	    korch_store_watch(&l->watch, s->store, &query, NULL, NULL) < 0)
		broken(s, "the store cannot be watched");
	l->view = korch_cache_view(l->cache);
}

void laws_fini(sim *s)
{
	void *entry;
	for (size_t at = 0; (entry = korch__table_next(&s->laws.uids, &at));)
		free(entry);
	for (size_t at = 0; (entry = korch__table_next(&s->laws.recents, &at));)
		free(entry);
	korch__table_fini(&s->laws.uids);
	korch__table_fini(&s->laws.recents);
	law_forget(s);
	law_selections_fini(s);
	korch_watch_free(s->laws.watch);
	korch_cache_free(s->laws.cache);
}

static void law_uid(sim *s, const korch_object *object)
{
	const char *uid = korch_object_uid(object);
	if (!*uid || korch__table_get(&s->laws.uids, uid))
		broken(s, "law 2: %s %s has the uid \"%s\", which was used before", object->kind->name,
		       korch_object_name(object), uid);
	korch__table_put(&s->laws.uids, strdup(uid));
}

/* Each change fits to the state that the changes before it made. */
static void law_order(sim *s, const korch_change *change, const korch_object *known)
{
	const char *name = korch_object_name(change->object);
	if (change->revision < s->laws.revision || change->revision == 0)
		broken(s, "law 7: revision %llu behind %llu", (unsigned long long)change->revision,
		       (unsigned long long)s->laws.revision);
	if ((change->type == KORCH_CHANGE_ADDED) != (known == NULL))
		broken(s, "law 7: %s %s: change %d of an object that is%s there",
		       change->object->kind->name, name, change->type, known ? "" : " not");
	if (change->previous && known && change->previous->revision != known->revision)
		broken(s, "law 7: %s %s: the state before is not the one that was told",
		       change->object->kind->name, name);
	if (known && change->type == KORCH_CHANGE_MODIFIED &&
	    strcmp(korch_object_uid(known), korch_object_uid(change->object)) != 0)
		broken(s, "law 7: %s %s became another object", change->object->kind->name, name);
}

static void add_to_hash(sim *s, const korch_change *change)
{
	char head[64];
	char *text = NULL;
	size_t length = 0;
	int n = snprintf(head, sizeof(head), "%d %llu ", change->type,
	                 (unsigned long long)change->revision);
	s->laws.hash = korch__hash_bytes(head, (size_t)n, s->laws.hash);
	if (korch_object_to_json(&text, &length, change->object, 0) < 0)
		broken(s, "%s %s cannot be encoded", change->object->kind->name,
		       korch_object_name(change->object));
	s->laws.hash = korch__hash_bytes(text, length, s->laws.hash);
	if (getenv("KORCH_SIM_LOG"))
		fprintf(stderr, "%.6f %d %s\n", (double)(korch_loop_now(s->loop) - START_US) / 1e6,
		        change->type, text);
	free(text);
}

/* Laws on single objects, with the state that has the change. */
static void check_object(sim *s, const korch_object *before, const korch_object *object)
{
	if (object->kind == &korch_pod_kind)
		law_pod(s, (const korch_pod *)before, (const korch_pod *)object);
	if (object->kind == &korch_deployment_kind)
		law_deployment(s, (const korch_deployment *)object);
	if (object->kind == &korch_rollout_kind && s->laws.n_rollouts < PAST) {
		law_rollout(s, (const korch_rollout *)object);
		s->laws.rollouts[s->laws.n_rollouts++] =
		    (past){korch_object_ref(before), korch_object_ref(object), 0};
	}
	if (object->kind == &korch_service_kind)
		law_service(s, (const korch_service *)object);
	if (object->kind == &korch_replica_set_kind && s->laws.n_sets < PAST)
		s->laws.sets[s->laws.n_sets++] =
		    (past){korch_object_ref(before), korch_object_ref(object), 0};
	if (object->kind == &korch_pod_kind && !before)
		law_new_pod(s, (const korch_pod *)object);
	if (object->kind == &korch_pod_kind && ((const korch_pod *)object)->spec->node_name)
		law_node_full(s, ((const korch_pod *)object)->spec->node_name);
}

/* Laws on what a transaction did as a whole. */
static void end_revision(sim *s)
{
	while (s->laws.n_sets > 0) {
		past set = s->laws.sets[--s->laws.n_sets];
		law_replica_set(s, (const korch_replica_set *)set.before,
		                (const korch_replica_set *)set.after);
		law_rollout_set(s, (const korch_replica_set *)set.before,
		                (const korch_replica_set *)set.after);
		korch_object_unref(set.before);
		korch_object_unref(set.after);
	}
	while (s->laws.n_rollouts > 0) {
		past rollout = s->laws.rollouts[--s->laws.n_rollouts];
		law_weights(s, (const korch_rollout *)rollout.before, (const korch_rollout *)rollout.after);
		korch_object_unref(rollout.before);
		korch_object_unref(rollout.after);
	}
	law_gang(s);
}

static void see(sim *s, const korch_change *change)
{
	const korch_key key = korch_object_key(change->object);
	const korch_object *known = korch_view_get(s->laws.view, key.kind, key.namespace_, key.name);
	korch_object *before = korch_object_ref(known);
	if (change->revision != s->laws.revision)
		end_revision(s);
	law_order(s, change, known);
	if (change->type == KORCH_CHANGE_ADDED)
		law_uid(s, change->object);
	if (change->type == KORCH_CHANGE_DELETED)
		korch_cache_remove(s->laws.cache, &key);
	else if (korch_cache_put(s->laws.cache, change->object) < 0)
		broken(s, "out of memory");
	add_to_hash(s, change);
	s->laws.revision = change->revision;
	if (key.kind == &korch_pod_kind || key.kind == &korch_node_kind)
		law_remember(s, before, change->type == KORCH_CHANGE_DELETED ? NULL : change->object);
	s->laws.changes++;
	s->laws.wishes += key.kind != &korch_lease_kind && key.kind != &korch_event_kind;
	law_cause(s, before, change->object);
	if (change->type != KORCH_CHANGE_DELETED)
		check_object(s, before, change->object);
	korch_object_unref(before);
}

void laws_check(sim *s)
{
	korch_change change;
	int code;
	while ((code = korch_watch_next(s->laws.watch, &change)) == 1)
		see(s, &change);
	/* A watch that is late may have told of a part. */
	if (korch_watch_revision(s->laws.watch) >= s->laws.revision)
		end_revision(s);
	if (code < 0)
		broken(s, "law 7: the watch ended: %s", korch_code_text(code));
}

struct listing {
	sim *s;
	size_t n;
	int done;
};

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	struct listing *listing = userdata;
	listing->done = 1;
	for (size_t i = 0; code == 0 && i < page->n; i++) {
		const korch_key key = korch_object_key(page->objects[i]);
		const korch_object *known =
		    korch_view_get(listing->s->laws.view, key.kind, key.namespace_, key.name);
		listing->n++;
		if (!known || known->revision != page->objects[i]->revision)
			broken(listing->s, "law 7: %s %s is stored otherwise than the watch has told",
			       key.kind->name, key.name);
	}
}

static int count_kind(void *userdata, const korch_kind *kind, size_t n)
{
	*(size_t *)userdata += n;
	return 0;
}

void laws_check_complete(sim *s)
{
	struct listing listing = {.s = s};
	const korch_list_query query = {0};
	size_t known = 0;
	if (korch_store_list(s->store, &query, on_list, &listing) < 0)
		broken(s, "the store cannot be listed");
	while (!listing.done)
		korch_cluster_process(s->cluster, korch_loop_now(s->loop));
	laws_check(s);
	korch__cache_each_kind(s->laws.cache, count_kind, &known);
	if (known != listing.n)
		broken(s, "law 7: %zu objects are stored, the watch has told of %zu", listing.n, known);
}

static int check_deployment(void *userdata, const korch_object *object)
{
	sim *s = userdata;
	const korch_deployment *deployment = (const korch_deployment *)object;
	const korch_deployment_status *status = deployment->status;
	int32_t wished = deployment->spec->replicas;
	if (deployment->spec->paused)
		return 0;
	if (!status || status->available_replicas != wished || status->updated_replicas != wished ||
	    status->replicas != wished)
		broken(s, "law 9: Deployment %s wishes %d pods and has %d, %d of the newest, %d available",
		       korch_object_name(object), wished, status ? status->replicas : 0,
		       status ? status->updated_replicas : 0, status ? status->available_replicas : 0);
	return 0;
}

static int check_rollout(void *userdata, const korch_object *object)
{
	law_rollout_converged(userdata, (const korch_rollout *)object);
	return 0;
}

static int check_not_ending(void *userdata, const korch_object *object)
{
	if (object->metadata->deletion_timestamp)
		broken(userdata, "law 9: %s %s is still on its way out", object->kind->name,
		       korch_object_name(object));
	return 0;
}

void laws_check_converged(sim *s)
{
	static const korch_kind *const KINDS[] = {&korch_pod_kind, &korch_replica_set_kind,
	                                          &korch_deployment_kind, &korch_service_kind,
	                                          &korch_namespace_kind};
	const korch_view_query deployments = {.kind = &korch_deployment_kind};
	const korch_view_query rollouts = {.kind = &korch_rollout_kind};
	korch_view_each(s->laws.view, &deployments, check_deployment, s);
	korch_view_each(s->laws.view, &rollouts, check_rollout, s);
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		const korch_view_query query = {.kind = KINDS[i]};
		korch_view_each(s->laws.view, &query, check_not_ending, s);
	}
}
