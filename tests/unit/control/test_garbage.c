/* Garbage collection by owner, deletion of namespaces, the list of controllers. */
#include "control/builtin.h"
#include "unit.h"
#include "world.h"
#include <string.h>

static korch_controller_spec specs[KORCH__CONTROLLERS_MAX];
static size_t n_specs;

static void start(void)
{
	n_specs = 0;
	ck_assert_int_eq(korch__garbage_controllers(specs, KORCH__CONTROLLERS_MAX, &n_specs), 0);
}

static void end(world *w)
{
	world_free(w);
	for (size_t i = 0; i < n_specs; i++)
		specs[i].destroy(specs[i].userdata);
}

static size_t run(world *w, const korch_kind *kind, const char *name)
{
	for (size_t i = 0; i < n_specs; i++) {
		if (specs[i].kind == kind)
			return world_run(w, &specs[i], "shop", name);
	}
	ck_abort_msg("no controller");
	return 0;
}

static void put_owned(world *w, const korch_kind *kind, const char *name, const korch_object *owner,
                      const korch_object *second)
{
	korch_object *object = make(kind, "shop", name);
	korch_object_set_controller(object, owner);
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (second) {
		korch_owner_reference *owners = korch_list_edit(
		    &meta->owner_references, &meta->n_owner_references, &korch_owner_reference_type, 2);
		korch_string_set(&owners[1].kind, second->kind->name);
		korch_string_set(&owners[1].api_version, second->kind->api_version);
		korch_string_set(&owners[1].name, korch_object_name(second));
		korch_string_set(&owners[1].uid, korch_object_uid(second));
	}
	world_put(w, object);
}

static const korch_object *put_set(world *w, const char *name)
{
	return world_put(w, &make_replica_set(name, 1)->object);
}

static void end_with(world *w, const korch_object *object, const char *finalizer)
{
	korch_object *edited = korch_object_edit(object);
	korch_object_meta *meta = korch_object_edit_meta(edited);
	const char **list = korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, 1);
	korch_string_set(&list[0], finalizer);
	meta->deletion_timestamp = w->now;
	world_put(w, edited);
}

START_TEST(test_background)
{
	world *w = world_new();
	start();
	const korch_object *a = put_set(w, "a"), *b = put_set(w, "b");
	put_owned(w, &korch_pod_kind, "one", a, NULL);
	put_owned(w, &korch_pod_kind, "two", a, b);
	ck_assert_uint_eq(run(w, &korch_pod_kind, "one"), 0);
	world_remove(w, a);
	run(w, &korch_pod_kind, "one");
	ck_assert_ptr_null(world_get(w, &korch_pod_kind, "shop", "one"));
	run(w, &korch_pod_kind, "two");
	const korch_object *two = world_get(w, &korch_pod_kind, "shop", "two");
	ck_assert_uint_eq(two->metadata->n_owner_references, 1);
	ck_assert_str_eq(two->metadata->owner_references[0].name, "b");
	put_set(w, "a"); /* the same name is another object */
	put_owned(w, &korch_pod_kind, "three", b, NULL);
	world_remove(w, b);
	put_set(w, "b");
	run(w, &korch_pod_kind, "three");
	ck_assert_ptr_null(world_get(w, &korch_pod_kind, "shop", "three"));
	end(w);
}
END_TEST

START_TEST(test_foreground)
{
	world *w = world_new();
	start();
	const korch_object *a = put_set(w, "a");
	put_owned(w, &korch_pod_kind, "one", a, NULL);
	pod_bind(w, "one", "n1");
	end_with(w, world_get(w, &korch_replica_set_kind, "shop", "a"), "foregroundDeletion");
	run(w, &korch_replica_set_kind, "a");
	ck_assert_int_ne(world_get(w, &korch_pod_kind, "shop", "one")->metadata->deletion_timestamp, 0);
	ck_assert_uint_eq(run(w, &korch_replica_set_kind, "a"), 0); /* waits for the pod to end */
	ck_assert_ptr_nonnull(world_get(w, &korch_replica_set_kind, "shop", "a"));
	world_remove(w, world_get(w, &korch_pod_kind, "shop", "one"));
	run(w, &korch_replica_set_kind, "a");
	ck_assert_ptr_null(world_get(w, &korch_replica_set_kind, "shop", "a"));
	end(w);
}
END_TEST

