/* Objects for the tests of this folder. */
#include "fixture.h"
#include <check.h>
#include <stdio.h>

korch_object *fixture_object(const korch_kind *kind, const char *name, const char *uid)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, kind->namespaced ? "shop" : NULL), 0);
	ck_assert_int_eq(korch_string_set(&meta->uid, *uid ? uid : NULL), 0);
	return object;
}

void fixture_add_owner(korch_object *object, const char *uid, int controller)
{
	korch_object_meta *meta = korch_object_edit_meta(object);
	size_t n = meta->n_owner_references;
	korch_owner_reference *owners = korch_list_edit(
	    &meta->owner_references, &meta->n_owner_references, &korch_owner_reference_type, n + 1);
	ck_assert_ptr_nonnull(owners);
	ck_assert_int_eq(korch_string_set(&owners[n].uid, uid), 0);
	KORCH_SET(&owners[n], korch_owner_reference, controller, controller);
}

void fixture_set_node(korch_object *pod, const char *node)
{
	korch_pod_spec *spec = korch_struct_edit(&((korch_pod *)pod)->spec, &korch_pod_spec_type);
	ck_assert_int_eq(korch_string_set(&spec->node_name, node), 0);
}

korch_object *fixture_pod(const char *name, const char *node, const char *owner, int controller)
{
	char uid[80];
	snprintf(uid, sizeof(uid), "uid-%s", name);
	korch_object *pod = fixture_object(&korch_pod_kind, name, uid);
	if (owner)
		fixture_add_owner(pod, owner, controller);
	if (node)
		fixture_set_node(pod, node);
	return pod;
}
