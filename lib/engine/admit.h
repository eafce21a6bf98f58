/*
 * Admission: what an API server does to an object between a request and the store. Pure functions over the object, the one
 * that is stored, and the time; names and uids come from the seeded source that is passed in.
 */
#ifndef KORCH_ENGINE_ADMIT_H
#define KORCH_ENGINE_ADMIT_H

#include "base/random.h"
#include <korch/plan.h>
#include <korch/view.h>

/* Surroundings of a request. */
typedef struct korch_admission {
	const korch_view *view;
	korch_usec now;
	korch_random *random;
	int is_trusted; /* made by a built-in controller from admitted objects: not checked again */
} korch_admission;

/* Completes and checks a new object, which is exclusively owned. */
int korch__admit_create(korch_object *object, const korch_admission *admission, korch_error **err);

/* What an update or a delete comes to. */
typedef enum korch_admitted {
	KORCH_ADMITTED_NOTHING, /* nothing to write */
	KORCH_ADMITTED_PUT,
	KORCH_ADMITTED_REMOVE,
} korch_admitted;

/* Completes and checks `object`, exclusively owned, which is to replace `base`. Returns a korch_admitted or a code. */
int korch__admit_update(korch_object *object, const korch_object *base, int status_only, const korch_admission *admission,
						korch_error **err);

/* Deletes `base`: REMOVE, NOTHING, or PUT of *out (owned by the caller), which is on its way out. Or a code. */
int korch__admit_delete(korch_object **out, const korch_object *base, const korch_delete_options *options,
						const korch_admission *admission, korch_error **err);

/* "deployments.apps": the resource as Kubernetes' messages name it; into a buffer of the caller. */
const char *korch__resource_name(char *out, size_t size, const korch_kind *kind);

#endif
