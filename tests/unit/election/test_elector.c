/* Electors on one memory store in virtual time: elected, deposed, handed over, taken over. */
#include "base/alloc.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/elector.h>
#include <stdio.h>
#include <string.h>

static const korch_usec SECOND = KORCH_USEC_PER_SEC;

typedef struct candidate {
	korch_elector *elector;
	int elected, deposed;
	uint64_t term;
	char why[128];
	char followed[64];
	int resigned, resign_code;
} candidate;

static korch_loop *loop;
static korch_store *store;
static candidate a, b;

static void on_elected(void *userdata, uint64_t term)
{
	candidate *one = userdata;
	one->elected++;
	ck_assert_uint_gt(term, one->term);
	one->term = term;
	ck_assert_int_eq(korch_elector_leads(one->elector, NULL), 1);
}

static void on_deposed(void *userdata, const char *why)
{
	candidate *one = userdata;
	one->deposed++;
	snprintf(one->why, sizeof(one->why), "%s", why);
	ck_assert_int_eq(korch_elector_leads(one->elector, NULL), 0);
}

static void on_followed(void *userdata, const char *leader)
{
	candidate *one = userdata;
	snprintf(one->followed, sizeof(one->followed), "%s", leader);
}

static void on_resigned(void *userdata, int code)
{
	candidate *one = userdata;
	one->resigned++;
	one->resign_code = code;
}

static int make(candidate *one, const char *identity)
{
	const korch_elector_options options = {.size = sizeof(options),
	                                       .loop = loop,
	                                       .store = store,
	                                       .identity = identity,
	                                       .seed = (uint64_t)identity[0],
	                                       .elected = on_elected,
	                                       .deposed = on_deposed,
	                                       .followed = on_followed,
	                                       .userdata = one};
	memset(one, 0, sizeof(*one));
	return korch_elector_new(&one->elector, &options, NULL);
}

static void setup(void)
{
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 1000 * SECOND, NULL), 0);
	ck_assert_int_eq(korch_store_memory_new(&store, loop, 0, NULL), 0);
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
}

static void teardown(void)
{
	korch_elector_free(a.elector);
	korch_elector_free(b.elector);
	korch_store_free(store);
	korch_loop_free(loop);
}

static void pass(korch_usec us)
{
	korch_loop_step(loop, korch_loop_now(loop) + us);
}

/* a leads, b stands by. */
static void begin(void)
{
	setup();
	ck_assert_int_eq(make(&a, "a"), 0);
	pass(0);
	ck_assert_int_eq(make(&b, "b"), 0);
	pass(0);
	ck_assert_int_eq(a.elected, 1);
	ck_assert_str_eq(b.followed, "a");
}

static korch_object *found;

static void on_get(void *userdata, int code, const korch_object *object)
{
	(void)userdata;
	found = code == 0 ? korch_object_ref(object) : NULL;
}

/* Of kube-system; to be released, or NULL. */
static korch_lease *get(const char *name)
{
	const korch_key key = {&korch_lease_kind, "kube-system", name};
	found = NULL;
	ck_assert_int_eq(korch_store_get(store, &key, on_get, NULL), 0);
	pass(0);
	return (korch_lease *)found;
}

static int is_written;

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	(void)result;
	ck_assert_int_eq(code, 0);
	is_written = 1;
}

static void write_one(const korch_write *write)
{
	is_written = 0;
	ck_assert_int_eq(korch_store_commit(store, write, 1, on_commit, NULL), 0);
	pass(0);
	ck_assert_int_eq(is_written, 1);
}

/* Kubernetes' fields mean what they mean there. */
START_TEST(lease_object)
{
	begin();
	korch_lease *lease = get("korch-engine");
	ck_assert_ptr_nonnull(lease);
	ck_assert_uint_eq(lease->object.revision, a.term);
	ck_assert_str_eq(lease->spec->holder_identity, "a");
	ck_assert_int_eq(lease->spec->lease_duration_seconds, 15);
	ck_assert_int_eq(lease->spec->lease_transitions, 0);
	ck_assert_int_eq(lease->spec->acquire_time, 1000 * SECOND);
	ck_assert_int_eq(lease->spec->renew_time, 1000 * SECOND);
	ck_assert_str_ne(korch_object_uid(&lease->object), "");
	korch_object_unref(&lease->object);
	korch_fence fence;
	ck_assert_int_eq(korch_elector_leads(a.elector, &fence), 1);
	ck_assert_uint_eq(fence.revision, a.term);
	ck_assert_str_eq(fence.key.name, "korch-engine");
	ck_assert_int_eq(korch_elector_leads(b.elector, &fence), 0);
	ck_assert_str_eq(korch_elector_leader(a.elector), "a");
	ck_assert_str_eq(korch_elector_leader(b.elector), "a");
	ck_assert_str_eq(korch_elector_identity(b.elector), "b");
	teardown();
}
END_TEST

