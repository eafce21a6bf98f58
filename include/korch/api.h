/*
 * All kinds with structs at once.
 */
#ifndef KORCH_API_ALL_H
#define KORCH_API_ALL_H

/** @file api.h Includes every header of api/. */

#include <korch/api/analysis.h>
#include <korch/api/analysis_provider.h>
#include <korch/api/apps.h>
#include <korch/api/apps_daemon.h>
#include <korch/api/apps_stateful.h>
#include <korch/api/batch.h>
#include <korch/api/coordination.h>
#include <korch/api/core_affinity.h>
#include <korch/api/core_config.h>
#include <korch/api/core_container.h>
#include <korch/api/core_container_status.h>
#include <korch/api/core_event.h>
#include <korch/api/core_namespace.h>
#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/api/core_probe.h>
#include <korch/api/core_reference.h>
#include <korch/api/core_security.h>
#include <korch/api/core_service.h>
#include <korch/api/core_volume.h>
#include <korch/api/core_volume_remote.h>
#include <korch/api/discovery.h>
#include <korch/api/experiment.h>
#include <korch/api/flagger.h>
#include <korch/api/flagger_provider.h>
#include <korch/api/flagger_service.h>
#include <korch/api/meta.h>
#include <korch/api/policy.h>
#include <korch/api/rollout.h>
#include <korch/api/rollout_analysis.h>
#include <korch/api/rollout_routing.h>
#include <korch/api/rollout_status.h>
#include <korch/api/rollout_step.h>
#include <korch/api/scheduling.h>

#endif
