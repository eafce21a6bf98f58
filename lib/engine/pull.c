/* The pull form of controllers: requests are taken, plans handed back. */
#include "engine/controller.h"

#include "base/log.h"
#include "base/text.h"

int korch__pull_is_wanted(const korch_controller *controller)
{
	return !controller->spec.reconcile && controller->ready && controller->is_asked;
}

void korch__pull_tell(korch_controller *controller)
{
	korch_usec now = korch_loop_now(controller->engine->loop);
	if (!korch__queue_has(&controller->queue) || !korch__pull_is_wanted(controller) ||
	    korch__controller_token_due(controller) > now)
		return;
	controller->is_asked = 0;
	controller->ready(controller->ready_userdata);
}

int korch_controller_next(korch_controller *controller, korch_request *out)
{
	if (!controller || !out || controller->spec.reconcile)
		return KORCH_E_INVALID;
	korch_queue_item *item = NULL;
	korch_engine *engine = controller->engine;
	korch__queue_advance(&controller->queue, korch_loop_now(engine->loop));
	if (korch__term_may_act(engine) && korch__queue_has(&controller->queue) &&
	    korch__controller_take_token(controller)) {
		item = korch__queue_take(&controller->queue);
		if (!item)
			controller->tokens += 1; /* they all wait for the cache */
	}
	if (!item) {
		controller->is_asked = 1;
		korch__engine_kick(engine);
		return 0;
	}
	engine->stats.requests++;
	*out = (korch_request){
	    .key = {controller->spec.kind, item->namespace_, item->name},
	    .attempt = item->failures,
	    .steps_max = (uint32_t)korch__term_writes_max(engine),
	};
	return 1;
}

int korch_controller_finish(korch_controller *controller, const korch_request *request,
                            korch_plan *plan, int code)
{
	korch_queue_item *item = NULL;
	if (controller && !controller->spec.reconcile && request && request->key.name)
		item = korch__queue_find(&controller->queue, korch__text_or_empty(request->key.namespace_),
		                         request->key.name);
	if (!item || !item->is_in_hand || code > 0) {
		korch_plan_free(plan);
		return KORCH_E_INVALID;
	}
	if (code == 0 && plan)
		code = korch_plan_error(plan);
	if (code == 0 && plan) {
		korch__commit_request(controller, item, plan);
		return 0;
	}
	korch_plan_free(plan);
	if (code < 0) {
		korch__log(KORCH_LOG_WARNING, "engine", "%s: %s/%s: %s", controller->name, item->namespace_,
		           item->name, korch_code_text(code));
		controller->engine->stats.failures++;
	}
	korch__controller_finish(controller, item, code, NULL, 0);
	return 0;
}

const korch_view *korch_controller_view(const korch_controller *controller)
{
	return korch_engine_view(controller->engine);
}

void korch_controller_on_ready(korch_controller *controller, korch_loop_fn fn, void *userdata)
{
	controller->ready = fn;
	controller->ready_userdata = userdata;
	controller->is_asked = 1;
	korch__engine_kick(controller->engine);
}

int korch_controller_request(korch_controller *controller, const char *namespace_, const char *name,
                             korch_usec at_us)
{
	if (!controller || !name)
		return KORCH_E_INVALID;
	if (at_us == KORCH_USEC_NEVER)
		return 0;
	korch_engine *engine = controller->engine;
	korch_usec now = korch_loop_now(engine->loop);
	int code = korch__queue_add_at(&controller->queue, korch__text_or_empty(namespace_), name,
	                               at_us > now ? at_us : now, now);
	korch__engine_kick(engine);
	return code;
}
