/*
 * Classes: pods that see every node alike: same shape, same wishes about other pods, same things
 * said about them. The ranking of the nodes is kept per class, and only nodes that were touched
 * since the class was last asked are looked at again.
 */
#ifndef KORCH_SCHEDULER_CLASS_H
#define KORCH_SCHEDULER_CLASS_H

#include "scheduler/filter/eligibility.h"
#include "scheduler/rank/layout.h"
#include "scheduler/rank/ranking.h"
#include "scheduler/shape/group.h"
#include "scheduler/shape/labelset.h"
#include "scheduler/shape/shape.h"
#include "scheduler/topology/existing.h"
#include "scheduler/topology/terms.h"

struct sched_class {
	uint64_t hash;
	sched_shape *shape; /* all of these referenced */
	sched_eligibility *eligibility;
	sched_terms *terms;       /* NULL: none */
	sched_existing *existing; /* NULL: nobody says anything */
	sched_group *group;       /* NULL: none */
	int32_t group_limit;
	/* Both NULL, unless plugins of a user may look at them */
	sched_labelset *labels;
	const korch_pod_spec *spec;
	const korch_pod *pod; /* for plugins: one of its pods */
	const sched_profile *profile;
	uint8_t fails_that_count;  /* FAILS_* whose filter is on */
	uint64_t used_at;          /* for forgetting the least recently used */
	uint64_t touched_at;       /* end of the log when it was last asked */
	size_t n_waiting;          /* pods that wait with it: it stays */
	struct sched_queue *queue; /* of these; NULL: none ever waited */
	sched_layout layout;
	sched_ranking *ranking;            /* NULL: not made (yet, any more) */
	struct sched_prospects *prospects; /* of driving others out; NULL: never asked twice */
	uint8_t has_preempted;             /* it was asked */
	struct sched_preempt_words *words; /* why that does not help; NULL: never asked */
	struct sched_tally *tally;         /* of why there is no node; NULL: it did not fail twice */
	char *message;                     /* why there is no node, valid at message_at */
	uint64_t message_at;
};

/* The class of a pod. 0, KORCH_E_INVALID or KORCH_E_NOMEM. */
int korch__class_of(sched_class **out, korch_scheduler *s, const korch_pod *pod, korch_error **err);
/* As korch__class_of(), but the class of the first pod of a kind is good for one decision only: it
 * is gone with the next question. */
int korch__class_to_ask(sched_class **out, korch_scheduler *s, const korch_pod *pod,
                        korch_error **err);
/* The class that a pod of a node would be decided on with if it came anew, bound to no node. 0 or
 * KORCH_E_NOMEM. */
int korch__class_of_placed(sched_class **out, korch_scheduler *s, const sched_pod *pod);
/* Eligibility and layout up to date; 0 or KORCH_E_NOMEM. */
int korch__class_refresh(korch_scheduler *s, sched_class *class_);
void korch__classes_init(korch_scheduler *s);
/* Rises when what was found out for the class, node by node, has to be found out anew. */
static inline uint64_t korch__class_generation(const korch_scheduler *s, const sched_class *class_)
{
	return s->generation + class_->eligibility->claims_version;
}
void korch__classes_free(korch_scheduler *s);

/* What the node's own state says, the topology left out; the first filter that it fails. */
sched_reason korch__node_check(const korch_scheduler *s, const sched_class *class_, uint32_t slot);
/*
 * All filters, the topology included; `key` has room for the layout's dimensions. Asked twice where
 * pods keep room, as kube-scheduler does: as if they had come, and as if they never will
 * (RunFilterPluginsWithNominatedPods). The second function asks the first time only.
 */
sched_reason korch__slot_check(korch_scheduler *s, const sched_class *class_, uint32_t slot,
                               int32_t *key);
sched_reason korch__nominated_check(korch_scheduler *s, const sched_class *class_, uint32_t slot,
                                    int32_t *key);
/* Weighted sum of the scores that depend on the node and its pods alone. */
int64_t korch__own_score(const korch_scheduler *s, const sched_class *class_, uint32_t slot);
/* One of them, not weighted. */
int64_t korch__own_score_of(const korch_scheduler *s, const sched_class *class_, uint32_t slot,
                            const sched_use *use);

#endif
