/* Adoption and release by selector and controlling ownerReference. Gathering the candidates is the
 * adapters' work. */
#include "control/claim.h"
#include "base/text.h"
#include "control/pods.h"
#include <string.h>

korch__claim korch__claim_of(const korch_object *owner, const korch_selector *selector,
                             const korch_object *object)
{
	const korch_owner_reference *controller = korch_object_controller(object);
	int matches = selector && korch_selector_matches(selector, korch__labels(object));
	if (controller) {
		if (!korch__text_equal(controller->uid, korch_object_uid(owner)))
			return KORCH__CLAIM_NONE;
		return matches || korch__is_deleting(owner) ? KORCH__CLAIM_OWNED : KORCH__CLAIM_RELEASE;
	}
	if (!matches || korch__is_deleting(owner) || korch__is_deleting(object) ||
	    strcmp(korch_object_namespace(owner), korch_object_namespace(object)) != 0)
		return KORCH__CLAIM_NONE;
	return KORCH__CLAIM_ADOPT;
}

korch_object *korch__claim_adopt(const korch_object *owner, const korch_object *object)
{
	korch_object *edited = korch_object_edit(object);
	if (edited &&
	    (!korch_object_edit_meta(edited) || korch_object_set_controller(edited, owner) < 0)) {
		korch_object_unref(edited);
		return NULL;
	}
	return edited;
}

int korch__owner_remove(korch_object *object, const char *uid)
{
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta)
		return KORCH_E_NOMEM;
	for (size_t i = meta->n_owner_references; i-- > 0;) {
		if (!korch__text_equal(meta->owner_references[i].uid, uid))
			continue;
		size_t n = meta->n_owner_references;
		const korch_type *type = &korch_owner_reference_type;
		korch_owner_reference *owners =
		    korch_list_edit(&meta->owner_references, &meta->n_owner_references, type, n);
		if (!owners)
			return KORCH_E_NOMEM;
		korch_struct_clear(&owners[i], type);
		memmove(&owners[i], &owners[i + 1], (n - 1 - i) * sizeof(*owners));
		memset(&owners[n - 1], 0, sizeof(*owners));
		korch_list_edit(&meta->owner_references, &meta->n_owner_references, type, n - 1);
		if (meta->n_owner_references != n - 1)
			return KORCH_E_NOMEM;
	}
	return 0;
}

korch_object *korch__claim_release(const korch_object *owner, const korch_object *object)
{
	korch_object *edited = korch_object_edit(object);
	if (edited && korch__owner_remove(edited, korch_object_uid(owner)) < 0) {
		korch_object_unref(edited);
		return NULL;
	}
	return edited;
}

/* Steps that every decider may add at its end: status, a new revision and its number. */
enum { LAST_STEPS = 3 };

int korch__plan_takes(korch_plan *plan, size_t n)
{
	return korch_plan_steps(plan) == 0 || korch__plan_takes_of(plan, n) == n;
}

size_t korch__plan_takes_of(korch_plan *plan, size_t n)
{
	size_t room = korch_plan_room(plan);
	size_t fit = room > LAST_STEPS ? room - LAST_STEPS : 0;
	/* Something has to be done: what is too large by itself is refused, and not put off forever. */
	if (fit == 0 && korch_plan_steps(plan) == 0)
		fit = 1;
	if (n <= fit)
		return n;
	korch_plan_again(plan);
	return fit;
}
