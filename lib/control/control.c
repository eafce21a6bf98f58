/* The list of all built-in controllers. */
#include "control/control.h"
#include "base/cleanup.h"
#include "control/builtin.h"
#include "control/daemonset/daemonset.h"
#include "control/deployment/deployment.h"
#include "control/experiment/experiment.h"
#include "control/flagger/flagger.h"
#include "control/job/job.h"
#include "control/replicaset.h"
#include "control/rollout/rollout.h"
#include "control/statefulset/statefulset.h"

static int fill(korch_controller_spec *out, size_t *n, const korch__control_options *options,
                korch_error **err)
{
	int (*const plain[])(korch_controller_spec *) = {
	    korch__replica_set_controller,
	    korch__deployment_controller,
	    korch__argo_controller,
	    korch__argo_release_controller,
	    korch__flagger_controller,
	    korch__experiment_controller,
	    korch__endpoint_slice_controller,
	    korch__namespace_controller,
	    korch__pdb_controller,
	    korch__stateful_set_controller,
	    korch__daemon_set_controller,
	    korch__job_controller,
	};
	int code = korch__service_ip_controller(&out[*n], options->service_cidr);
	*n += code == 0;
	for (size_t i = 0; i < KORCH_COUNT(plain) && code == 0; i++) {
		code = plain[i](&out[*n]);
		*n += code == 0;
	}
	if (code == 0) {
		code = korch__scheduler_controller(&out[*n], options->scheduler, err);
		*n += code == 0;
	}
	if (code == 0) {
		code = korch__node_controller(&out[*n], options->node_grace_us);
		*n += code == 0;
	}
	if (code == 0) {
		code = korch__pod_gc_controller(&out[*n], options->terminated_pods);
		*n += code == 0;
	}
	return code < 0 ? code : korch__garbage_controllers(out, KORCH__CONTROLLERS_MAX, n);
}

int korch__controllers(korch_controller_spec *out, size_t max, size_t *n,
                       const korch__control_options *options, korch_error **err)
{
	static const korch__control_options defaults;
	korch_controller_spec specs[KORCH__CONTROLLERS_MAX];
	size_t count = 0;
	int code = fill(specs, &count, options ? options : &defaults, err);
	if (code == 0 && count > max)
		code = KORCH_E_LIMIT;
	for (size_t i = 0; i < count; i++) {
		if (code == 0)
			out[i] = specs[i];
		else if (specs[i].destroy)
			specs[i].destroy(specs[i].userdata);
	}
	if (code == 0)
		*n = count;
	return code;
}
