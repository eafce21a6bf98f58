/*
 * Admission: what an API server does to an object between a request and the store. Pure functions
 * over the object, the one that is stored, and the time; names and uids come from the seeded source
 * that is passed in.
 */
#ifndef KORCH_ENGINE_ADMIT_H
#define KORCH_ENGINE_ADMIT_H

#include "base/random.h"
#include "base/table.h"
#include <korch/plan.h>
#include <korch/store.h>
#include <korch/view.h>

/*
 * A part of admission that somebody else adds (addresses of services, limits …), between defaults
 * and validation. object is exclusively owned; old is NULL for a new one.
 */
typedef int (*korch__admit_fn)(void *userdata, korch_object *object, const korch_object *old,
                               korch_error **err);

/* Surroundings of a request. */
typedef struct korch_admission {
	const korch_view *view;
	const korch_write *writes; /* that come before in the same transaction: may make the namespace
	                            */
	size_t n_writes;
	korch_usec now;
	korch_random *random;
	korch_random *suffixes; /* of generated names; NULL: random */
	int is_trusted;         /* by a built-in controller from admitted objects: not checked again */
	int is_outside;         /* a person's request: status is not theirs to write */
	korch_table *names; /* generated in this transaction (block strings), so that none comes twice;
	                       or NULL */
	void *pending;      /* a korch_pod_status that new pods share, or NULL */
	korch__admit_fn fn;
	void *userdata;
} korch_admission;

/* A table for `names`. */
void korch__admit_names_init(korch_table *names);
/* Completes and checks a new object, which is exclusively owned. */
int korch__admit_create(korch_object *object, const korch_admission *admission, korch_error **err);

/* What an update or a delete comes to. */
typedef enum korch_admitted {
	KORCH_ADMITTED_NOTHING, /* nothing to write */
	KORCH_ADMITTED_PUT,
	KORCH_ADMITTED_REMOVE,
} korch_admitted;

/*
 * Completes and checks `object`, exclusively owned, which is to replace `base`.
 * status_only: of the request only status and metadata count.
 * Returns a korch_admitted or a code.
 */
int korch__admit_update(korch_object *object, const korch_object *base, int status_only,
                        const korch_admission *admission, korch_error **err);

/*
 * Deletes `base`: REMOVE, NOTHING, or PUT of *out (owned by the caller), which is on its way out.
 * Or a code.
 */
int korch__admit_delete(korch_object **out, const korch_object *base,
                        const korch_delete_options *options, const korch_admission *admission,
                        korch_error **err);

/* Checks an object (and its change from base, which may be NULL); Kubernetes' sentence in err. */
int korch__admit_check(const korch_object *object, const korch_object *base, korch_error **err);
/* Everything but metadata and status is equal. -1: no memory. */
int korch__wish_is_same(const korch_object *a, const korch_object *b);
/* Gives an exclusively owned object the status of another of its kind (NULL: none). */
int korch__status_take(korch_object *object, const korch_object *from);
/* What is on its way out, and held by nothing any more. */
int korch__is_finalized(const korch_object *object);

/* "deployments.apps": the resource as Kubernetes' messages name it; into a buffer of the caller. */
const char *korch__resource_name(char *out, size_t size, const korch_kind *kind);
enum { KORCH_RESOURCE_NAME_MAX = 340 };

#endif