/* A term lasts as long as its leader lives, and nothing is written meanwhile. */
START_TEST(term_lasts)
{
	begin();
	pass(3600 * SECOND);
	ck_assert_int_eq(a.elected, 1);
	ck_assert_int_eq(a.deposed + b.elected, 0);
	korch_lease *lease = get("korch-engine");
	ck_assert_uint_eq(lease->object.revision, a.term);
	korch_object_unref(&lease->object);
	teardown();
}
END_TEST

/* The leader goes with a word: the next one leads at once, and the count goes on. */
START_TEST(handing_over)
{
	begin();
	ck_assert_int_eq(korch_elector_resign(a.elector, on_resigned, &a), 0);
	ck_assert_int_eq(korch_elector_resign(a.elector, on_resigned, &a), KORCH_E_INVALID);
	pass(0);
	ck_assert_str_eq(a.why, "resigned");
	ck_assert_int_eq(a.resigned, 1);
	ck_assert_int_eq(a.resign_code, 0);
	ck_assert_int_eq(b.elected, 1);
	ck_assert_uint_gt(b.term, a.term);
	korch_lease *lease = get("korch-engine");
	ck_assert_str_eq(lease->spec->holder_identity, "b");
	ck_assert_int_eq(lease->spec->lease_transitions, 1);
	korch_object_unref(&lease->object);
	pass(100 * SECOND);
	ck_assert_int_eq(a.elected, 1);
	ck_assert_str_eq(korch_elector_leader(a.elector), "b");
	ck_assert_int_eq(korch_elector_resign(b.elector, NULL, NULL), 0);
	pass(0);
	ck_assert_ptr_null(get("korch-engine"));
	teardown();
}
END_TEST

/* The leader is no more: another one leads when its lease has ended. */
START_TEST(taking_over)
{
	begin();
	pass(7 * SECOND);
	korch_elector_free(a.elector);
	a.elector = NULL;
	pass(8 * SECOND);
	ck_assert_int_eq(b.elected, 0);
	pass(7 * SECOND);
	ck_assert_int_eq(b.elected, 1);
	/* The same one again is no transition. */
	korch_elector_free(b.elector);
	ck_assert_int_eq(make(&b, "b"), 0);
	pass(15 * SECOND);
	ck_assert_int_eq(b.elected, 1);
	korch_lease *lease = get("korch-engine");
	ck_assert_int_eq(lease->spec->lease_transitions, 1);
	korch_object_unref(&lease->object);
	teardown();
}
END_TEST

/* Somebody deletes the Lease object: the term is over, and there is a new one. */
START_TEST(deleted_by_hand)
{
	begin();
	uint64_t term = a.term;
	write_one(&(korch_write){.op = KORCH_WRITE_DELETE,
	                         .key = {&korch_lease_kind, "kube-system", "korch-engine"},
	                         .expected = term});
	pass(0);
	ck_assert_int_eq(a.deposed, 1);
	ck_assert_str_eq(a.why, "the Lease object is gone");
	pass(5 * SECOND);
	ck_assert_int_eq(a.elected + b.elected, 2);
	ck_assert_int_eq(korch_elector_leads(a.elector, NULL) + korch_elector_leads(b.elector, NULL),
	                 1);
	teardown();
}
END_TEST

/* Somebody changes it, and so takes it out of its lease: it is removed by whoever sees it. */
START_TEST(changed_by_hand)
{
	begin();
	korch_lease *lease = get("korch-engine");
	korch_object *changed = korch_object_edit(&lease->object);
	ck_assert_int_eq(korch_map_set(&changed->metadata->labels, "who", "me"), 0);
	korch_object_unref(&lease->object);
	write_one(&(korch_write){.object = changed, .expected = a.term});
	pass(0);
	ck_assert_int_eq(a.deposed, 1);
	ck_assert_str_eq(a.why, "somebody else has changed the Lease object");
	pass(20 * SECOND);
	ck_assert_int_eq(a.elected + b.elected, 2);
	lease = get("korch-engine");
	ck_assert_ptr_null(korch_map_get(lease->object.metadata->labels, "who"));
	korch_object_unref(&lease->object);
	teardown();
}
END_TEST

