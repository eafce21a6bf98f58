/* Adoption and release: what a controller does with objects that match its selector, or no longer
 * do. */
#ifndef KORCH_CONTROL_CLAIM_H
#define KORCH_CONTROL_CLAIM_H

#include <korch/plan.h>
#include <korch/selector.h>

/* What the owner has to do about an object. */
typedef enum korch__claim {
	KORCH__CLAIM_NONE,    /* somebody else's, or nobody's and not wanted */
	KORCH__CLAIM_OWNED,   /* is the owner's and stays so */
	KORCH__CLAIM_ADOPT,   /* has no controller and matches */
	KORCH__CLAIM_RELEASE, /* is the owner's and matches no more */
} korch__claim;

/* Kubernetes' rule of controller references. Selector NULL matches nothing here. */
korch__claim korch__claim_of(const korch_object *owner, const korch_selector *selector,
                             const korch_object *object);
/* An edited copy of the object with the owner as controller, or without it; NULL when memory is
 * short. */
korch_object *korch__claim_adopt(const korch_object *owner, const korch_object *object);
korch_object *korch__claim_release(const korch_object *owner, const korch_object *object);
/* Removes the ownerReferences with that uid from an exclusively owned object; 0 or KORCH_E_NOMEM.
 */
int korch__owner_remove(korch_object *object, const char *uid);

/*
 * Whether a plan takes `n` more steps and still the ones that are written at its end (status, a
 * revision); otherwise it is marked as a part of what is to be done.
 */
int korch__plan_takes(korch_plan *plan, size_t n);
/* How many of `n` steps it takes in that way; it is marked when these are less. */
size_t korch__plan_takes_of(korch_plan *plan, size_t n);

#endif
