/*
 * The decider of Flagger's Canaries: plain data in, a plan out. A Canary leads two Deployments: its
 * target, which people change, and the primary, a copy that serves. The adapter that gathers the
 * data is controller.c.
 */
#ifndef KORCH_CONTROL_FLAGGER_FLAGGER_H
#define KORCH_CONTROL_FLAGGER_FLAGGER_H

#include <korch/api/analysis.h>
#include <korch/api/apps.h>
#include <korch/api/core_service.h>
#include <korch/api/flagger.h>
#include <korch/controller.h>
#include <korch/strategy/flagger.h>

/* What a Canary's status has no field for. */
#define KORCH__FLAGGER_ANNOTATION_STATE "korch.dev/canary-state"
/* The traffic that is asked for, and the one that is in force: see traffic.h. */
#define KORCH__FLAGGER_ANNOTATION_TRAFFIC "korch.dev/canary-traffic"
#define KORCH__FLAGGER_ANNOTATION_IN_FORCE "korch.dev/canary-traffic-in-force"
/* Webhooks to be called, and what they said: see hooks.h. */
#define KORCH__FLAGGER_ANNOTATION_ASKED "korch.dev/webhooks-asked"
#define KORCH__FLAGGER_ANNOTATION_ANSWERED "korch.dev/webhooks-answered"
/* On the primary's template: which state of the target it is a copy of. */
#define KORCH__FLAGGER_ANNOTATION_ID "flagger-id"
#define KORCH__FLAGGER_FINALIZER "finalizer.flagger.app"
/* Routers know the primary's pods by this value of the label of revisions, through all updates. */
#define KORCH__FLAGGER_PRIMARY "primary"
#define KORCH__FLAGGER_LABEL_REVISION "rollouts-pod-template-hash"

/* The Services of a Canary. */
typedef enum korch__flagger_service {
	KORCH__FLAGGER_APEX,         /* what clients call */
	KORCH__FLAGGER_PRIMARY_ONLY, /* NAME-primary */
	KORCH__FLAGGER_CANARY_ONLY,  /* NAME-canary */
	KORCH__FLAGGER_SERVICES,
} korch__flagger_service;

typedef struct korch__flagger_input {
	const korch_flagger_canary *canary;
	const korch_deployment *target;      /* NULL: there is none */
	const korch_deployment *primary;     /* NULL: not yet */
	const korch_replica_set *target_set; /* of the target's present template, or NULL */
	const korch_service *services[KORCH__FLAGGER_SERVICES]; /* NULL: not there */
	const korch_analysis_run *const *runs;                  /* that it controls */
	size_t n_runs;
	const korch_view *view; /* for ConfigMaps, Secrets and MetricTemplates */
	korch_usec now;
} korch__flagger_input;

int korch__flagger_decide(const korch__flagger_input *input, korch_plan *plan, korch_error **err);

/* What it waits for, in one sentence. explain.c */
int korch__flagger_explain_input(char out[KORCH_STRATEGY_TEXT_SIZE],
                                 const korch__flagger_input *input, korch_error **err);
/* The same of a Canary in a view. */
int korch__flagger_explain(char out[KORCH_STRATEGY_TEXT_SIZE], const korch_view *view,
                           const korch_flagger_canary *canary, korch_error **err);

enum { KORCH__FLAGGER_NAME_SIZE = 254 };
/* NAME-primary of the target. */
void korch__flagger_primary_name(char out[KORCH__FLAGGER_NAME_SIZE],
                                 const korch_flagger_canary *canary);
void korch__flagger_service_name(char out[KORCH__FLAGGER_NAME_SIZE],
                                 const korch_flagger_canary *canary, korch__flagger_service which);

/* Refuses a Canary that cannot be carried out with a router of these capabilities: a negative code
 * with the field's path, or 0. refuse.c */
int korch__flagger_refuse(uint32_t capabilities, const korch_flagger_canary *canary,
                          korch_error **err);

int korch__flagger_controller(korch_controller_spec *out);

#endif
