/*
 * The plan: what a decider wants to be done, as data. The engine commits a plan as one transaction;
 * a test reads it.
 */
#ifndef KORCH_PLAN_H
#define KORCH_PLAN_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file plan.h Decisions as data. */

/** Most steps of any plan. */
#define KORCH_PLAN_STEPS_MAX 10000

/** A plan: writes, events and the next wake-up (opaque). */
typedef struct korch_plan korch_plan;

/** What a step of a plan does. */
typedef enum korch_step_op {
	KORCH_STEP_CREATE, /**< create `object` */
	KORCH_STEP_UPDATE, /**< replace `base` by `object`; generation rises when anything but metadata
	                      and status changed */
	KORCH_STEP_UPDATE_STATUS, /**< replace `base` by `object`, of which only status (and metadata)
	                             may differ */
	KORCH_STEP_DELETE, /**< delete `base` as an API server would: finalizers and grace periods are
	                      honoured */
	KORCH_STEP_CHECK,  /**< `base` must be unchanged when the plan is committed */
} korch_step_op;

/** What happens to dependents of a deleted object. */
typedef enum korch_propagation {
	KORCH_PROPAGATION_BACKGROUND, /**< the garbage collector removes them afterwards (default) */
	KORCH_PROPAGATION_FOREGROUND, /**< the object stays until its dependents are gone */
	KORCH_PROPAGATION_ORPHAN,     /**< dependents stay and lose the ownerReference */
} korch_propagation;

/** How to delete. Zeroed, with grace_seconds -1: the defaults. */
typedef struct korch_delete_options {
	int64_t grace_seconds; /**< pods: seconds between TERM and KILL; -1: the pod's own; 0: remove at
	                          once */
	int32_t propagation;   /**< a korch_propagation */
	int32_t reserved;      /**< 0 */
} korch_delete_options;

/** One step. Borrowed from the plan. */
typedef struct korch_step {
	int32_t op;               /**< a korch_step_op */
	int32_t reserved;         /**< 0 */
	const korch_object *base; /**< the object that was decided on; its revision is what the store
	                             must still hold. NULL for CREATE */
	korch_object *object;     /**< CREATE and UPDATE: the new state; DELETE: whose status is the
	                             last one, or NULL */
	korch_delete_options delete_options; /**< DELETE */
} korch_step;

/** An event to be recorded. Borrowed from the plan. */
typedef struct korch_plan_note {
	const korch_object *about; /**< the object that the event regards */
	const char *type;          /**< "Normal" or "Warning" */
	const char *reason;        /**< CamelCase word for machines */
	const char *message;       /**< sentence for people */
	size_t named_step; /**< 1 + index of a CREATE step whose object's final name (generateName!)
	                      belongs behind the message; 0: none */
} korch_plan_note;

/** An empty plan. @since 0.1 */
KORCH_API int korch_plan_new(korch_plan **out);
/** Frees a plan with all it holds. NULL is fine. @since 0.1 */
KORCH_API void korch_plan_free(korch_plan *plan);
/** Empties a plan. @since 0.1 */
KORCH_API void korch_plan_reset(korch_plan *plan);

/** @name Filling
 * Each takes over the reference of `object`, in any case. A failure (KORCH_E_NOMEM) sticks in the
 * plan, so callers may check once: korch_plan_error(). @{ */
/** Creates an object. With an empty name and a generateName, the engine makes the name. uid and
 * creationTimestamp are the engine's. @since 0.1 */
KORCH_API int korch_plan_create(korch_plan *plan, korch_object *object);
/** Replaces base by object. @since 0.1 */
KORCH_API int korch_plan_update(korch_plan *plan, const korch_object *base, korch_object *object);
/** Replaces the status of base by that of object. @since 0.1 */
KORCH_API int korch_plan_update_status(korch_plan *plan, const korch_object *base,
                                       korch_object *object);
/** Deletes base. options NULL: the defaults. @since 0.1 */
KORCH_API int korch_plan_delete(korch_plan *plan, const korch_object *base,
                                const korch_delete_options *options);
/** As korch_plan_delete(); when base stays for a while (a pod for its grace period) it gets the
 * status of object at once, which says why it goes. @since 0.1 */
KORCH_API int korch_plan_evict(korch_plan *plan, const korch_object *base, korch_object *object,
                               const korch_delete_options *options);
/** Makes the whole plan depend on base being unchanged. @since 0.1 */
KORCH_API int korch_plan_check(korch_plan *plan, const korch_object *base);
/** Records an event when the plan has been committed. type: "Normal" or "Warning". @since 0.1 */
KORCH_API int korch_plan_event(korch_plan *plan, const korch_object *about, const char *type,
                               const char *reason, const char *format, ...) KORCH_PRINTF(5, 6);
/** Lets the message of the event added last end in the final name of the object of the step added
 * last, a CREATE: "Created pod: ". @since 0.1 */
KORCH_API void korch_plan_event_name(korch_plan *plan);
/** Asks to be called again at a time at the latest; the earliest of several counts. @since 0.1 */
KORCH_API void korch_plan_wake_at(korch_plan *plan, korch_usec at);
/** Asks not to be called again, however much changes, before a time: deciders whose cost grows with
 * the number of objects use it. @since 0.1 */
KORCH_API void korch_plan_quiet_until(korch_plan *plan, korch_usec at);
/**
 * How many more steps fit into the plan: a store takes so many writes in one transaction. A decider
 * that has more to do plans a part that makes sense by itself, and calls korch_plan_again(). A plan
 * with more steps is refused as a whole. @since 0.1
 */
KORCH_API size_t korch_plan_room(const korch_plan *plan);
/** Asks to be called again as soon as this plan is committed, whatever korch_plan_quiet_until()
 * says: it is a part only. Without steps it means nothing. @since 0.1 */
KORCH_API void korch_plan_again(korch_plan *plan);
/** Sets how many steps a plan may have; 0: KORCH_PLAN_STEPS_MAX. Engines set what their store takes
 * before they call a decider. @since 0.1 */
KORCH_API void korch_plan_set_max(korch_plan *plan, size_t max);
/** @} */

/** @name Reading
 * @{ */
/** 0, or the failure that sticks. @since 0.1 */
KORCH_API int korch_plan_error(const korch_plan *plan);
/** Number of steps. @since 0.1 */
KORCH_API size_t korch_plan_steps(const korch_plan *plan);
/** Step i. Borrowed. @since 0.1 */
KORCH_API const korch_step *korch_plan_step(const korch_plan *plan, size_t i);
/** Number of events. @since 0.1 */
KORCH_API size_t korch_plan_notes(const korch_plan *plan);
/** Event i. Borrowed. @since 0.1 */
KORCH_API const korch_plan_note *korch_plan_note_at(const korch_plan *plan, size_t i);
/** The wake-up asked for, KORCH_USEC_NEVER when none. @since 0.1 */
KORCH_API korch_usec korch_plan_wake(const korch_plan *plan);
/** The end of the quiet time asked for, 0 when none. @since 0.1 */
KORCH_API korch_usec korch_plan_quiet(const korch_plan *plan);
/** @} */

KORCH_END_DECLS

#endif
