/*
 * Controllers: a decider, the kinds it looks at, and how changes become requests. The built-in
 * controllers are made of the same interface as yours. In callback form the engine calls
 * `reconcile`; in pull form you take requests and hand back plans.
 */
#ifndef KORCH_CONTROLLER_H
#define KORCH_CONTROLLER_H

#include <korch/plan.h>
#include <korch/view.h>

KORCH_BEGIN_DECLS

/** @file controller.h Controllers of one's own. */

/** A controller that was added to an engine or cluster (opaque). */
typedef struct korch_controller korch_controller;

/** A request: "look at this key". Which change caused it is not said on purpose (level-triggered).
 */
typedef struct korch_request {
	korch_key key;      /**< kind is the controller's; the object may not exist (any more) */
	uint32_t attempt;   /**< failed tries before this one */
	uint32_t steps_max; /**< most steps of its plan; see korch_plan_room() */
} korch_request;

/** Where a map function puts keys (opaque). */
typedef struct korch_enqueue korch_enqueue;
/** Asks for a key of the controller's kind. namespace_ "" or NULL for cluster-wide kinds. @since
 * 0.1 */
KORCH_API void korch_enqueue_key(korch_enqueue *enqueue, const char *namespace_, const char *name);
/** As korch_enqueue_key(), at a time (of several times the earliest counts; one that has passed:
 * now). @since 0.1 */
KORCH_API void korch_enqueue_key_at(korch_enqueue *enqueue, const char *namespace_,
                                    const char *name, korch_usec at_us);

/** A further kind that a controller depends on. */
typedef struct korch_controller_watch {
	const korch_kind *kind; /**< whose changes */
	/**
	 * Turns a change into keys. previous or object may be NULL (added, removed). NULL: the key of
	 * the ownerReference with controller: true and the controller's kind, of both states.
	 */
	void (*map)(void *userdata, const korch_view *view, const korch_object *previous,
	            const korch_object *object, korch_enqueue *enqueue);
} korch_controller_watch;

/** What a controller is. Copied when it is added. */
typedef struct korch_controller_spec {
	size_t size;      /**< sizeof(korch_controller_spec), so that it can grow */
	const char *name; /**< for logs, events ("component") and metrics: lower-case with dashes */
	const korch_kind *kind; /**< whose keys are requested; each change of an object requests its key
	                         */
	const korch_controller_watch *watches; /**< further kinds; copied */
	size_t n_watches;                      /**< number of watches */
	/**
	 * The decider: fills the plan for one key. Must depend on nothing but its arguments (and state
	 * that `observe` keeps). NULL makes a pull controller. On an error, or when the plan cannot be
	 * committed because something changed, it is called again with back-off. Return 0 or a negative
	 * korch_code.
	 */
	int (*reconcile)(void *userdata, const korch_view *view, const korch_request *request,
	                 korch_plan *plan, korch_error **err);
	/** Sees every change of `kind` and the watched kinds, in order, after the view has it; for
	 * state that is kept incrementally. May be NULL. */
	void (*observe)(void *userdata, const korch_view *view, const korch_change *change);
	/** Which keys of `kind` concern this controller at all; NULL: every one. Either state may be
	 * NULL. */
	int (*concerns)(void *userdata, const korch_object *previous, const korch_object *object);
	void *userdata;                  /**< given to the functions */
	void (*destroy)(void *userdata); /**< called exactly once when the controller is removed, or
	                                    when adding it failed; may be NULL */
	korch_usec resync_us; /**< request every key again after this time without a change; 0: never */
	/** Which requests go first: those of the greatest number, of equal ones those that were asked
	 * for first. Called when a key begins to wait for its turn. @param object its state in the
	 * view; NULL: there is none. NULL: all are equal. */
	int32_t (*priority)(void *userdata, const korch_object *object);
} korch_controller_spec;

/**
 * Pull form: the next request, which is then in hand until korch_controller_finish(). The view of a
 * request is korch_controller_view(). @return 1 a request, 0 none now, KORCH_E_INVALID for a
 * callback controller. @since 0.1
 */
KORCH_API int korch_controller_next(korch_controller *controller, korch_request *out);
/**
 * Pull form: hands back a request's outcome. @param plan taken, in any case; NULL: nothing to do.
 * @param code 0, or why it failed (retry with back-off). @since 0.1
 */
KORCH_API int korch_controller_finish(korch_controller *controller, const korch_request *request,
                                      korch_plan *plan, int code);
/** Pull form: the view; valid until control returns to the loop. @since 0.1 */
KORCH_API const korch_view *korch_controller_view(const korch_controller *controller);
/** Pull form: fn runs from the loop when requests are waiting after korch_controller_next()
 * returned 0. @since 0.1 */
KORCH_API void korch_controller_on_ready(korch_controller *controller, korch_loop_fn fn,
                                         void *userdata);
/** Asks for a key at a time (0: now). @since 0.1 */
KORCH_API int korch_controller_request(korch_controller *controller, const char *namespace_,
                                       const char *name, korch_usec at_us);

KORCH_END_DECLS

#endif