/* The same when no candidate was there to see the change. */
START_TEST(left_behind)
{
	begin();
	korch_elector_free(b.elector);
	b.elector = NULL;
	korch_lease *lease = get("korch-engine");
	korch_object *changed = korch_object_edit(&lease->object);
	korch_object_unref(&lease->object);
	korch_elector_free(a.elector);
	uint64_t term = a.term;
	a.elector = NULL;
	write_one(&(korch_write){.object = changed, .expected = term});
	pass(60 * SECOND);
	lease = get("korch-engine");
	ck_assert_ptr_nonnull(lease);
	korch_object_unref(&lease->object);
	ck_assert_int_eq(make(&b, "b"), 0);
	pass(5 * SECOND);
	ck_assert_int_eq(b.elected, 1);
	teardown();
}
END_TEST

/* A failed check of an earlier term is of no interest; one of this term ends it. */
START_TEST(losing)
{
	begin();
	korch_elector_lose(a.elector, a.term - 1);
	korch_elector_lose(b.elector, a.term);
	pass(0);
	ck_assert_int_eq(a.deposed, 0);
	korch_elector_lose(a.elector, a.term);
	ck_assert_int_eq(korch_elector_leads(a.elector, NULL), 0);
	pass(0);
	ck_assert_int_eq(a.deposed, 1);
	pass(15 * SECOND);
	ck_assert_int_eq(a.elected + b.elected, 2);
	teardown();
}
END_TEST

START_TEST(store_ends)
{
	begin();
	korch_store_close(store);
	pass(20 * SECOND);
	ck_assert_int_eq(a.deposed, 1);
	ck_assert_str_eq(a.why, "the store is closed");
	ck_assert_int_eq(b.elected, 0);
	ck_assert_int_eq(korch_elector_resign(a.elector, on_resigned, &a), 0);
	pass(0);
	ck_assert_int_eq(a.resign_code, KORCH_E_CLOSED);
	teardown();
}
END_TEST

START_TEST(options_are_checked)
{
	setup();
	korch_elector *elector = NULL;
	korch_elector_options options = {.size = sizeof(options), .loop = loop, .store = store};
	ck_assert_int_eq(korch_elector_new(NULL, &options, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_elector_new(&elector, NULL, NULL), KORCH_E_INVALID);
	options.name = "a/b";
	ck_assert_int_eq(korch_elector_new(&elector, &options, NULL), KORCH_E_INVALID);
	options.name = NULL;
	options.identity = "";
	ck_assert_int_eq(korch_elector_new(&elector, &options, NULL), KORCH_E_INVALID);
	options.identity = NULL;
	options.duration_us = SECOND - 1;
	ck_assert_int_eq(korch_elector_new(&elector, &options, NULL), KORCH_E_INVALID);
	options.duration_us = 0;
	options.margin_us = 14 * SECOND;
	ck_assert_int_eq(korch_elector_new(&elector, &options, NULL), KORCH_E_INVALID);
	options.margin_us = 0;
	options.seed = 1;
	ck_assert_int_eq(korch_elector_new(&elector, &options, NULL), 0);
	ck_assert_ptr_nonnull(strchr(korch_elector_identity(elector), '_'));
	korch_elector_free(elector);
	korch_elector_free(NULL);
	korch_elector_lose(NULL, 1);
	ck_assert_str_eq(korch_elector_leader(NULL), "");
	teardown();
}
END_TEST

/* Whatever allocation fails, somebody leads in the end, and never two. */
START_TEST(memory_is_short)
{
	uint64_t n = 1;
	for (int is_short = 1; is_short; n++) {
		setup();
		korch__alloc_fail_at(n);
		int r = make(&a, "a");
		if (r == 0)
			pass(0);
		is_short = korch__alloc_count() >= n;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(r == 0 || r == KORCH_E_NOMEM, 1);
		if (r == 0) {
			pass(30 * SECOND);
			ck_assert_int_eq(korch_elector_leads(a.elector, NULL), 1);
		}
		teardown();
	}
	ck_assert_uint_gt(n, 20);
}
END_TEST

KORCH_SUITE(election_elector)
{
	Suite *suite = suite_create("elector");
	KORCH_CASE(suite, "elector", lease_object, term_lasts, handing_over, taking_over,
	           deleted_by_hand, changed_by_hand, left_behind, losing, store_ends,
	           options_are_checked, memory_is_short);
	return suite;
}