START_TEST(test_orphan)
{
	world *w = world_new();
	start();
	const korch_object *a = put_set(w, "a");
	put_owned(w, &korch_pod_kind, "one", a, NULL);
	end_with(w, a, "orphan");
	run(w, &korch_replica_set_kind, "a");
	ck_assert_ptr_null(world_get(w, &korch_replica_set_kind, "shop", "a"));
	ck_assert_uint_eq(world_get(w, &korch_pod_kind, "shop", "one")->metadata->n_owner_references,
	                  0);
	end(w);
}
END_TEST

START_TEST(test_namespace)
{
	world *w = world_new();
	korch_controller_spec spec;
	ck_assert_int_eq(korch__namespace_controller(&spec), 0);
	korch_namespace *ns = (korch_namespace *)make(&korch_namespace_kind, NULL, "shop");
	korch_namespace_spec *to = korch_struct_edit(&ns->spec, &korch_namespace_spec_type);
	const char **list = korch_string_list_edit(&to->finalizers, &to->n_finalizers, 1);
	korch_string_set(&list[0], "kubernetes");
	world_put(w, &ns->object);
	world_put(w, &make_pod("shop", "a")->object);
	world_put(w, &make_pod("shop", "b")->object);
	world_put(w, &make_pod("other", "c")->object);
	pod_bind(w, "b", "n1");
	ck_assert_uint_eq(world_run(w, &spec, "", "shop"), 0);
	korch_object *ending = korch_object_edit(world_get(w, &korch_namespace_kind, NULL, "shop"));
	korch_object_edit_meta(ending)->deletion_timestamp = w->now;
	world_put(w, ending);
	world_run(w, &spec, "", "shop");
	const korch_namespace *stored =
	    (const korch_namespace *)world_get(w, &korch_namespace_kind, NULL, "shop");
	ck_assert_str_eq(stored->status->phase, "Terminating");
	ck_assert_str_eq(stored->status->conditions[1].message,
	                 "Some resources are remaining: pods. has 2 resource instances");
	ck_assert_ptr_null(world_get(w, &korch_pod_kind, "shop", "a"));
	world_remove(w, world_get(w, &korch_pod_kind, "shop", "b"));
	korch_plan *plan = world_reconcile(w, &spec, "", "shop");
	stored = (const korch_namespace *)world_get(w, &korch_namespace_kind, NULL, "shop");
	ck_assert_uint_eq(stored->spec->n_finalizers, 0); /* the engine removes it then */
	ck_assert_ptr_nonnull(world_get(w, &korch_pod_kind, "other", "c"));
	korch_plan_free(plan);
	world_free(w);
}
END_TEST

START_TEST(test_list)
{
	korch_controller_spec all[KORCH__CONTROLLERS_MAX];
	const korch__control_options bad = {.service_cidr = "10.0.0.0"};
	size_t n = 0;
	ck_assert_int_eq(korch__controllers(all, KORCH__CONTROLLERS_MAX, &n, NULL, NULL), 0);
	ck_assert_uint_ge(n, 12);
	for (size_t i = 0; i < n; i++) {
		ck_assert_ptr_nonnull(all[i].reconcile);
		if (all[i].destroy)
			all[i].destroy(all[i].userdata);
	}
	ck_assert_int_eq(korch__controllers(all, 3, &n, NULL, NULL), KORCH_E_LIMIT);
	ck_assert_int_eq(korch__controllers(all, KORCH__CONTROLLERS_MAX, &n, &bad, NULL),
	                 KORCH_E_INVALID);
}
END_TEST

KORCH_SUITE(garbage)
{
	Suite *suite = suite_create("garbage");
	KORCH_CASE(suite, "owners", test_background, test_foreground, test_orphan);
	KORCH_CASE(suite, "namespaces", test_namespace);
	KORCH_CASE(suite, "list", test_list);
	return suite;
}
