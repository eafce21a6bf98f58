/*
 * status.canary.weights: what the router is to put in force. The router's side says `verified` when
 * it is; a change takes that back.
 */
#include "base/text.h"
#include "control/rollout/hand.h"

static int set_destination(korch_weight_destination **slot, int32_t weight, const char *hash,
                           const char *service)
{
	korch_weight_destination *to = korch_struct_edit(slot, &korch_weight_destination_type);
	if (!to || korch_string_set(&to->pod_template_hash, hash) < 0 ||
	    korch_string_set(&to->service_name, service) < 0)
		return KORCH_E_NOMEM;
	KORCH_SET(to, korch_weight_destination, weight, weight);
	return 0;
}

static int32_t target_weight(const korch__argo_hand *h, const char *hash)
{
	for (size_t i = 0; hash && i < h->next.n_targets; i++) {
		if (korch__text_equal(h->next.targets[i].hash, hash))
			return h->next.targets[i].weight;
	}
	return 0;
}

/* The weight of a template of the present experiment. */
static int32_t template_weight(const korch__argo_hand *h, const char *name)
{
	const korch_canary_step *step = korch__argo_step(h, h->next.state.step);
	const korch_rollout_experiment_step *experiment = step ? step->experiment : NULL;
	for (size_t i = 0; experiment && i < experiment->n_templates; i++) {
		if (korch__text_equal(experiment->templates[i].name, name))
			return experiment->templates[i].weight;
	}
	return 0;
}

static int fill_one(korch_weight_destination *to, int32_t weight, const char *hash,
                    const char *service)
{
	KORCH_SET(to, korch_weight_destination, weight, weight);
	if (korch_string_set(&to->pod_template_hash, hash) < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&to->service_name, service);
}

/* Experiments' templates, and older revisions from which traffic has not been moved away yet. */
static int set_additional(korch__argo_hand *h, korch_traffic_weights *weights)
{
	const korch_experiment *experiment = h->next.experiment ? korch__argo_experiment(h) : NULL;
	const korch_experiment_status *status = experiment ? experiment->status : NULL;
	int runs = status && korch__text_equal(status->phase, "Running");
	const korch_strategy_state *state = &h->next.state;
	size_t n = 0, max = (runs ? status->n_template_statuses : 0) + h->next.n_targets;
	korch_weight_destination *list = korch_list_edit(&weights->additional, &weights->n_additional,
	                                                 &korch_weight_destination_type, max);
	if (!list)
		return max > 0 ? KORCH_E_NOMEM : 0;
	for (size_t i = 0; runs && i < status->n_template_statuses; i++) {
		const korch_experiment_template_status *t = &status->template_statuses[i];
		int32_t weight = template_weight(h, t->name);
		if (weight > 0 && fill_one(&list[n++], weight, t->pod_template_hash, t->service_name) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < h->next.n_targets; i++) {
		const korch_strategy_target *t = &h->next.targets[i];
		if (t->weight > 0 && !korch__text_equal(t->hash, h->hash) &&
		    !korch__text_equal(t->hash, state->stable) &&
		    fill_one(&list[n++], t->weight, t->hash, NULL) < 0)
			return KORCH_E_NOMEM;
	}
	korch_list_edit(&weights->additional, &weights->n_additional, &korch_weight_destination_type,
	                n);
	return 0;
}

static int fill(korch__argo_hand *h, korch_traffic_weights *weights)
{
	const char *stable = h->next.state.stable;
	const char *canary_service = korch__argo_service_name(h->edited, KORCH__ARGO_CANARY);
	const char *stable_service = korch__argo_service_name(h->edited, KORCH__ARGO_STABLE);
	if (!stable_service)
		stable_service = h->input->root;
	int same = !stable || korch__text_equal(stable, h->hash);
	/* with one revision everything goes to the stable service, as Argo has it */
	if (set_destination(&weights->canary, same ? 0 : target_weight(h, h->hash), h->hash,
	                    canary_service) < 0 ||
	    set_destination(&weights->stable, target_weight(h, same ? h->hash : stable),
	                    same ? h->hash : stable, stable_service) < 0)
		return KORCH_E_NOMEM;
	return set_additional(h, weights);
}

/* Which of a pair of services is the stable one's: they change places with a promotion. */
static int turn_ping_pong(korch__argo_hand *h, korch_rollout_canary_status *canary)
{
	const char *before = h->observed.state.stable, *now = h->next.state.stable;
	const char *has = canary->stable_ping_pong;
	if (!h->rollout->spec->strategy->canary->ping_pong)
		return 0;
	if (!has || !*has)
		return korch_string_set(&canary->stable_ping_pong, "ping");
	if (!before || !now || korch__text_equal(before, now))
		return 0;
	return korch_string_set(&canary->stable_ping_pong,
	                        korch__text_equal(has, "ping") ? "pong" : "ping");
}

int korch__argo_write_weights(korch__argo_hand *h)
{
	if (h->strategy.type != KORCH_STRATEGY_CANARY)
		return 0;
	korch_rollout_canary_status *canary =
	    korch_struct_edit(&h->status->canary, &korch_rollout_canary_status_type);
	if (!canary || turn_ping_pong(h, canary) < 0)
		return KORCH_E_NOMEM;
	if (!h->strategy.traffic) {
		korch_block_share(&canary->weights, NULL);
		return 0;
	}
	korch_traffic_weights *weights =
	    korch_struct_edit(&canary->weights, &korch_traffic_weights_type);
	if (!weights || fill(h, weights) < 0)
		return KORCH_E_NOMEM;
	const korch_rollout_status *before = h->rollout->status;
	const korch_traffic_weights *old = before && before->canary ? before->canary->weights : NULL;
	if (!old || !korch_struct_equal(weights, old, &korch_traffic_weights_type))
		KORCH_SET(weights, korch_traffic_weights, verified, 0);
	return 0;
}
