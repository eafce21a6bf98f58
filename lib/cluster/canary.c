/* Canaries of Flagger, asked by a program. */
#include "cluster/cluster.h"

#include "base/text.h"
#include "control/flagger/flagger.h"
#include <korch/rollout.h>

int korch_canaries_explain(char out[KORCH_STRATEGY_TEXT_SIZE], korch_cluster *cluster,
                           const char *namespace_, const char *name, korch_error **err)
{
	if (!out || !cluster || !name)
		return korch_error_set(err, KORCH_E_INVALID, "a cluster and a name are needed");
	korch__cluster_enter(cluster);
	const korch_view *view = korch_engine_view(cluster->engine);
	const korch_flagger_canary *canary = (const korch_flagger_canary *)korch_view_get(
	    view, &korch_flagger_canary_kind, namespace_ && *namespace_ ? namespace_ : "default", name);
	int code = canary ? korch__flagger_explain(out, view, canary, err)
	                  : korch_error_set(err, KORCH_E_NOT_FOUND,
	                                    "canaries.flagger.app \"%s\" not found", name);
	korch__cluster_leave(cluster);
	return code;
}
