/* Objects for the tests of this folder. */
#ifndef KORCH_TESTS_PLAN_FIXTURE_H
#define KORCH_TESTS_PLAN_FIXTURE_H

#include <korch/api.h>
#include <korch/object.h>

/* An object of the namespace "shop" (or of none) with a name and a uid ("" for none). */
korch_object *fixture_object(const korch_kind *kind, const char *name, const char *uid);
/*
 * A pod with an owner (NULL: none; it is the controller when `controller` is set) on a node (NULL:
 * none).
 */
korch_object *fixture_pod(const char *name, const char *node, const char *owner, int controller);
void fixture_add_owner(korch_object *object, const char *uid, int controller);
void fixture_set_node(korch_object *pod, const char *node);

#endif
