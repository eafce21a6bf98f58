/* Conditions of any kind's status, read and written by one piece of code. What the conditions mean
 * is their deciders' matter. */
#ifndef KORCH_CONTROL_CONDITION_H
#define KORCH_CONTROL_CONDITION_H

#include <korch/loop.h>
#include <korch/struct.h>

/* Where the members of a condition struct are. */
typedef struct korch__condition_layout {
	const korch_type *type;
	size_t name; /* offset of `type` */
	size_t status;
	size_t reason;
	size_t message;
	size_t transition; /* lastTransitionTime */
	size_t update;     /* lastUpdateTime or lastHeartbeatTime; 0 = there is none */
} korch__condition_layout;

extern const korch__condition_layout korch__deployment_conditions;
extern const korch__condition_layout korch__replica_set_conditions;
extern const korch__condition_layout korch__rollout_conditions;
extern const korch__condition_layout korch__flagger_conditions;
extern const korch__condition_layout korch__pod_conditions;
extern const korch__condition_layout korch__node_conditions;
extern const korch__condition_layout korch__namespace_conditions;
extern const korch__condition_layout korch__job_conditions;
extern const korch__condition_layout korch__plain_conditions; /* korch_condition */

/* What a condition shall be. */
typedef struct korch__condition_value {
	const char *type;
	const char *status;
	const char *reason;  /* NULL: none */
	const char *message; /* NULL: none */
	korch_usec now; /* becomes lastTransitionTime when the status changes, and lastUpdateTime */
} korch__condition_value;

/* The condition of that type, or NULL. */
const void *korch__condition_find(const void *items, size_t n,
                                  const korch__condition_layout *layout, const char *type);
/* 1 when the condition exists with that status, reason and message. */
int korch__condition_is(const void *items, size_t n, const korch__condition_layout *layout,
                        const korch__condition_value *value);
/* Adds or changes it in a list member of an exclusively owned struct; 0 or KORCH_E_NOMEM. */
int korch__condition_put(void *slot, size_t *n_slot, const korch__condition_layout *layout,
                         const korch__condition_value *value);
/* Removes it, fine when it is not there; 0 or KORCH_E_NOMEM. */
int korch__condition_remove(void *slot, size_t *n_slot, const korch__condition_layout *layout,
                            const char *type);

#endif
