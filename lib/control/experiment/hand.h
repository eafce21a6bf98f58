/* An Experiment's decision in progress: what the files of this folder share. */
#ifndef KORCH_CONTROL_EXPERIMENT_HAND_H
#define KORCH_CONTROL_EXPERIMENT_HAND_H

#include "control/experiment/experiment.h"

typedef struct korch__experiment_hand {
	const korch__experiment_input *input;
	const korch_experiment *experiment;
	korch_plan *plan;
	korch_experiment *edited;        /* the copy that is written when it differs in the end */
	korch_experiment_status *status; /* of `edited`, exclusive; one template status for each
	                                    template, in their order */
	int ending;                      /* it is over, or about to be: pods go, analyses end */
	char problem[600];               /* why something that is missing cannot be made, or "" */
} korch__experiment_hand;

/* templates.c: ReplicaSets and Services */
/* Makes what is missing and notes what there is; 0 or KORCH_E_NOMEM. */
int korch__experiment_templates(korch__experiment_hand *h);
/* Sizes: all to 0 when it is over and the delay has passed. */
int korch__experiment_scale(korch__experiment_hand *h);
/* Whether all templates are available. */
int korch__experiment_is_available(const korch__experiment_hand *h);

/* analyses.c: AnalysisRuns */
int korch__experiment_analyses(korch__experiment_hand *h);
/* The worst phase among the analyses, NULL: none has ended badly. */
const char *korch__experiment_bad_phase(const korch__experiment_hand *h, const char **message);
/* Whether analyses that it has to wait for still run. */
int korch__experiment_is_awaited(const korch__experiment_hand *h);

#endif
