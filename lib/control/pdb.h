/* PodDisruptionBudgets: how many pods may be disrupted now, and whether one pod may. */
#ifndef KORCH_CONTROL_PDB_H
#define KORCH_CONTROL_PDB_H

#include <korch/api/core_pod.h>
#include <korch/api/policy.h>
#include <korch/plan.h>

typedef struct korch__pdb_input {
	const korch_pod_disruption_budget *budget;
	const korch_pod *const *pods; /* that its selector selects */
	size_t n_pods;
	int32_t scale; /* wished replicas of the controllers of these pods, together */
	korch_usec now;
} korch__pdb_input;

int korch__pdb_decide(const korch__pdb_input *input, korch_plan *plan, korch_error **err);

/* What an eviction of a pod has to do with a budget that selects it. */
typedef enum korch__pdb_answer {
	KORCH__PDB_REFUSED,   /* too many disruptions: try later */
	KORCH__PDB_ALLOWED,   /* allowed, and the pod goes into status.disruptedPods with one disruption
	                         less */
	KORCH__PDB_UNCOUNTED, /* allowed without counting: the pod serves nobody */
} korch__pdb_answer;

/* The rule of Kubernetes' eviction subresource for voluntary evictions. */
korch__pdb_answer korch__pdb_allows(const korch_pod_disruption_budget *budget,
                                    const korch_pod *pod);

#endif
